package ipv6

import (
	"time"

	"whorl/method/gen2"
)

// train are the slots of S1-S6.
type train [seqProbes]Slot

// What a train must be like; otherwise it is sent again.
const (
	trainError = gen2.SeqGap / 2 // how far a gap may err
	minSynAcks = 4               // that rates can be computed from
)

// wantTrain reports whether the SEQ train has to be repeated: its cadence was off, or too
// few were answered to compute anything though some were, or, on a path that loses
// packets, not as many as the port accepts.
func (m *Machine) wantTrain() bool {
	tries := m.tries
	if m.repeat && tries > 1 {
		tries += lossTries
	}
	if m.Target.OpenTCP == 0 || m.Train+1 >= min(tries, basePorts) {
		return false
	}
	running := m.running()
	n := running.synAcks()
	return n > 0 && n < minSynAcks || m.repeat && n < m.accepted() || !running.even()
}

func (e *Exchange) running() *train { return (*train)(e.Slots[:seqProbes]) }

// beginTrain puts the running train aside and makes room for a new one.
func (e *Exchange) beginTrain() {
	if e.best == nil || e.best.worth() <= e.running().worth() {
		e.best = new(train)
		*e.best = *e.running()
	}
	clear(e.running()[:])
	e.Train++
}

// takeBest gives the train that was best its place back.
func (e *Exchange) takeBest() {
	if e.best != nil && e.best.worth() > e.running().worth() {
		*e.running() = *e.best
	}
	e.best = nil
}

// accepted is how many of S1-S6 the port accepts, as far as an answer to them or to their
// repeats shows.
func (e *Exchange) accepted() (n int) {
	for p := S1; p <= S6; p++ {
		if e.first(p).Reply.synAck() {
			n++
		}
	}
	return n
}

// worth is how many answers of a train can be measured.
func (t *train) worth() int {
	if !t.even() {
		return 0
	}
	return t.synAcks()
}

// synAcks counts the answers that accept the connection.
func (t *train) synAcks() (n int) {
	for i := range t {
		if t[i].Reply.synAck() {
			n++
		}
	}
	return n
}

// even reports whether the train kept its time.
func (t *train) even() bool {
	worst, ratio := t.cadence()
	return worst <= trainError && ratio >= 0.8 && ratio <= 1.4
}

// cadence is the largest deviation of a gap from 100 ms, and the time from the first to
// the last probe over the ideal one.
func (t *train) cadence() (worst time.Duration, ratio float64) {
	for i := range t[1:] {
		d := t[i+1].Sent.Sub(t[i].Sent) - gen2.SeqGap
		worst = max(worst, d.Abs())
	}
	span := t[seqProbes-1].Sent.Sub(t[0].Sent)
	return worst, span.Seconds() / (time.Duration(seqProbes-1) * gen2.SeqGap).Seconds()
}

// Cadence tells how well the SEQ train kept its time: the largest deviation of a gap from
// 100 ms, and the time from the first to the last probe over the ideal 500 ms. Both are
// zero without an open port.
func (e *Exchange) Cadence() (worst time.Duration, ratio float64) {
	if e.Slots[S1].Sends == 0 || e.Slots[S6].Sends == 0 {
		return 0, 0
	}
	return e.running().cadence()
}
