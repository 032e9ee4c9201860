package backoff

import (
	"fmt"
	"strings"
	"time"

	"whorl/method"
	"whorl/packet"
)

// Measure computes a line for each flow that was opened and stayed valid.
func (e *Exchange) Measure() Print { return e.measure(e.Last) }

func (e *Exchange) measure(now time.Time) (out Print) {
	for i := range e.Flows {
		f := &e.Flows[i]
		r, ok := e.run(f, now)
		if !ok {
			continue
		}
		l := r.Line()
		if r.Seen {
			f.looks(&l)
		}
		if r.Seen && f.State.fin() {
			f.unlike(&l, e.flow(SynRcvd))
		}
		if f.End == Reset {
			f.resets(&l)
		}
		out = append(out, l)
	}
	return out
}

// flow is that of a state; nil: it was not asked for.
func (e *Exchange) flow(s State) *Flow {
	for i := range e.Flows {
		if e.Flows[i].State == s {
			return &e.Flows[i]
		}
	}
	return nil
}

// looks adds what the first segment of the run looked like, and what is another in a
// copy.
func (f *Flow) looks(l *method.Line) {
	s := &f.Run[0]
	l.Set("W", hex(uint32(s.Window)))
	l.Set("TTL", hex(uint32(s.TTL)))
	l.Set("O", layout(s.Options))
	if changed := f.changed(); changed != "" {
		l.Set("C", changed)
	}
	if f.Doubles > 0 {
		l.Set("X", hex(uint32(f.Doubles)))
	}
}

// changed says what differs between copies, a letter each: I the sequence number, T the
// TTL, W the window, O the options. A host changes none of them; I or T is two devices.
func (f *Flow) changed() string {
	const letters = "ITWO"
	var found [len(letters)]bool
	first := &f.Run[0]
	for i := range f.Run[1:] {
		s := &f.Run[i+1]
		for j, differs := range [len(letters)]bool{s.Seq != first.Seq, s.TTL != first.TTL,
			s.Window != first.Window, layout(s.Options) != layout(first.Options)} {
			found[j] = found[j] || differs
		}
	}
	var b strings.Builder
	for j, differs := range found {
		if differs {
			b.WriteByte(letters[j])
		}
	}
	return b.String()
}

// resets adds what the RST looked like: RF its flags, RW its window, RN which of its
// numbers are zero, S the sequence number and A the acknowledgement.
func (f *Flow) resets(l *method.Line) {
	s := f.Ended
	l.Set("RF", s.Flags.String())
	l.Set("RW", hex(uint32(s.Window)))
	zero := ""
	if s.Seq == 0 {
		zero += "S"
	}
	if s.Ack == 0 {
		zero += "A"
	}
	l.Set("RN", zero)
}

// optionLetters are those of the passive lines.
var optionLetters = map[uint8]byte{packet.OptMSS: 'M', packet.OptNOP: 'N', packet.OptWScale: 'W',
	packet.OptSACKOK: 'S', packet.OptTimestamp: 'T', packet.OptEOL: 'L'}

// layout is the options in order, a letter each as in SynAck lines; X is any other.
func layout(raw []byte) string {
	var b strings.Builder
	for {
		o, rest, ok := packet.NextOption(raw)
		if !ok {
			return b.String()
		}
		letter, known := optionLetters[o.Kind]
		if !known {
			letter = 'X'
		}
		b.WriteByte(letter)
		raw = rest
	}
}

func hex(v uint32) string { return fmt.Sprintf("%X", v) }
