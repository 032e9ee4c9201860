package verdict

import (
	"fmt"
	"os"
	"testing"
	"time"
	"whorl/osdb"
)

func TestDevTrain(t *testing.T) {
	if os.Getenv("DEV") == "" {
		t.Skip()
	}
	set, _ := osdb.Load(osdb.Config{Places: osdb.Places{Nmap: []string{"/usr/share/nmap/nmap-os-db"}}})
	r := NewReferences(set)
	m := NewModel()
	hold := func(i int) bool { return i%5 == 0 }
	show := func() {
		for _, e := range Evaluate(set, m, EvalOptions{Seed: 1, Hosts: 400, Only: hold, Threshold: .8}) {
			fmt.Printf("%-15s n=%d nmap %.3f/%.3f own %.3f/%.3f ans %.3f wrong %.3f ece %.3f\n", e.Scenario, e.Hosts, e.Nmap.Family, e.Nmap.Generation, e.Own.Family, e.Own.Generation, e.Answered, e.Wrong, e.ECE)
		}
	}
	show()
	b := time.Now()
	for k := range 4 {
		Train(r, m, TrainOptions{Seed: uint64(k + 1), Rounds: 5, Batch: 1500, Hold: hold, Report: func(n int, l float64) { fmt.Println(n, l, time.Since(b)) }})
		show()
		os.WriteFile("/tmp/model.txt", m.AppendTo(nil), 0o644)
	}
}
