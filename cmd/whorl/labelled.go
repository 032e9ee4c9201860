package main

import (
	"encoding/csv"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"

	"whorl"
	"whorl/osdb"
	"whorl/verdict"
)

// score counts how answers to labelled fingerprints fare.
type score struct {
	right, wrong, none           int // families
	inRange, outOfRange, noRange int // versions, of the rows that name one
}

// truth is what a label says.
type truth struct {
	family  string
	version string // of a Linux kernel; empty if the label names none
}

// evalPrints judges labelled fingerprints by each rule and prints the table.
func (a *app) evalPrints(set osdb.Set, o *evalOptions) error {
	rows, err := readLabelled(o.prints)
	if err != nil {
		return usage(err, "a tab-separated table with the columns family, detail and print")
	}
	var own osdb.Set
	for _, d := range set {
		if d.Own() {
			own = append(own, d)
		}
	}
	threshold := whorl.Fraction(o.threshold)
	fmt.Fprintf(a.out, "%-34s %6s %6s %6s   %s\n", fmt.Sprintf("%d prints", len(rows)), "right", "wrong", "none", "kernel version: in range, out of it, not named")
	for _, rule := range []struct {
		name string
		set  osdb.Set
		o    verdict.Options
	}{
		{"Nmap's points, first at 85 %", notOurs(set), verdict.Options{NmapOnly: true}},
		{"whorl, all databases", set, verdict.Options{Confidence: threshold}},
		{"whorl, embedded database alone", own, verdict.Options{Confidence: threshold}},
	} {
		t := a.score(rows, verdict.NewJudges(rule.set, rule.o).New())
		fmt.Fprintf(a.out, "%-34s %6d %6d %6d   %d, %d, %d\n", rule.name, t.right, t.wrong, t.none, t.inRange, t.outOfRange, t.noRange)
	}
	return nil
}

type labelled struct {
	truth
	print string
}

func readLabelled(file string) (out []labelled, err error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = '\t', true, -1
	rows, err := r.ReadAll()
	if err != nil || len(rows) == 0 {
		return nil, fmt.Errorf("%s: no table: %w", file, err)
	}
	column := map[string]int{}
	for _, name := range []string{"family", "detail", "print"} {
		if column[name] = slices.Index(rows[0], name); column[name] < 0 {
			return nil, fmt.Errorf("%s:1: no column %q", file, name)
		}
	}
	kernel := regexp.MustCompile(`kernel (\d+\.\d+(?:\.\d+)?)`)
	for i, row := range rows[1:] {
		if len(row) < len(rows[0]) {
			return nil, fmt.Errorf("%s:%d: %d columns instead of %d", file, i+2, len(row), len(rows[0]))
		}
		l := labelled{truth{family: row[column["family"]]}, row[column["print"]]}
		if k := kernel.FindStringSubmatch(row[column["detail"]]); k != nil {
			l.version = k[1]
		}
		out = append(out, l)
	}
	return out, nil
}

func (a *app) score(rows []labelled, judge *verdict.Judge) (t score) {
	for i, row := range rows {
		h := &whorl.Host{Observations: []whorl.Observation{{Method: "gen2", Print: row.print}}}
		judge.Judge(h)
		if len(h.Verdicts) == 0 || h.Verdicts[0].Name == whorl.Unknown {
			t.none++
			if row.version != "" {
				t.noRange++
			}
			continue
		}
		v := h.Verdicts[0]
		right := row.family == "" || isFamily(v, row.family)
		if right {
			t.right++
		} else {
			t.wrong++
		}
		if a.verbose > 0 && !right {
			fmt.Fprintf(a.people, "row %d: %s %s taken for %s, %s\n", i+2, row.family, row.version, v.Name, v.Source)
		}
		if row.version == "" {
			continue
		}
		switch s, ok := osdb.Versions(v.Name); {
		case !ok:
			t.noRange++
		case s.Contains(row.version):
			t.inRange++
		default:
			t.outOfRange++
		}
	}
	return t
}

// isFamily reports whether a verdict names a family of a label, in any of its classes.
func isFamily(v whorl.Verdict, family string) bool {
	if strings.Contains(v.Name, family) {
		return true
	}
	for _, c := range v.Classes {
		if strings.Contains(c.Vendor+" "+c.Family, family) || family == "macOS" && c.Vendor == "Apple" {
			return true
		}
	}
	return false
}
