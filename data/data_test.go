package data_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whorl/data"
	"whorl/method"
	"whorl/method/expr"
	"whorl/method/gen2"
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
		for _, subject := range subjects(e.Gen2) {
			own := e.Gen2.Score(subject, points, expr.Whorl)
			if own.Accuracy() != 1 {
				t.Errorf("%v: %s does not match what it describes: %v", e.Source, e.Name, subject)
			}
			for _, other := range set.Entries() {
				s := other.Gen2.Score(subject, points, expr.Whorl)
				if s.Accuracy() == 1 && s.Den >= own.Den && !sameFamily(e, other) {
					beaten[fmt.Sprintf("%s (%v)", other.Name, other.Source)] = true
				}
			}
		}
		if len(beaten) > 0 {
			t.Errorf("%v: %s is not told from %s", e.Source, e.Name, strings.Join(slices.Sorted(maps.Keys(beaten)), ", "))
		}
	}
}

// subjects are prints that the reference describes: of every expression the first
// alternative, then of every one the second, and so on, as long as one has more.
func subjects(r *gen2.Reference) (out [][]method.Line) {
	for n, more := 0, true; more; n++ {
		var lines []method.Line
		more = false
		for t := range gen2.NumTests {
			l := method.Line{Test: t.String()}
			for _, term := range r.Test(t).Terms(expr.Whorl) {
				alts := term.Expr.Alternatives()
				name := gen2.Tests[t].Attrs[term.Attr].Name
				more = more || len(alts) > n+1
				if name == "R" { // without answer there would be no values
					alts = alts[:1]
				}
				v, _ := alts[n%len(alts)].Example()
				l.Set(name, v)
			}
			if len(l.Attrs) > 0 {
				lines = append(lines, l)
			}
		}
		out = append(out, lines)
	}
	return out
}

func TestSubjects(t *testing.T) {
	r, errs := gen2.NewReference([]method.Line{
		{Test: "WIN", Attrs: []method.Attr{{Name: "W1", Value: "A|B-C"}}},
		{Test: "U1", Attrs: []method.Attr{{Name: "R", Value: "Y|N"}, {Name: "DF", Value: "N"}}},
	})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	want := "[[WIN(W1=A) U1(R=Y%DF=N)] [WIN(W1=B) U1(R=Y%DF=N)]]"
	if d := cmp.Diff(want, fmt.Sprint(subjects(r))); d != "" {
		t.Error(d)
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

// passive are the attributes of Syn and SynAck and what they may say.
var passive = map[string]*regexp.Regexp{
	"TTL": regexp.MustCompile(`^[0-9A-F]+$`),
	"DF":  regexp.MustCompile(`^(Y|N|Y\|N)$`),
	"ID":  regexp.MustCompile(`^[ZN]$`),
	"W":   regexp.MustCompile(`^([0-9A-F]+|[0-9A-F]+-[0-9A-F]+|\d+\*(MSS|SEG))(\|([0-9A-F]+|\d+\*(MSS|SEG)))*$`),
	"MSS": regexp.MustCompile(`^[0-9A-F]+(\|[0-9A-F]+)*$`),
	"WS":  regexp.MustCompile(`^[0-9A-E](-[0-9A-E])?(\|[0-9A-E])*$`),
	"O":   regexp.MustCompile(`^[MNSTWL]*(\|[MNSTWL]+)*$`),
	"TS":  regexp.MustCompile(`^[Y0]$`),
	"ECN": regexp.MustCompile(`^Y$`),
}

func TestPassiveLines(t *testing.T) {
	for _, e := range load(t).Entries() {
		for _, l := range e.Extra {
			if l.Test != "Syn" && l.Test != "SynAck" {
				continue
			}
			for _, a := range l.Attrs {
				form, known := passive[a.Name]
				if !known || !form.MatchString(a.Value) {
					t.Errorf("%v: %s: %s: %s=%s", e.Source, e.Name, l.Test, a.Name, a.Value)
				}
			}
			for _, name := range []string{"TTL", "O"} {
				if _, ok := l.Value(name); !ok {
					t.Errorf("%v: %s: %s has no %s", e.Source, e.Name, l.Test, name)
				}
			}
		}
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
