package plot

// Lengths at axes, in px.
const (
	tickLength  = 5
	tickLabel   = 14 // from the axis to the middle of the label below it
	axisLabel   = 31 // and to that of the axis
	stripeInset = 8  // from the labels at the left to the axis
)

// axisBelow draws an axis of x at a height, with words below.
func (c *canvas) axisBelow(x scale, y float64, ticks []tick, words string) {
	c.line("axis", point{x.from, y}, point{x.to, y})
	for _, t := range ticks {
		at, long := x.at(t.value), tickLength/2.0
		if t.label != "" {
			long = tickLength
			c.text("middle", point{at, y + tickLabel}, t.label)
		}
		c.line("axis", point{at, y}, point{at, y + long})
	}
	c.text("note middle", point{(x.from + x.to) / 2, y + axisLabel}, words)
}

// axisLeft draws the labels of y, and a line across for each.
func (c *canvas) axisLeft(y scale, left, right float64, ticks []tick) {
	for _, t := range ticks {
		at := y.at(t.value)
		c.line("grid", point{left, at}, point{right, at})
		c.text("right", point{left - stripeInset, at}, t.label)
	}
}
