package plot

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// dpi is the resolution of PNG: two pixels a point.
const dpi = 144

// ErrEmpty is the error of a page with nothing on it.
var ErrEmpty = errors.New("plot: there is nothing to draw")

// fallbacks are the fonts of an SVG file. All but the last have the same widths.
const fallbacks = family + ",Arimo,Arial,Helvetica,sans-serif"

// SVG writes the page as text and paths in points; the fonts are those of the reader.
func (p *Page) SVG(w io.Writer) error {
	c, err := p.drawn(func(width, height vg.Length) vg.CanvasSizer { return vgsvg.New(width, height) })
	if err != nil {
		return err
	}
	var file bytes.Buffer
	if _, err := c.(*vgsvg.Canvas).WriteTo(&file); err != nil {
		return fmt.Errorf("plot: svg: %w", err)
	}
	text := bytes.ReplaceAll(file.Bytes(), []byte("font-family:"+family+";"), []byte("font-family:"+fallbacks+";"))
	if _, err := w.Write(text); err != nil {
		return fmt.Errorf("plot: svg: %w", err)
	}
	return nil
}

// PNG writes the page with two pixels a point.
func (p *Page) PNG(w io.Writer) error {
	c, err := p.drawn(func(width, height vg.Length) vg.CanvasSizer {
		return vgimg.NewWith(vgimg.UseWH(width, height), vgimg.UseDPI(dpi))
	})
	if err != nil {
		return err
	}
	if _, err := (vgimg.PngCanvas{Canvas: c.(*vgimg.Canvas)}).WriteTo(w); err != nil {
		return fmt.Errorf("plot: png: %w", err)
	}
	return nil
}

// drawn makes a canvas of the right size and draws on it.
func (p *Page) drawn(blank func(width, height vg.Length) vg.CanvasSizer) (vg.CanvasSizer, error) {
	if p.Empty() {
		return nil, ErrEmpty
	}
	c := blank(width, p.height())
	p.draw(draw.New(c))
	return c, nil
}
