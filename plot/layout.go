package plot

import (
	"image/color"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Sizes in points.
const (
	width         = 720
	margin        = 18
	headHeight    = 42
	samplesHeight = 180
	samplesGap    = 22 // between the panels, and above them
)

// height is that of the page, in points.
func (p *Page) height() vg.Length {
	h := vg.Length(2*margin + headHeight)
	if len(p.Lanes) > 0 {
		h += p.timelineHeight()
	}
	if p.sampled() {
		h += samplesHeight + samplesGap
	}
	return h
}

// draw puts the parts of the page below each other.
func (p *Page) draw(c draw.Canvas) {
	c.SetColor(color.White)
	c.Fill(c.Rectangle.Path())
	c = draw.Crop(c, margin, -margin, margin, -margin)
	p.head(c)
	rest := draw.Crop(c, 0, 0, 0, -headHeight)
	if len(p.Lanes) > 0 {
		lanes := rest
		lanes.Min.Y = lanes.Max.Y - p.timelineHeight()
		p.timeline(lanes)
		rest.Max.Y = lanes.Min.Y - samplesGap
	}
	if p.sampled() {
		rest.Min.Y = rest.Max.Y - samplesHeight
		p.samples(rest)
	}
}

// head is the title and the verdict.
func (p *Page) head(c draw.Canvas) {
	c.FillText(bold(write(14, black)), vg.Point{X: c.Min.X, Y: c.Max.Y - 8}, label(p.Title, 70))
	c.FillText(write(11, black), vg.Point{X: c.Min.X, Y: c.Max.Y - 26}, label(p.Verdict, 110))
}
