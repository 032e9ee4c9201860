package osdb

import (
	"slices"
	"strings"

	"whorl/method"
	"whorl/method/expr"
	"whorl/method/gen2"
	"whorl/method/syn"
)

// Habits is what the record says of what a host shows over its connections: its lines
// Habits, and where these say nothing what follows from SEQ of the second generation (IP
// IDs of SYN-ACKs and resets, rate of timestamps) and CLK of the deep probes.
func (e *Entry) Habits() syn.HabitsReference {
	l := method.Line{Test: syn.TestHabits}
	for _, h := range []struct {
		habit syn.Habit
		attr  string
		as    map[string]string
	}{{syn.HabitAnswers, "TI", idClasses}, {syn.HabitResets, "CI", resetClasses}, {syn.HabitRate, "TS", rates}} {
		if text, ok := e.second(gen2.TestSEQ, h.attr); ok {
			set(&l, h.habit, translated(parsed(text), h.as))
		}
	}
	for _, clk := range e.Tests(func(test string) bool { return test == "CLK" }) {
		if hz, ok := clk.Value("HZ"); ok {
			set(&l, syn.HabitRate, hz)
		}
		if off, ok := clk.Value("OFF"); ok {
			if x, err := expr.Parse(off); err == nil {
				set(&l, syn.HabitOffset, translated(x, offsets))
			}
		}
	}
	out, _ := syn.NewHabitsReference([]method.Line{l})
	own, _ := syn.NewHabitsReference(e.Tests(func(test string) bool { return test == syn.TestHabits })) // what is wrong was told when it was read
	for i := range own {
		if own[i] != nil {
			out[i] = own[i]
		}
	}
	return out
}

func set(l *method.Line, h syn.Habit, value string) {
	if value != "" {
		l.Set(h.String(), value)
	}
}

// What values of other tests are as habits. Those that are missing say nothing of it: no
// timestamps (U), and series that happen to look like another rate.
var (
	idClasses    = map[string]string{"Z": "Z", "I": "I", "BI": "I", "RD": "R", "RI": "R"}
	resetClasses = map[string]string{"Z": "Z", "I": "N", "BI": "N", "RD": "N", "RI": "N"}
	rates        = map[string]string{"1": "2", "7": "64", "8": "C8|FA|12C", "A": "3E8"}
	offsets      = map[string]string{"S": "S", "P": "P", "R": "P"}
)

// translated are the alternatives of an expression as habits.
func translated(x expr.Expr, as map[string]string) string {
	var out []string
	for _, a := range x.Alternatives() {
		if v := as[a.Text]; v != "" && !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return strings.Join(out, "|")
}
