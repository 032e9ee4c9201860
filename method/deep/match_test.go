package deep

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whorl"
)

func TestScore(t *testing.T) {
	seen, _ := Parse("CLK(HZ=3E8%OFF=S)\nAE(R=Y%B=0%O=N)\nAO(R=N)\nBU(N=5)")
	// An expression that cannot be read, a test of another method, a test and an
	// attribute that were not seen: none of them is evidence.
	lines, err := Parse("CLK(OFF=P)\nAE(R=Y%B=0|1%TG=40)\nAO(R=Y%F=AS)\nEC(R=Y)\nBU(N=1-6)")
	if err != nil {
		t.Fatal(err)
	}
	record, _ := NewReference(lines)
	want := []whorl.Evidence{
		{Method: "deep", Test: "CLK", Attr: "OFF", Want: "P", Got: "S"},
		{Method: "deep", Test: "AE", Attr: "R", Want: "Y", Got: "Y", Agrees: true},
		{Method: "deep", Test: "AE", Attr: "B", Want: "0|1", Got: "0", Agrees: true},
		{Method: "deep", Test: "AO", Attr: "R", Want: "Y", Got: "N"},
		{Method: "deep", Test: "BU", Attr: "N", Want: "1-6", Got: "5", Agrees: true},
	}
	if d := cmp.Diff(want, record.Score(seen)); d != "" {
		t.Error(d)
	}
}

func ExampleReference_Score() {
	lines, _ := Parse("AE(R=Y%B=0)")
	record, _ := NewReference(lines)
	seen, _ := Parse("AE(R=Y%B=1%O=N)")
	for _, e := range record.Score(seen) {
		fmt.Println(e.Test, e.Attr, e.Want, e.Got, e.Agrees)
	}
	// Output:
	// AE R Y Y true
	// AE B 0 1 false
}
