package syn

import (
	"fmt"
	"slices"
	"strings"

	"whorl/method"
	"whorl/method/expr"
)

// Habits are what a host shows over all of its connections, beside its handshakes: values
// of a line, by [Habit]. What was not seen often enough is empty.
//
//	Habits(SI=R%AI=Z%RI=Z%HZ=3E8%OFF=S%RR=N)
//
// In records a value may be an expression.
type Habits [NumHabits]string

// Habit is one of them.
type Habit uint8

// The habits, in the order of a line.
const (
	HabitSYNs    Habit = iota // SI: IP IDs of SYNs to one peer: zero (Z), a counter (I), at random (R)
	HabitAnswers              // AI: the same of SYN-ACKs
	HabitResets               // RI: IP IDs of resets that refuse a SYN: zero (Z) or not (N)
	HabitRate                 // HZ: rate of timestamps a second, as [UsualRate] rounds it, hexadecimal
	HabitOffset               // OFF: connections of one peer show one clock (S) or one each (P)
	HabitRefused              // RR: a SYN that was refused is sent again (Y) or not (N)
	NumHabits
)

// TestHabits is the name of their line.
const TestHabits = "Habits"

// habitForms are names, values that there are, and what a difference costs: the logarithm
// of how much less likely it makes a record. They are small, as NATs and firewalls change
// IP IDs and as connections of two hosts behind one address mix. Set by hand.
var habitForms = [NumHabits]struct {
	name   string
	values []string // nil: numbers
	cost   float64
}{
	HabitSYNs:    {"SI", []string{"Z", "I", "R"}, 1.5},
	HabitAnswers: {"AI", []string{"Z", "I", "R"}, 1},
	HabitResets:  {"RI", []string{"Z", "N"}, 1.5},
	HabitRate:    {"HZ", nil, 2},
	HabitOffset:  {"OFF", []string{"S", "P"}, 1.5},
	HabitRefused: {"RR", []string{"Y", "N"}, 2},
}

// String is the name in a line.
func (h Habit) String() string { return habitForms[h].name }

// Rate is the rate of timestamps, a second. ok is false if it was not seen.
func (h *Habits) Rate() (hz float64, ok bool) {
	n, err := parseHex(h[HabitRate], 16)
	return float64(n), err == nil && n > 0
}

func habitNamed(name string) (Habit, bool) {
	for i := range habitForms {
		if habitForms[i].name == name {
			return Habit(i), true
		}
	}
	return 0, false
}

// String is the line; empty if there is nothing to say.
func (h *Habits) String() string {
	l := method.Line{Test: TestHabits}
	for i, v := range h {
		if v != "" {
			l.Set(habitForms[i].name, v)
		}
	}
	if len(l.Attrs) == 0 {
		return ""
	}
	return l.String()
}

// ParseHabits reads what String writes.
func ParseHabits(text string) (h Habits, err error) {
	l, err := method.ParseLine(strings.TrimSpace(text))
	if err != nil {
		return h, fmt.Errorf("syn: %w", err)
	}
	if l.Test != TestHabits {
		return h, fmt.Errorf("syn: %.20s(...); want %s(...)", l.Test, TestHabits)
	}
	for _, a := range l.Attrs {
		i, ok := habitNamed(a.Name)
		if !ok {
			return Habits{}, fmt.Errorf("syn: %s: %.20s: no such attribute", TestHabits, a.Name)
		}
		if !i.allows(a.Value) {
			return Habits{}, fmt.Errorf("syn: %s: %s: %.20q; want %s", TestHabits, a.Name, a.Value, i.wants())
		}
		h[i] = a.Value
	}
	return h, nil
}

// allows reports whether a habit can have a value.
func (h Habit) allows(value string) bool {
	if values := habitForms[h].values; values != nil {
		return slices.Contains(values, value)
	}
	n, err := parseHex(value, 16)
	return err == nil && n > 0
}

func (h Habit) wants() string {
	if values := habitForms[h].values; values != nil {
		return strings.Join(values, ", ")
	}
	return "a number in hexadecimal, upper case"
}

// HabitsReference is what a record says of habits; nil says nothing.
type HabitsReference [NumHabits]*expr.Expr

// NewHabitsReference reads the lines Habits of a record. Lines of other methods are passed
// over. What cannot be understood is reported and left out.
func NewHabitsReference(lines []method.Line) (r HabitsReference, errs []error) {
	for _, l := range lines {
		if l.Test != TestHabits {
			continue
		}
		for _, a := range l.Attrs {
			if err := r.set(a); err != nil {
				errs = append(errs, fmt.Errorf("syn: %s: %s: %w", TestHabits, a.Name, err))
			}
		}
	}
	return r, errs
}

func (r *HabitsReference) set(a method.Attr) error {
	i, ok := habitNamed(a.Name)
	if !ok {
		return fmt.Errorf("no such attribute")
	}
	x, err := expr.Parse(a.Value)
	if err != nil {
		return err
	}
	for _, alt := range x.Alternatives() {
		if v, ok := alt.Example(); !ok || !i.allows(v) {
			return fmt.Errorf("%.20q; want %s", a.Value, i.wants())
		}
	}
	r[i] = &x
	return nil
}

// Against is what one habit says against a record, the logarithm of a likelihood, at most
// 0. ok is false if it was not seen or the record does not tell of it.
func (r *HabitsReference) Against(i Habit, seen *Habits) (log float64, ok bool) {
	if r[i] == nil || seen[i] == "" {
		return 0, false
	}
	if r[i].Match(seen[i]) {
		return 0, true
	}
	if i == HabitAnswers && (seen[i] == "Z" || !slices.ContainsFunc(habitForms[i].values[1:], r[i].Match)) {
		return 0, false // zero or not: each SYN-ACK has been judged by that
	}
	return -habitForms[i].cost, true
}
