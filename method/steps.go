package method

import "time"

// Slot is one probe of an exchange. R is what the method keeps of an answer.
type Slot[R any] struct {
	Sends int
	Sent  time.Time // the last time
	Reply *R        // nil: none
}

// Answered counts the probes that have an answer.
func Answered[R any](slots []Slot[R]) (n int) {
	for i := range slots {
		if slots[i].Reply != nil {
			n++
		}
	}
	return n
}

// Asked counts the probes that were sent, repeats not counted.
func Asked[R any](slots []Slot[R]) (n int) {
	for i := range slots {
		if slots[i].Sends > 0 {
			n++
		}
	}
	return n
}

// Waiting reports whether any probe that was sent has no answer yet.
func Waiting[R any](slots []Slot[R]) bool {
	for i := range slots {
		if slots[i].Sends > 0 && slots[i].Reply == nil {
			return true
		}
	}
	return false
}

// Left corrects the time of a probe to when it really left, and reports whether there is
// one of that tag.
func Left[R any](slots []Slot[R], tag Tag, at time.Time) bool {
	if tag < 0 || int(tag) >= len(slots) {
		return false
	}
	slots[tag].Sent = at
	return true
}

// Step is what a machine does next, and when.
type Step struct {
	Move Move
	Tag  Tag       // of the packet to send
	Due  time.Time // of Send and Wait
}

// Move is a kind of step.
type Move uint8

// The moves.
const (
	Over Move = iota // nothing is left to send or to wait for
	Send             // a packet leaves
	Wait             // answers are waited for
)

// Steps is the Poll of a machine that decides step by step: it sends what is due and
// gives the time of what follows.
func Steps(now time.Time, out *Outbox, next func(now time.Time) Step, send func(Tag)) (wake time.Time) {
	for {
		s := next(now)
		switch {
		case s.Move == Over && out.Len() > 0: // what was sent is told first
			return now
		case s.Move == Over:
			return time.Time{}
		case s.Move == Wait || s.Due.After(now):
			return s.Due
		}
		send(s.Tag)
	}
}
