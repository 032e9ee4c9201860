package syn

import "testing"

func TestRepeats(t *testing.T) {
	for want, r := range map[string]Repeats{
		"Again(T=3E8,BB8,1B58)": {N: 3, After: [MaxRepeats]uint32{1000, 3000, 7000}},
		"AgainAck(T=3E8)":       {Answer: true, N: 1, After: [MaxRepeats]uint32{1000}},
	} {
		if got := r.String(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
		if back, err := ParseRepeats(want + "\n"); err != nil || back != r {
			t.Errorf("%s: %+v, %v", want, back, err)
		}
	}
	for _, bad := range []string{"", "Again()", "Again(T=)", "Again(T=1,2,3,4,5,6,7)", "Again(T=x)", "Again(T=2,1)", "Again(T=0)", "Syn(T=1)", "Again(T=1%S=1)"} {
		if r, err := ParseRepeats(bad); err == nil {
			t.Errorf("%q read as %+v", bad, r)
		}
	}
}

func TestAddRepeats(t *testing.T) {
	var r Repeats
	for i, ms := range []uint32{0, 5, 5, 4, 6, 7, 8, 9, 10, 11} {
		want := map[int]bool{1: true, 4: true, 5: true, 6: true, 7: true, 8: true}[i]
		if got := r.Add(ms); got != want {
			t.Errorf("%d kept: %v, want %v", ms, got, want)
		}
	}
	if r.String() != "Again(T=5,6,7,8,9,A)" {
		t.Error(r.String())
	}
}

// What can be read is written the same again.
func FuzzParseRepeats(f *testing.F) {
	f.Add("Again(T=3E8,BB8)")
	f.Add("AgainAck(T=FFFFFFFF)\n")
	f.Fuzz(func(t *testing.T, text string) {
		if r, err := ParseRepeats(text); err == nil {
			if again, err := ParseRepeats(r.String()); err != nil || again != r {
				t.Fatalf("%q reads as %+v, and that as %+v, %v", text, r, again, err)
			}
		}
	})
}
