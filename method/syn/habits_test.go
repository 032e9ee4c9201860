package syn

import (
	"strings"
	"testing"

	"whorl/method"
)

const allHabits = "Habits(SI=R%AI=Z%RI=Z%HZ=3E8%OFF=S%RR=N)"

func TestHabitsText(t *testing.T) {
	h, err := ParseHabits(allHabits + "\n")
	if err != nil || h.String() != allHabits {
		t.Errorf("%v, %v", h.String(), err)
	}
	if hz, ok := h.Rate(); !ok || hz != 1000 {
		t.Errorf("%v Hz, %v", hz, ok)
	}
	var none Habits
	if _, ok := none.Rate(); ok || none.String() != "" {
		t.Errorf("%q, %v", none.String(), ok)
	}
	for text, want := range map[string]string{
		"":                "not a test line",
		"Syn(SI=R)":       "want Habits(...)",
		"Habits(XX=R)":    "no such attribute",
		"Habits(SI=X)":    "want Z, I, R",
		"Habits(HZ=0)":    "hexadecimal",
		"Habits(HZ=fa)":   "hexadecimal",
		"Habits(SI=R|I)":  "want Z, I, R",
		"Habits(RR=Y%X)":  "",
		"Habits(OFF=SP))": "",
	} {
		if _, err := ParseHabits(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

func TestHabitsReference(t *testing.T) {
	line := func(s string) method.Line {
		l, err := method.ParseLine(s)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	r, errs := NewHabitsReference([]method.Line{line("Syn(O=)"), line("Habits(SI=R|Z%HZ=64|3E8%RR=N)")})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	seen := Habits{HabitSYNs: "I", HabitRate: "64", HabitResets: "Z"}
	for h, want := range map[Habit]struct {
		log float64
		ok  bool
	}{HabitSYNs: {-1.5, true}, HabitRate: {0, true}, HabitResets: {0, false}, HabitRefused: {0, false}} {
		if log, ok := r.Against(h, &seen); log != want.log || ok != want.ok {
			t.Errorf("%v: %v %v, want %+v", h, log, ok, want)
		}
	}
	// Zero or not is what each SYN-ACK shows; a counter is none of random numbers.
	ids, _ := NewHabitsReference([]method.Line{line("Habits(AI=Z)")})
	counter, _ := NewHabitsReference([]method.Line{line("Habits(AI=I)")})
	for _, tt := range []struct {
		r    HabitsReference
		seen string
		log  float64
		ok   bool
	}{{ids, "Z", 0, true}, {ids, "R", 0, false}, {counter, "Z", 0, false}, {counter, "R", -1, true}} {
		if log, ok := tt.r.Against(HabitAnswers, &Habits{HabitAnswers: tt.seen}); log != tt.log || ok != tt.ok {
			t.Errorf("IDs of SYN-ACKs %s: %v %v, want %v %v", tt.seen, log, ok, tt.log, tt.ok)
		}
	}
	for _, bad := range []string{"Habits(SI=Q)", "Habits(XX=1)", "Habits(HZ=>)", "Habits(SI=[)"} {
		if _, errs := NewHabitsReference([]method.Line{line(bad)}); len(errs) != 1 {
			t.Errorf("%s: %v", bad, errs)
		}
	}
}

// What can be read is written the same again.
func FuzzParseHabits(f *testing.F) {
	f.Add(allHabits)
	f.Fuzz(func(t *testing.T, text string) {
		h, err := ParseHabits(text)
		if err != nil || h == (Habits{}) {
			return
		}
		if again, err := ParseHabits(h.String()); err != nil || again != h {
			t.Fatalf("%q reads as %+v, and that as %+v, %v", text, h, again, err)
		}
	})
}
