package plot

import "time"

// Heights of the timeline, in px.
const (
	rowHeight  = 21
	axisHeight = 50
	keyHeight  = 20
)

// timelineHeight is that of all lanes, the axis and the key.
func (p *Page) timelineHeight() float64 {
	rows := 0.0
	for _, l := range p.lanes() {
		rows += l.rows()
	}
	return rows*rowHeight + axisHeight + keyHeight
}

// timeline draws the lanes over one axis of time, and the key below. It gives its lower
// end.
func (p *Page) timeline(c *canvas, top float64) (bottom float64) {
	most := p.listened()
	x := timeScale(most, p.stripe(), width-margin)
	y := top
	for _, l := range p.lanes() {
		l.draw(c, x, y)
		y += l.rows() * rowHeight
	}
	c.axisBelow(x, y, timeTicks(most), "seconds since the first segment, logarithmic above 0.2")
	p.key(c, y+axisHeight+keyHeight/2)
	return top + p.timelineHeight()
}

// stripe is where the lanes begin, right of the longest label.
func (p *Page) stripe() float64 {
	longest := advance(seenLabel)
	for _, l := range p.lanes() {
		for _, x := range l.candidates() {
			longest = max(longest, advance(x.label()))
		}
	}
	return margin + min(longest, width/2) + stripeInset
}

// listened is the end of the axis of time: when the last lane was given up, in seconds.
func (p *Page) listened() float64 {
	last := time.Second
	for _, l := range p.lanes() {
		last = max(last, l.Heard, l.Ended)
		for _, at := range l.segments() {
			last = max(last, at)
		}
	}
	return seconds(last) * 1.1
}

// key tells what the marks mean.
func (p *Page) key(c *canvas, y float64) {
	x := float64(margin)
	say := func(words string, marks ...mark) {
		for _, m := range marks {
			c.mark(m, point{x + radius, y}, words)
			x += 3 * radius
		}
		c.text("note", point{x, y}, words)
		x += advance(words) + 24
	}
	say(seenLabel, seenMark)
	if ranks := p.ranks(); ranks > 0 {
		say("due by a record, earliest to latest; %: how likely by these times alone", candidateMarks[:ranks]...)
	}
	say("the end", endMark)
	say("nothing more until we stopped listening", stopMark)
}

// ranks is how many marks of candidates stand in the lanes.
func (p *Page) ranks() (n int) {
	for _, l := range p.lanes() {
		for _, x := range l.candidates() {
			n = max(n, bounded(x.Rank)+1)
		}
	}
	return n
}
