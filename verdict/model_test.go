package verdict

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestModelRoundTrip(t *testing.T) {
	m := NewModel()
	m.Unknown, m.Family.Focus, m.Family.Temper[3], m.Version.Drift[5] = -3.125, 0.75, 1.5, 0.25
	got, err := ParseModel(strings.NewReader(m.String()), "m")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(m, got); d != "" {
		t.Error(d)
	}
}

func TestParseModelErrors(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{"unknown", `unknown: 0 numbers, want 1`},
		{"unknown 1 2", `unknown: 2 numbers, want 1`},
		{"unknown NaN", `unknown: "NaN" is not a number from -100 to 100`},
		{"unknown 1e9", `unknown: "1e9" is not a number from -100 to 100`},
		{"focus 0.5", `focus: 1 numbers, want 2`},
		{"focus 0.5 -1", `focus: "-1" is not a number from 0 to 3`},
		{"SEQ.SP 0.1 0.2 0.1", `SEQ.SP: 3 numbers, want 4`},
		{"SEQ.SP 0 0.2 0.1 0.2", `SEQ.SP: "0" is not a number from 0.001 to 0.6`},
		{"SEQ.SP 0.1 x 0.1 0.2", `SEQ.SP: "x" is not a number from 0 to 2`},
		{"SEQ.SP 0.1 0.2 0.1 " + strings.Repeat("9", 100), `"` + strings.Repeat("9", 40) + `" is not`},
		{"SEQ.XX 1", `unknown feature "SEQ.XX"`},
	} {
		m, err := ParseModel(strings.NewReader("# head\n\n"+c.line+"\nSEQ.GCD 0.2 0.2 0.2 0.2 # the rest is read\n"), "m.txt")
		if err == nil || !strings.HasPrefix(err.Error(), "verdict: m.txt:3: ") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.line, err, c.want)
		}
		want := NewModel()
		i := featuresOf[0][1].first
		want.Family.Drift[i], want.Family.Temper[i], want.Version.Drift[i], want.Version.Temper[i] = 0.2, 0.2, 0.2, 0.2
		if d := cmp.Diff(want, m); d != "" {
			t.Errorf("%s: %s", c.line, d)
		}
	}
	_, err := ParseModel(strings.NewReader("a\nunknown 1\nb\n"), "m")
	if want := "verdict: m:1: unknown feature \"a\"\nverdict: m:3: unknown feature \"b\""; err == nil || err.Error() != want {
		t.Errorf("%v", err)
	}
	broken := errors.New("broken disk")
	if _, err := ParseModel(failing{broken}, "m"); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
}

type failing struct{ error }

func (f failing) Read([]byte) (int, error) { return 0, f.error }

// FuzzParseModel: what is read is within its bounds, and what is written is read as it
// was.
func FuzzParseModel(f *testing.F) {
	f.Add(NewModel().String())
	f.Add("unknown -3.6\nfocus 0.4 0\nSEQ.SP 0.1162 0.0553 0.1 0.2\n")
	f.Add("unknown +Inf\nfocus 1e-400 0x1p-2\nT1.R 0.00100000001 0.00005 .6 2\n")
	f.Fuzz(func(t *testing.T, s string) {
		m, _ := ParseModel(strings.NewReader(s), "m")
		for i := range Features {
			for _, w := range []Weights{m.Family, m.Version} {
				if d, k := w.Drift[i], w.Temper[i]; !(minDrift <= d && d <= maxDrift && 0 <= k && k <= maxTemper) {
					t.Fatalf("%v: drift %v, temper %v", Features[i], d, k)
				}
			}
		}
		if math.IsNaN(m.Unknown) {
			t.Fatal("the weight of the unknown is not a number")
		}
		again, err := ParseModel(strings.NewReader(m.String()), "m")
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(m.String(), again.String()); d != "" {
			t.Error(d)
		}
	})
}
