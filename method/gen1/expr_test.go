package gen1

import (
	"fmt"
	"strings"
	"testing"
)

// Section 4.2.
var expressions = []struct{ expr, fit, unfit string }{
	{"", "", "0 Y"},
	{"Y", "Y", " N y"},
	{"402E", "402E", "0402E 402e"}, // "literal: exact string equality"
	{"|M", " M", "N"},
	{"M|", " M", "N"},
	{"AS|A|R", "AS A R", "S "},
	{"+", "1 FFFFFFFF 00A", "0 000 S  -1"}, // "v is a hex number other than 0"
	{"<6", "0 5 05", "6 10 S "},            // "strict comparison of hex numbers"
	{">A", "B 10", "A 9 S "},
	{"<7A8FA&>50", "51 7A8F9", "50 7A8FA 0"},
	{">10|<5", "11 4", "10 5"},
	{"0|+", "0 1 FF", "S"},
	{"<S", "<S", "0"}, // "only if a hex digit follows the sign"
	{">", ">", "1"},
	{"S++", "S++", "S O"},
	{"<0", "", "0 1"},
	{">FFFFFFFFFFFFFFFF", "", "FFFFFFFFFFFFFFFF 10000000000000000"},
	{"A&B", "", "A B A&B"},
}

func TestExpr(t *testing.T) {
	for _, c := range expressions {
		e, err := ParseExpr(c.expr)
		if err != nil {
			t.Error(err)
			continue
		}
		check := func(values string, want bool) {
			if values == "" {
				return
			}
			for _, v := range strings.Split(values, " ") {
				if e.Match(v) != want {
					t.Errorf("%q matches %q: %v", c.expr, v, !want)
				}
			}
		}
		if check(c.fit, true); c.expr == "" {
			c.fit = "-"
		}
		check(c.unfit, false)
		if e.Satisfiable() != (c.fit != "") {
			t.Errorf("%q: satisfiable %v", c.expr, e.Satisfiable())
		}
	}
	if !(Expr{}).Match("") || (Expr{}).Match("0") {
		t.Error("the zero value is not the empty expression")
	}
	for text, want := range map[string]string{
		"A|B&C":                   "both | and &",
		"<1FFFFFFFFFFFFFFFF":      "at most 64 bits",
		"5|>5X":                   `">5X"`,
		strings.Repeat("1|", 256): "257 terms",
	} {
		if _, err := ParseExpr(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.20q: %v, want %s", text, err, want)
		}
	}
}

func TestSpans(t *testing.T) {
	for text, want := range map[string]string{
		"<7A8FA&>50": "[{51 7a8f9}]",
		"5|>10|<3":   "[{5 5} {11 ffffffffffffffff} {0 2}]",
		"+":          "[{1 ffffffffffffffff}]",
		"S|<0":       "[]",
		"<5&>9":      "[]",
	} {
		e, err := ParseExpr(text)
		if got := fmt.Sprintf("%x", e.Spans()); err != nil || got != want {
			t.Errorf("%s: %s, %v; want %s", text, got, err, want)
		}
	}
	if e, _ := ParseExpr("S|5|+"); fmt.Sprint(e.Literals()) != "[S 5]" {
		t.Error(e.Literals())
	}
}

// FuzzExpr: what can be read is written as it was, and what an expression says of
// itself matches it.
func FuzzExpr(f *testing.F) {
	for _, c := range expressions {
		f.Add(c.expr, c.fit)
	}
	f.Fuzz(func(t *testing.T, text, value string) {
		e, err := ParseExpr(text)
		if err != nil {
			return
		}
		if e.String() != text {
			t.Errorf("%q is written as %q", text, e)
		}
		for _, v := range e.Literals() {
			if !e.Match(v) {
				t.Errorf("%q does not match its literal %q", text, v)
			}
		}
		if !strings.ContainsAny(text, "|") && strings.Contains(text, "&") {
			for _, s := range e.Spans() {
				if v := fmt.Sprintf("%X", s.Lo); !e.Match(v) && !hasLiteral(e) {
					t.Errorf("%q does not match %s of its span", text, v)
				}
			}
		}
		if e.Match(value) && !e.Satisfiable() {
			t.Errorf("%q matches %q and says that nothing does", text, value)
		}
	})
}

// hasLiteral tells of an expression whose numbers are compared as text too.
func hasLiteral(e Expr) bool {
	for _, t := range e.terms {
		if t.literal {
			return true
		}
	}
	return false
}
