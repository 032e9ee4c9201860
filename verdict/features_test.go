package verdict

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whorl/method"
	"whorl/method/expr"
	"whorl/method/gen2"
)

// joined reads test lines that stand one after the other.
func joined(s string) (out []method.Line) {
	for part := range strings.SplitAfterSeq(s, ")") {
		if l, err := method.ParseLine(part); err == nil {
			out = append(out, l)
		}
	}
	return out
}

func text(lines []method.Line) string {
	var b []byte
	for _, l := range lines {
		b = l.AppendTo(b)
	}
	return string(b)
}

func TestAspects(t *testing.T) {
	for _, c := range []struct{ expr, layout, mss, scale string }{
		{"M5B4ST11NW7", "MST11NW", "5B4", "7"},
		{"M5B4NW8NNT11", "MNWNNT11", "5B4", "8"},
		{"M5B4ST11NW[0-A]", "MST11NW", "5B4", "0-A"},
		{"M[5B4|578]ST11NW[7|A]", "MST11NW", "5B4|578", "7|A"},
		{"M5B4ST11NW7|M5B4ST11NWA", "MST11NW", "5B4", "7|A"},
		{"M5B4ST11NW7|M578NNS", "MST11NW|MNNS", "5B4|578", "7|"},
		{"|M5B4", "|M", "|5B4", ""},
		{"", "", "", ""},
		{"MAPLES", "MPLES", "A", ""},
		{"W", "W", "", ""},
	} {
		e := expr.MustParse(c.expr)
		for a, want := range map[Aspect]string{Whole: c.expr, Near: c.expr, Layout: c.layout, MSS: c.mss, Scale: c.scale} {
			if got := a.expression(e).String(); got != want {
				t.Errorf("%s of %q: %q, want %q", aspectNames[a], c.expr, got, want)
			}
		}
	}
}

func TestClaims(t *testing.T) {
	for _, c := range []struct {
		aspect      Aspect
		expr, value string
		want        bool
	}{
		{Whole, "FD-107", "105", true},
		{Whole, "FD-107", "108", false},
		{Whole, "FD-107|120", "120", true},
		{Whole, "FD-107", "XYZ", false},
		{Whole, "A", "00A", true},
		{Whole, "", "", true},
		{Whole, "", "0", false},
		{Whole, "S|O|A+", "A+", true},
		{Whole, "U|A", "U", true},
		{Whole, ">10", "11", true},
		{Whole, ">10", "123456789ABCDEF012", true},
		{Whole, "<10", "123456789ABCDEF012", false},
		{Whole, "45-3B", "40", false},
		{Near, "FD-107", "10F", true},
		{Near, "FD-107", "110", false},
		{Near, "FD-107", "F5", true},
		{Near, "FD-107", "F4", false},
		{Near, "0-5", "0", true},
		{Near, "0-5", "D", true},
		{Near, "0-5", "E", false},
		{Near, ">107", "100", true},
		{Near, ">107", "FF", false},
		{Near, ">107", "FFFFFFFFFFFFFFFF", true},
		{Near, "FD-107", "", false},
		{Layout, "M5B4ST11NW[0-A]", "M550ST11NWE", true},
		{Layout, "M5B4ST11NW[0-A]", "M550NWEST11", false},
		{MSS, "M[5B4|578]ST11", "M578NNS", true},
		{MSS, "M[5B4|578]ST11", "M550ST11", false},
		{Scale, "M5B4NW8NNS", "M550NNSNW8", true},
		{Scale, "M5B4NW[0-7]", "M5B4NW8", false},
		{Scale, "M5B4NNS", "M5B4NNSNW8", false},
		{Scale, "M5B4NNS", "M578", true},
	} {
		claim, s := c.aspect.claim(expr.MustParse(c.expr)), c.aspect.sight(c.value)
		if got := claim.agrees(&s); got != c.want {
			t.Errorf("%v %q, %q: %v", c.aspect, c.expr, c.value, got)
		}
		if got := plainAgrees(c.aspect, expr.MustParse(c.expr), c.aspect.of(c.value)); got != c.want {
			t.Errorf("plain: %v %q, %q: %v", c.aspect, c.expr, c.value, got)
		}
	}
}

func TestSpread(t *testing.T) {
	if got := spread.String(); got != "SEQ.SP" {
		t.Error(got)
	}
}

// Every attribute has a feature, and features have different names.
func TestFeatures(t *testing.T) {
	names := map[string]bool{}
	for i, f := range Features {
		if names[f.String()] {
			t.Errorf("%v stands twice", f)
		}
		names[f.String()] = true
		if s := featuresOf[f.Test][f.Attr]; i < s.first || i >= s.end {
			t.Errorf("%v is not among those of its attribute", f)
		}
	}
	for _, form := range gen2.Tests {
		if len(form.Attrs) > 16 {
			t.Errorf("%s has %d attributes; observed.known has 16 bits", form.Name, len(form.Attrs))
		}
		for _, a := range form.Attrs {
			name := form.Name + "." + a.Name
			if !names[name] && !names[name+"/layout"] {
				t.Errorf("%s has no feature", name)
			}
		}
	}
}

func TestFiltered(t *testing.T) {
	for seen, want := range map[string]bool{
		"T1(R=Y)T4(R=N)T5(R=N)T6(R=N)T7(R=N)U1(R=N)IE(R=N)": true,
		"T1(R=Y)T2(R=Y)T4(R=N)IE(R=N)":                      true, // T2 goes to the open port
		"T1(R=Y)U1(R=N)IE(R=Y%DFI=N)":                       false,
		"T1(R=Y)T5(R=Y)U1(R=N)IE(R=N)":                      false,
		"T1(R=Y)T4(R=Y)":                                    false,
		"T1(R=Y)":                                           true,
	} {
		if got := filtered(joined(seen)); got != want {
			t.Errorf("%s: %v", seen, got)
		}
	}
}

func TestObserve(t *testing.T) {
	show := func(s string) (out []string) {
		o := Observe(joined(s))
		for i, test := range o.tests {
			for j := range gen2.Tests[i].Attrs {
				if test.has(j) {
					out = append(out, fmt.Sprintf("%v.%s %s %s", gen2.Test(i), gen2.Tests[i].Attrs[j].Name, test.values[j][0], test.values[j][1]))
				}
			}
		}
		return out
	}
	for _, c := range []struct {
		name, seen string
		want       []string
	}{
		{"as seen and on a common path", "OPS(O1=M550ST11)WIN(W1=FCC0)", []string{"OPS.O1 M550ST11 M5B4ST11", "WIN.W1 FCC0 FE88"}},
		{"silence counts", "T2(R=N)IE(R=Y%CD=Z)", []string{"T2.R N N", "IE.R Y Y", "IE.CD Z Z"}},
		{"but not behind a firewall", "T1(R=Y)T2(R=N)IE(R=N)", []string{"T1.R Y Y"}},
		{"the first line of a test", "T1(R=Y)T1(R=N%DF=Y)", []string{"T1.R Y Y"}},
		{"what is not known is passed over", "XX(A=1)T1(NO=1%Q=)", []string{"T1.Q  "}},
		{"nothing", "", nil},
	} {
		if d := cmp.Diff(c.want, show(c.seen)); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
	}
}
