package plot

import "time"

// label is the name of a candidate with its share.
func (x *Candidate) label() string {
	name := label(x.Name, 40)
	if x.Share == "" {
		return name
	}
	return name + ", " + label(x.Share, 12)
}

// copies are those that are drawn.
func (x *Candidate) copies() []Window { return x.Copies[:min(len(x.Copies), maxMarks)] }

// last is the last window of the schedule.
func (x *Candidate) last() (w Window) {
	if due := x.copies(); len(due) > 0 {
		w = due[len(due)-1]
	}
	if x.End != nil {
		w = *x.End
	}
	return w
}

// draw puts what a schedule foretells on a row, as far as the axis goes.
func (x *Candidate) draw(c *canvas, s scale, y float64) {
	colour := ink(x.Rank)
	c.line("dots "+colour, point{s.from, y}, point{min(s.at(seconds(x.last().To)), s.to), y})
	for _, w := range x.copies() {
		w.draw(c, s, y, candidateMarks[bounded(x.Rank)], colour)
	}
	if x.End == nil {
		return
	}
	if right, shown := x.End.draw(c, s, y, mark{endMark.class + " " + colour, endMark.shape}, colour); shown {
		c.text("plain", point{right + endGap, y}, "RST")
	}
}

// draw puts a mark in the middle of the window, and a bar over all of it where that is
// wider than the mark. It gives the right end; shown is false if the mark would be beyond
// the axis.
func (w Window) draw(c *canvas, s scale, y float64, m mark, colour string) (right float64, shown bool) {
	from, to := s.at(seconds(w.From)), min(s.at(seconds(w.To)), s.to)
	middle := s.at((seconds(w.From) + seconds(w.To)) / 2)
	if middle > s.to {
		return to, false
	}
	if to-from > 2*radius {
		bar := "bar " + colour
		c.line(bar, point{from, y}, point{to, y})
		c.line(bar, point{from, y - capHeight}, point{from, y + capHeight})
		c.line(bar, point{to, y - capHeight}, point{to, y + capHeight})
	}
	c.mark(m, point{middle, y}, w.inWords())
	return max(to, middle), true
}

// inWords is the window as a pointer shows it.
func (w Window) inWords() string {
	if w.To-w.From < time.Millisecond {
		return inWords(w.To)
	}
	return inWords(w.From) + " to " + inWords(w.To)
}
