package plot

import (
	"fmt"
	"time"
)

// Rows of a lane that are not those of candidates: its head, what was seen, the space
// before the next one.
const (
	headRow  = 0.5
	seenRow  = 1.5
	laneRows = 2.6
)

const (
	seenLabel = "seen"
	capHeight = 4.5 // of the strokes that end a line, up and down, in px
	endGap    = 9   // from the mark of an end to its words
)

// rows is the height of the lane.
func (l *Lane) rows() float64 { return laneRows + float64(len(l.candidates())) }

// segments are those that are drawn.
func (l *Lane) segments() []time.Duration { return l.Segments[:min(len(l.Segments), maxMarks)] }

// stateWords says what a host repeats in a state.
func stateWords(state string) string {
	switch state {
	case "SynRcvd":
		return "its SYN-ACK is not acknowledged"
	case "LastAck":
		return "its FIN, after ours, is not acknowledged"
	case "FinWait1":
		return "its FIN, before ours, is not acknowledged"
	case "Held":
		return "as LastAck, with our ACK held back"
	}
	return ""
}

// draw draws the state below a height: what was seen, and what each candidate foretells.
func (l *Lane) draw(c *canvas, x scale, top float64) {
	row := func(n float64) float64 { return top + n*rowHeight }
	c.heading(point{x.from, row(headRow)}, label(l.State, 20), stateWords(l.State))
	for _, at := range l.segments() {
		at := x.at(seconds(at))
		c.line("grid", point{at, row(seenRow)}, point{at, row(seenRow + 0.4 + float64(len(l.candidates())))})
	}
	for i, candidate := range l.candidates() {
		y := row(seenRow + float64(i+1))
		c.text("right", point{x.from - stripeInset, y}, candidate.label())
		candidate.draw(c, x, y)
	}
	c.text("right", point{x.from - stripeInset, row(seenRow)}, seenLabel)
	l.seen(c, x, row(seenRow))
}

// seen draws the segments that came, the end, and how long was listened.
func (l *Lane) seen(c *canvas, x scale, y float64) {
	if len(l.Segments) == 0 {
		c.text("plain", point{x.from, y}, fmt.Sprintf("none came in %.3g s", seconds(l.Heard)))
		return
	}
	heard := x.at(seconds(l.Heard))
	c.line("plain", point{x.from, y}, point{heard, y})
	for _, at := range l.segments() {
		c.mark(seenMark, point{x.at(seconds(at)), y}, inWords(at))
	}
	if l.End == "" {
		c.mark(stopMark, point{heard, y}, inWords(l.Heard))
		return
	}
	ended := x.at(seconds(l.Ended))
	c.mark(endMark, point{ended, y}, inWords(l.Ended))
	c.text("plain", point{ended + endGap, y}, label(l.End, 8))
}

// inWords is a time as a pointer shows it.
func inWords(d time.Duration) string { return fmt.Sprintf("%.4g s", seconds(d)) }
