package verdict

import (
	"strings"
	"testing"

	"whorl"
	"whorl/method"
)

func hostOf(lines []method.Line) *whorl.Host {
	var b strings.Builder
	for _, l := range lines {
		b.WriteString(l.String() + "\n")
	}
	return &whorl.Host{Observations: []whorl.Observation{{Method: "gen2", Print: b.String()}}}
}

func BenchmarkJudge(b *testing.B) {
	set := append(embedded(b), installed(b)...)
	var list []*whorl.Host
	for _, h := range hosts(withGen2(set), 4096) {
		list = append(list, hostOf(h))
	}
	j := NewJudges(set, Options{Model: trained(b)}).New()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		j.Judge(list[i%len(list)])
	}
}

func BenchmarkNewJudges(b *testing.B) {
	set := append(embedded(b), installed(b)...)
	m := trained(b)
	for b.Loop() {
		NewJudges(set, Options{Model: m})
	}
}
