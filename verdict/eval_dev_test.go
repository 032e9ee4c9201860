package verdict

import (
	"encoding/csv"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"whorl"
	"whorl/data"
	"whorl/osdb"
)

func TestDevTrain(t *testing.T) {
	if os.Getenv("DEV") == "" {
		t.Skip()
	}
	set, _ := osdb.Load(osdb.Config{Embedded: data.Files, Places: osdb.Places{Nmap: []string{"/usr/share/nmap/nmap-os-db"}}})
	var nm, own osdb.Set
	for _, d := range set {
		if d.Own() {
			own = append(own, d)
		} else {
			nm = append(nm, d)
		}
	}
	r := NewReferences(set)
	m := NewModel()
	hold := func(i int) bool { return os.Getenv("ALL") == "" && i%5 == 0 }
	show := func() {
		prints(set, m, "both")
		prints(own, m, "own ")
		if os.Getenv("EVAL") == "" {
			return
		}
		for _, e := range Evaluate(nm, m, EvalOptions{Seed: 1, Hosts: 1200, Only: func(i int) bool { return i%5 == 0 }, Threshold: .8}) {
			fmt.Printf("%-15s n=%d nmap %.3f/%.3f own %.3f/%.3f ans %.3f wrong %.3f ece %.3f\n", e.Scenario, e.Hosts, e.Nmap.Family, e.Nmap.Generation, e.Own.Family, e.Own.Generation, e.Answered, e.Wrong, e.ECE)
			for _, b := range e.Bins {
				fmt.Printf(" %.2f>%.2f(%d)", b.Said, b.Right, b.Hosts)
			}
			fmt.Println()
		}
	}
	if f, err := os.Open(os.Getenv("MODEL")); err == nil {
		m, err = ParseModel(f, "model")
		if err != nil {
			t.Fatal(err)
		}
		show()
		return
	}
	b := time.Now()
	for k := range 4 {
		Train(r, m, TrainOptions{Seed: uint64(k + 1), Rounds: 5, Batch: 1500, Hold: hold, Report: func(n int, l float64) { fmt.Println(n, l, time.Since(b), m.Unknown, m.Focus) }})
		show()
		os.WriteFile("/tmp/model.txt", m.AppendTo(nil), 0o644)
	}
}

func prints(set osdb.Set, m *Model, label string) {
	f, _ := os.Open("/work/shared/captures/prints/prints.tsv")
	defer f.Close()
	c := csv.NewReader(f)
	c.Comma = '\t'
	c.LazyQuotes = true
	rows, err := c.ReadAll()
	if err != nil {
		panic(err)
	}
	j := NewJudges(set, Options{Model: m}).New()
	right, wrong, none := 0, 0, 0
	for _, row := range rows[1:] {
		h := &whorl.Host{Observations: []whorl.Observation{{Method: "gen2", Print: row[7]}}}
		j.Judge(h)
		fam := row[1]
		if len(h.Verdicts) == 0 || h.Verdicts[0].Name == whorl.Unknown {
			none++
			near := ""
			if len(h.Verdicts) > 1 {
				for _, v := range h.Verdicts[1:] {
					if v.Rule == whorl.RuleWhorl {
						near += fmt.Sprintf(" [%s: %s %.2f]", v.Family, v.Name, v.Confidence)
					}
				}
				all, rest := shares(j.weigher.Scores(Observe(seenBy(h))), j.weigher.unknown())
				fs := byFamily(j.refs.Entries, all)
				near += fmt.Sprintf(" REST %.2f %s=%.2f %s=%.2f %s=%.2f", rest, fs[0].name(), fs[0].share, fs[1].name(), fs[1].share, fs[2].name(), fs[2].share)
			}
			if os.Getenv("SHOW") != "" {
				fmt.Println(label, "NONE", row[1], row[2], "|", row[4], "|", near)
			}
			continue
		}
		v := h.Verdicts[0]
		ok := strings.Contains(v.Vendor+" "+v.Family, fam) || fam == "macOS" && (v.Vendor == "Apple")
		if ok {
			right++
		} else {
			wrong++
		}
		if os.Getenv("SHOW") != "" && (!ok || os.Getenv("SHOW") == "all") {
			fmt.Println(label, ok, row[1], row[2], "|", row[4], "|", v.Name, v.Confidence, v.Source)
		}
	}
	fmt.Println(label, "right", right, "wrong", wrong, "none", none)
}
