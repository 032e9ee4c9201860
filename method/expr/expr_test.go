package expr

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// vectors are values and expressions with what 7.93, HEAD and this package make of
// them, + yes and - no. Down to the groups Nmap's were found by running it; 7.93
// knows no groups.
var vectors = []struct{ value, expr, nmap793, head, whorl string }{
	{"7", "7|A-F", "-", "+", "+"},
	{"7", "A-F|7", "+", "+", "+"},
	{"C", "7|A-F", "+", "+", "+"},
	{"", "", "+", "+", "+"},
	{"5", "", "-", "-", "-"},
	{"", "5", "-", "-", "-"},
	{"", "0-5", "+", "-", "-"},
	{"", "<5", "+", "-", "-"},
	{"", ">5", "-", "-", "-"},
	{"", "|M5B4", "+", "+", "+"},
	{"M5B4", "|M5B4", "+", "+", "+"},
	{"XYZ", "|M5B4", "+", "-", "-"},
	{"", "M5B4|", "+", "+", "+"},
	{"S+", "S|O", "+", "-", "-"},
	{"S+", "O|S", "-", "-", "-"},
	{"A+", "A|A+", "+", "+", "+"},
	{"M5B4ST11", "M5B4|M578", "+", "-", "-"},
	{"RD", "I|RD", "+", "+", "+"},
	{"10", "<10", "-", "-", "-"},
	{"F", "<10", "+", "+", "+"},
	{"10", ">F", "+", "+", "+"},
	{"40", "3B-45", "+", "+", "+"},
	{"3B", "3B-45", "+", "+", "+"},
	{"45", "3B-45", "+", "+", "+"},
	{"46", "3B-45", "-", "-", "-"},
	{"00", "0", "-", "+", "+"},
	{"0ABC1234", "ABC1234", "-", "+", "+"},
	{"105", "FD-113|120", "+", "+", "+"},
	{"ARS", "AR|AS", "+", "-", "-"},
	{"FE88", "FE8|1", "+", "-", "-"},
	{"2", "1|2|3-5", "-", "+", "+"},
	{"1FFFFFFFF", ">10", "+", "+", "+"},
	{"M5B4ST11NW7", "M[5A0|5B4]ST11NW[7|A]", "", "+", "+"},
	{"M5B4ST11NW7", "M[>500]ST11NW[1-9]", "", "+", "+"},
	{"M5B4ST11NW7", "M[5B4]ST11NW", "", "-", "-"},
	{"M", "M[5B4]", "", "-", "-"},
	{"XYZ", "M[5B4]ST11NW[7]|XYZ", "", "+", "+"},
	{"M5B4ST11NW7", "M[5B4]ST11NW[7]|XYZ", "", "-", "+"},
	{"M578", "M5B4|M[578]", "", "+", "+"},
	{"", "|M[578]", "", "+", "+"},
	{"M1AS", "M[1|A]S", "", "-", "-"},
	{"MFS", "M[>A7]S", "", "-", "-"},
	{"M111S", "M[>A7]S", "", "+", "+"},
	// Only what is a number as a whole is one here. By the rules, not run.
	{"ARS", "A-FFF", "-", "+", "-"},
	{"0AS", "AS", "-", "+", "-"},
	{"MS", "M[|5B4]S", "", "+", "+"},
	{"123456789ABCDEF012", ">FFFFFFFFFFFFFFFF", "", "+", "+"},
}

func TestVectors(t *testing.T) {
	for _, v := range vectors {
		e, err := Parse(v.expr)
		if err != nil {
			t.Errorf("%v", err)
			continue
		}
		for m, want := range map[Meaning]string{Nmap793: v.nmap793, NmapHEAD: v.head, Whorl: v.whorl} {
			got := "-"
			if e.MatchAs(m, v.value) {
				got = "+"
			}
			if want != "" && got != want {
				t.Errorf("%v: value %q, expression %q: got %s, want %s", m, v.value, v.expr, got, want)
			}
		}
	}
}

func TestMatchDoesNotAllocate(t *testing.T) {
	for _, v := range vectors {
		e := MustParse(v.expr)
		for m := Whorl; m <= Nmap793; m++ {
			if n := testing.AllocsPerRun(10, func() { e.MatchAs(m, v.value) }); n != 0 {
				t.Errorf("%v: value %q, expression %q: %v allocations", m, v.value, v.expr, n)
			}
		}
	}
}

func TestParseErrors(t *testing.T) {
	for in, want := range map[string]string{
		strings.Repeat("1|", MaxAlternatives): "more than 256 alternatives",

		"a b":         `' ' cannot stand`,
		"1%2":         `'%' cannot stand`,
		">5&<9":       `'&' cannot stand`,
		"M\x00":       `'\x00' cannot stand`,
		"5-":          `"5-" is no comparison`,
		"-5":          `"-5" is no comparison`,
		"1|5b-5c":     `"5b-5c" is no comparison`,
		"1-2-3":       `"1-2-3" is no comparison`,
		">":           `">" is no comparison`,
		"<S":          `"<S" is no comparison`,
		"M[5B4":       "[ without ]",
		"M5B4]":       "] without [",
		"M[5[B]4]":    "inside a group",
		"M[5B4|6-]ST": `"6-" is no comparison`,
	} {
		e, err := Parse(in)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Parse(%q): %v, %v; want an error with %s", in, e, err, want)
		}
	}
}

func TestAlternatives(t *testing.T) {
	group := MustParse("5B4|578")
	got := MustParse("|10|0A-F|>03|<9|M[5B4|578]S").Alternatives()
	want := []Alt{
		{},
		{Text: "10"},
		{Kind: Range, Text: "0A-F", Lo: "A", Hi: "F"},
		{Kind: Greater, Text: ">03", Lo: "3"},
		{Kind: Less, Text: "<9", Hi: "9"},
		{Kind: Grouped, Text: "M[5B4|578]S", Parts: []Part{{Text: "M"}, {Group: &group}, {Text: "S"}}},
	}
	same := cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".dashLater" }, cmp.Ignore())
	if d := cmp.Diff(want, got, cmp.AllowUnexported(Expr{}, Alt{}), same); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]Alt{{}}, Expr{}.Alternatives(), cmp.AllowUnexported(Alt{})); d != "" {
		t.Error("the empty expression:", d)
	}
}

func TestBoundsAndExample(t *testing.T) {
	for _, c := range []struct{ expr, want string }{
		{"", "- example"},
		{"0", "0-0 example 0"},
		{"00A", "A-A example 00A"},
		{"S+", "- example S+"},
		{"3B-45", "3B-45 example 3B"},
		{"0-F", "0-F example 0"},
		{"45-3B", "- none"},
		{">0", "1-FFFFFFFFFFFFFFFF example 1"},
		{">A", "B-FFFFFFFFFFFFFFFF example A0"},
		{">FFFFFFFFFFFFFFFF", "- example FFFFFFFFFFFFFFFF0"},
		{"<5", "0-4 example 0"},
		{"<0", "- none"},
		{"1-12345678901234567", "- example 1"},
		{"M[5A-5F|9]ST", "- example M5AST"},
		{"M[5B4]A", "- none"},
		{"M[<0|7-5]", "- none"},
	} {
		a := MustParse(c.expr).Alternatives()[0]
		got := "-"
		if lo, hi, ok := a.Bounds(); ok {
			got = fmt.Sprintf("%X-%X", lo, hi)
		}
		if v, ok := a.Example(); ok {
			got = strings.TrimSpace(got + " example " + v)
		} else {
			got += " none"
		}
		if got != c.want {
			t.Errorf("%q: got %s, want %s", c.expr, got, c.want)
		}
	}
}

// FuzzParse: what can be read is written as it was, its alternatives joined are the
// whole, and an example of an alternative matches it.
func FuzzParse(f *testing.F) {
	for _, v := range vectors {
		f.Add(v.expr, v.value)
	}
	f.Fuzz(func(t *testing.T, s, value string) {
		e, err := Parse(s)
		if err != nil {
			return
		}
		if e.String() != s {
			t.Errorf("%q is written as %q", s, e)
		}
		var texts []string
		for _, a := range e.Alternatives() {
			texts = append(texts, a.Text)
			if v, ok := a.Example(); ok && !e.Match(v) {
				t.Errorf("%q does not match %q, the example of %q", s, v, a.Text)
			}
			if lo, hi, ok := a.Bounds(); ok {
				for _, n := range []uint64{lo, lo + (hi-lo)/2, hi} {
					if v := fmt.Sprintf("%X", n); !e.Match(v) {
						t.Errorf("%q does not match %s, within the bounds of %q", s, v, a.Text)
					}
				}
			}
		}
		if all := strings.Join(texts, "|"); all != s {
			t.Errorf("the alternatives of %q joined are %q", s, all)
		}
		for m := Whorl; m <= Nmap793; m++ {
			e.MatchAs(m, value)
		}
	})
}

func ExampleExpr_Match() {
	e := MustParse("M[5B4|578]ST11NW[0-A]|M5B4")
	fmt.Println(e.Match("M578ST11NW7"), e.Match("M5B4"), e.Match("M5B4ST11NWB"))
	// Output: true true false
}

func BenchmarkMatch(b *testing.B) {
	e := MustParse("FD-113|120")
	b.ReportAllocs()
	for b.Loop() {
		e.Match("120")
	}
}
