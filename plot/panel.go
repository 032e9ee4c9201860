package plot

import "strconv"

// Lengths of a panel, in px.
const (
	panelHead  = 46 // its two lines of text, down to the highest number
	panelLeft  = 46 // labels of y
	panelBelow = 40 // labels of x
)

// samples draws the series side by side.
func (p *Page) samples(c *canvas, top float64) {
	panels := []panel{isnPanel(p.Series), ipidPanel(p.Series), clockPanel(p.Series)}
	wide := (width - 2*margin - float64(len(panels)-1)*samplesGap) / float64(len(panels))
	for i := range panels {
		left := margin + float64(i)*(wide+samplesGap)
		panels[i].draw(c, left, left+wide, top)
	}
}

// draw puts the panel between two places below a height.
func (p *panel) draw(c *canvas, left, right, top float64) {
	c.heading(point{left, top + 7}, p.title, p.below)
	if len(p.at) == 0 {
		return
	}
	c.text("note", point{left, top + 25}, p.y)
	bottom := top + samplesHeight - panelBelow
	ys := roundTicks(p.most(4, func(at point) float64 { return at.y }))
	y := scale{least: 0, most: ys[len(ys)-1].value, from: bottom, to: top + panelHead}
	x := scale{from: left + panelLeft, to: right}
	c.axisLeft(y, x.from, x.to, ys)
	var xs []tick
	words := "answer"
	if p.timed {
		xs, words = roundTicks(p.most(0.001, func(at point) float64 { return at.x })), "seconds since the first probe"
		x.most = xs[len(xs)-1].value
	} else {
		xs = wholeTicks(len(p.at))
		x.least, x.most = 0.5, float64(len(p.at))+0.5
	}
	c.axisBelow(x, bottom, xs, words)
	on := func(at point) point { return point{x.at(at.x), y.at(at.y)} }
	if p.fit != nil {
		c.line("fit c0", on(p.fit.at(p.at[0].x)), on(p.fit.at(p.at[len(p.at)-1].x)))
	}
	for _, at := range p.at {
		c.mark(seenMark, on(at), p.inWords(at))
	}
}

// most is the largest of the numbers, and at least as much as is said.
func (p *panel) most(least float64, of func(point) float64) float64 {
	for _, at := range p.at {
		least = max(least, of(at))
	}
	return least
}

// inWords is a sample as a pointer shows it.
func (p *panel) inWords(at point) string {
	number := strconv.FormatFloat(at.y, 'f', -1, 64)
	if p.timed {
		return number + " after " + strconv.FormatFloat(at.x, 'g', 4, 64) + " s"
	}
	return "answer " + strconv.Itoa(int(at.x)) + ": " + number
}
