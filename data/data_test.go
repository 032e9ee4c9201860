package data_test

import (
	"fmt"
	"iter"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"whorl/data"
	"whorl/method"
	"whorl/method/backoff"
	"whorl/method/deep"
	"whorl/method/expr"
	"whorl/method/gen2"
	"whorl/method/syn"
	"whorl/osdb"
)

func load(t testing.TB) osdb.Set {
	t.Helper()
	set, problems := osdb.Load(osdb.Config{Embedded: data.Files})
	for _, p := range problems {
		t.Error(p)
	}
	return set
}

func TestClean(t *testing.T) {
	set := load(t)
	for _, p := range set.Lint() {
		t.Error(p)
	}
	if n := set.Len(); n < 120 {
		t.Errorf("%d records, want at least 120", n)
	}
	for _, d := range set {
		if d.Title == "" || len(d.Entries) == 0 {
			t.Errorf("%s: %d records, title %q", d.File, len(d.Entries), d.Title)
		}
	}
}

// How sure a fact is stands at the head of its source.
func TestSourcesSayHow(t *testing.T) {
	for _, e := range load(t).Entries() {
		if how, _, ok := strings.Cut(e.Source.Text, ": "); !ok || !slices.Contains([]string{"measured", "public source", "documented"}, how) {
			t.Errorf("%v: %s: the source says neither measured, public source nor documented: %s", e.Source, e.Name, e.Source.Text)
		}
	}
}

// One family has one vendor. Devices whose system has no name share "embedded".
func TestOneVendorOfAFamily(t *testing.T) {
	vendors := map[string]string{}
	for _, e := range load(t).Entries() {
		for _, c := range e.Classes {
			if c.Family == "embedded" {
				continue
			}
			if v, ok := vendors[c.Family]; ok && v != c.Vendor {
				t.Errorf("%v: %s has the vendors %s and %s", e.Source, c.Family, v, c.Vendor)
			}
			vendors[c.Family] = c.Vendor
		}
	}
}

// A record matches what it describes, and no record of another family matches that
// as well on as many points. A record that fails says too little: merge it with the
// other, or leave it out.
func TestEveryRecordIsSpecific(t *testing.T) {
	set := load(t)
	points := gen2.DefaultPoints()
	for _, e := range set.Entries() {
		if e.Gen2 == nil {
			continue
		}
		beaten := map[string]bool{}
		for subject := range subjects(e.Gen2) {
			own := e.Gen2.Score(subject, points, expr.Whorl)
			if own.Accuracy() != 1 {
				t.Fatalf("%v: %s does not match what it describes: %v", e.Source, e.Name, subject)
			}
			for _, other := range set.Entries() {
				if sameFamily(e, other) {
					continue
				}
				if s := other.Gen2.Score(subject, points, expr.Whorl); s.Num == s.Den && s.Den >= own.Den {
					beaten[fmt.Sprintf("%s (%v)", other.Name, other.Source)] = true
				}
			}
		}
		if len(beaten) > 0 {
			t.Errorf("%v: %s is not told from %s", e.Source, e.Name, strings.Join(slices.Sorted(maps.Keys(beaten)), ", "))
		}
	}
}

// steps is into how many parts a range is cut to sample it: window scales go up to 14.
const steps = 14

// subjects are prints that the reference describes: of every expression the first
// alternative, then of every one the second, and so on, as long as one has more; and
// for each of these, ranges from their lower end to their upper.
func subjects(r *gen2.Reference) iter.Seq[[]method.Line] {
	return func(yield func([]method.Line) bool) {
		for n := range longest(r) {
			for step := range steps + 1 {
				if !yield(subject(r, n, step)) {
					return
				}
			}
		}
	}
}

// longest is the largest number of alternatives that an expression of r has.
func longest(r *gen2.Reference) (n int) {
	for t := range gen2.NumTests {
		for _, term := range r.Test(t).Terms(expr.Whorl) {
			n = max(n, len(term.Expr.Alternatives()))
		}
	}
	return n
}

func subject(r *gen2.Reference, n, step int) (lines []method.Line) {
	for t := range gen2.NumTests {
		l := method.Line{Test: t.String()}
		for _, term := range r.Test(t).Terms(expr.Whorl) {
			name := gen2.Tests[t].Attrs[term.Attr].Name
			if name == "R" { // its first alternative: without an answer there would be no values
				l.Set(name, sample(term.Expr, 0, step))
				continue
			}
			l.Set(name, sample(term.Expr, n, step))
		}
		if len(l.Attrs) > 0 {
			lines = append(lines, l)
		}
	}
	return lines
}

// sample is a value of the nth alternative, some steps up from the lower end.
func sample(e expr.Expr, n, step int) string {
	alts := e.Alternatives()
	switch a := alts[n%len(alts)]; a.Kind {
	case expr.Range:
		lo, hi, _ := a.Bounds()
		return fmt.Sprintf("%X", lo+(hi-lo)*uint64(step)/steps)
	case expr.Grouped:
		var b strings.Builder
		for _, p := range a.Parts {
			b.WriteString(p.Text)
			if p.Group != nil {
				b.WriteString(sample(*p.Group, n, step))
			}
		}
		return b.String()
	default:
		v, _ := a.Example()
		return v
	}
}

func TestSample(t *testing.T) {
	for _, c := range []struct {
		expr    string
		n, step int
		want    string
	}{
		{"A|B", 0, 0, "A"},
		{"A|B", 1, 0, "B"},
		{"A|B", 2, 0, "A"},
		{"0-E", 0, 3, "3"},
		{"3B-45", 0, steps, "45"},
		{"M5B4NW[0-E]ST11", 0, 7, "M5B4NW7ST11"},
		{"M[109|5B4]", 1, 7, "M5B4"},
		{"", 0, 0, ""},
	} {
		if got := sample(expr.MustParse(c.expr), c.n, c.step); got != c.want {
			t.Errorf("%q, alternative %d, step %d: %q, want %q", c.expr, c.n, c.step, got, c.want)
		}
	}
}

func sameFamily(a, b *osdb.Entry) bool {
	for _, c := range a.Classes {
		for _, d := range b.Classes {
			if c.Vendor == d.Vendor && c.Family == d.Family {
				return true
			}
		}
	}
	return a == b
}

// Lines Syn and SynAck say where a packet comes from, and what they describe is never
// taken for another family.
func TestPassiveLines(t *testing.T) {
	set := load(t)
	var candidates []syn.Candidate
	var entries []*osdb.Entry
	for _, e := range set.Entries() {
		if r := e.Passive(); len(r) > 0 {
			candidates = append(candidates, syn.Candidate{Family: e.Classes[0].Family, Prior: 1, Reference: r})
			entries = append(entries, e)
		}
	}
	forms := 0
	for i, c := range candidates {
		for j := range c.Reference {
			f := &c.Reference[j]
			forms++
			if f.TTL == 0 {
				t.Errorf("%v: %s: no TTL: %v", entries[i].Source, entries[i].Name, f.Line())
			}
			ranking := syn.Rank(candidates, f.Example(), syn.Offer{Known: f.Answer, Options: syn.OffersAll, MSS: 1460})
			if answer, ok := ranking.Answer(); ok && !slices.ContainsFunc(answer.Records, func(r syn.Ranked) bool { return sameFamily(entries[r.Place], entries[i]) }) {
				t.Errorf("%v: %s is taken for %s by %v", entries[i].Source, entries[i].Name, answer.Family, f.Line())
			}
		}
	}
	if forms < 150 {
		t.Errorf("%d lines, want at least 150", forms)
	}
}

// probed are the attributes of deep probes and what they may say. Limits of errors
// differ from scan to scan, so records leave BU out.
var probed = map[string]map[string]*regexp.Regexp{
	"CLK":  {"HZ": regexp.MustCompile(`^[0-9A-F]+$`), "OFF": regexp.MustCompile(`^[SPRZU](\|[SPRZU])*$`)},
	"ISN4": {"C": regexp.MustCompile(`^[TIGKR](\|[TIGKR])*$`), "R": numbers, "D": numbers},
	"AE":   {"B": regexp.MustCompile(`^[0-7](\|[0-7])*$`), "O": yesNo},
	"AN":   {"B": regexp.MustCompile(`^[0-7](\|[0-7])*$`), "O": yesNo},
	"MD5":  {"R": yesNo, "F": regexp.MustCompile(`^(AS|AR|R)$`)},
	"AO":   {"R": yesNo, "F": regexp.MustCompile(`^(AS|AR|R)$`)},
	"EC":   {"ID": copied, "TOS": copied, "TTL": regexp.MustCompile(`^[SO]$`)},
	"RT":   {"ID": copied, "TOS": copied},
	"QU":   {"IPL": numbers, "TOS": numbers},
	"BU6":  {"N": numbers, "L": numbers},
}

var (
	numbers = regexp.MustCompile(`^[0-9A-F]+(-[0-9A-F]+)?(\|[0-9A-F]+)*$`)
	yesNo   = regexp.MustCompile(`^[YN](\|[YN])?$`)
	copied  = regexp.MustCompile(`^[SDZO](\|[SDZO])*$`)
)

func TestDeepLines(t *testing.T) {
	n := 0
	for _, e := range load(t).Entries() {
		for _, l := range e.Extra {
			if !deep.Has(l.Test) {
				continue
			}
			n++
			for _, a := range l.Attrs {
				if form := probed[l.Test][a.Name]; form == nil || !form.MatchString(a.Value) {
					t.Errorf("%v: %s: %s: %s=%s", e.Source, e.Name, l.Test, a.Name, a.Value)
				}
			}
		}
	}
	if n < 40 {
		t.Errorf("%d lines of deep probes, want at least 40", n)
	}
}

// Schedules can be read, say nothing twice, and a run that follows one is not taken
// for one that no record has.
func TestSchedules(t *testing.T) {
	n, params := 0, backoff.DefaultParams()
	for _, e := range load(t).Entries() {
		ref, errs := backoff.NewReference(e.Extra)
		for _, err := range errs {
			t.Errorf("%v: %s: %v", e.Source, e.Name, err)
		}
		seen := map[string]bool{}
		for i := range ref {
			n++
			s := &ref[i]
			if text := s.Line().String(); seen[text] {
				t.Errorf("%v: %s: %s stands twice", e.Source, e.Name, text)
			} else {
				seen[text] = true
			}
			run := s.Example(300 * time.Second)
			_, unknown := backoff.Fit(&run, params)
			if l := backoff.LogLikelihood(s, &run, params); l < unknown {
				t.Errorf("%v: %s: %v is explained better by none: %.1f against %.1f", e.Source, e.Name, s.Line(), l, unknown)
			}
		}
	}
	if n < 250 {
		t.Errorf("%d schedules, want at least 250", n)
	}
}

// The same law for records that know a system as a client alone.
func TestEveryClientIsSpecific(t *testing.T) {
	set := load(t)
	for _, e := range set.Entries() {
		if e.Gen2 != nil {
			continue
		}
		for _, l := range e.Extra {
			if deep.Has(l.Test) || backoff.Has(l.Test) || l.Test == syn.TestHabits {
				continue // of a part: osdb.Set.Lint looks at those; a schedule or habit is of many systems
			}
			for _, other := range set.Entries() {
				if sameFamily(e, other) {
					continue
				}
				for _, m := range other.Extra {
					if m.Test == l.Test && covers(m, l) {
						t.Errorf("%v: %s is not told from %s (%v) by %v", e.Source, e.Name, other.Name, other.Source, l)
					}
				}
			}
		}
	}
}

// covers tells whether all that a says is said by b as well.
func covers(a, b method.Line) bool {
	for _, attr := range b.Attrs {
		want, ok := a.Value(attr.Name)
		if !ok {
			return false
		}
		e, err := expr.Parse(want)
		if err != nil || !overlaps(e, expr.MustParse(attr.Value)) {
			return false
		}
	}
	return true
}

func overlaps(a, b expr.Expr) bool {
	return slices.ContainsFunc(b.Alternatives(), func(alt expr.Alt) bool {
		v, ok := alt.Example()
		return ok && a.Match(v)
	})
}

func Example() {
	set, _ := osdb.Load(osdb.Config{Embedded: data.Files})
	for _, e := range set.Find("F5 BIG-IP") {
		fmt.Println(e.Classes[0].Vendor, e.Classes[0].DeviceType)
		fmt.Println(e.Gen2.Test(gen2.TestWIN).Line())
		fmt.Println(e.Source.Text)
	}
	// Output:
	// F5 load balancer
	// WIN(W1=111C)
	// measured: Hershel+ classes 9, 250; Hershel 2014 class 35; the window is 3 segments
}
