package plot

import (
	"errors"
	"fmt"
	"io"
)

// Sizes in px.
const (
	width         = 960
	margin        = 24
	headHeight    = 56
	samplesHeight = 250
	samplesGap    = 30 // between the panels, and above them
)

// ErrEmpty is the error of a page with nothing on it.
var ErrEmpty = errors.New("plot: there is nothing to draw")

// SVG writes the page. Texts stay texts, in the reader's font.
func (p *Page) SVG(w io.Writer) error {
	if p.Empty() {
		return ErrEmpty
	}
	c := &canvas{}
	p.draw(c)
	if _, err := c.WriteTo(w); err != nil {
		return fmt.Errorf("plot: %w", err)
	}
	return nil
}

// draw puts the parts of the page below each other.
func (p *Page) draw(c *canvas) {
	title, verdict := label(p.Title, 70), label(p.Verdict, 110)
	c.open(width, p.height(), title, verdict)
	c.text("title", point{margin, margin + 11}, title)
	c.text("lead", point{margin, margin + 35}, verdict)
	top := float64(margin + headHeight)
	if len(p.Lanes) > 0 {
		top = p.timeline(c, top) + samplesGap
	}
	if p.sampled() {
		p.samples(c, top)
	}
	c.end()
}

// height is that of the page.
func (p *Page) height() float64 {
	h := float64(2*margin + headHeight)
	if len(p.Lanes) > 0 {
		h += p.timelineHeight()
	}
	if p.sampled() {
		h += samplesHeight
	}
	if len(p.Lanes) > 0 && p.sampled() {
		h += samplesGap
	}
	return h
}
