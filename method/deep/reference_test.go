package deep

import (
	"strings"
	"testing"

	"whorl/method"
)

func TestReference(t *testing.T) {
	lines, err := Parse("CLK(OFF=S|P)\nAE(R=Y%B=[)\nBU(N=5-7)")
	if err != nil {
		t.Fatal(err)
	}
	again := method.Line{Test: "BU"}
	again.Set("N", "1")
	r, errs := NewReference(append(lines, again))
	for i, want := range []string{"deep: AE: B: ", "deep: BU: N: stands twice"} {
		if len(errs) != 2 || !strings.HasPrefix(errs[i].Error(), want) {
			t.Errorf("%v, want %s...", errs, want)
		}
	}
	if len(r) != 3 || !r.Expr("CLK", "OFF").Match("P") || !r.Expr("BU", "N").Match("6") || r.Expr("AE", "B") != nil {
		t.Errorf("%v", r)
	}
	if none := Reference(nil); none.Expr("CLK", "OFF") != nil || none.Score(lines) != nil {
		t.Error("nothing says something")
	}
}
