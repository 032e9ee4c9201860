package plot

import (
	"image/color"
	"math"

	"golang.org/x/image/font"
	gonum "gonum.org/v1/plot"
	plotfont "gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Inks. Those of candidates are of the palette of Okabe and Ito, which people see apart
// however they see colours; their greys differ too.
var (
	black = color.Gray{0}
	grey  = color.Gray{110}
	faint = color.Gray{215}
	inks  = [maxCandidates]color.Color{
		color.RGBA{0x00, 0x72, 0xb2, 0xff}, // blue
		color.RGBA{0xd5, 0x5e, 0x00, 0xff}, // vermilion
		color.RGBA{0x00, 0x9e, 0x73, 0xff}, // bluish green
	}
	shapes = [maxCandidates]draw.GlyphDrawer{polygon{4, math.Pi / 4}, polygon{3, math.Pi / 2}, polygon{4, 0}}
)

// Marks.
func seenMark() draw.GlyphStyle {
	return draw.GlyphStyle{Color: black, Radius: 3, Shape: draw.CircleGlyph{}}
}

func candidateMark(rank int) draw.GlyphStyle {
	rank = min(max(rank, 0), maxCandidates-1)
	return draw.GlyphStyle{Color: inks[rank], Radius: 3.3, Shape: shapes[rank]}
}

func endMark(c color.Color) draw.GlyphStyle {
	return draw.GlyphStyle{Color: c, Radius: 3, Shape: cross{}}
}

// polygon is an open mark with so many corners, the first at an angle in radians.
type polygon struct {
	corners int
	turn    float64
}

// DrawGlyph implements draw.GlyphDrawer.
func (p polygon) DrawGlyph(c *draw.Canvas, s draw.GlyphStyle, at vg.Point) {
	var path vg.Path
	for i := range p.corners {
		sin, cos := math.Sincos(p.turn + 2*math.Pi*float64(i)/float64(p.corners))
		corner := vg.Point{X: at.X + s.Radius*vg.Length(cos), Y: at.Y + s.Radius*vg.Length(sin)}
		if i == 0 {
			path.Move(corner)
		} else {
			path.Line(corner)
		}
	}
	path.Close()
	c.SetColor(color.White)
	c.Fill(path)
	c.SetLineStyle(line(s.Color, 1))
	c.Stroke(path)
}

// cross is an X.
type cross struct{}

// DrawGlyph implements draw.GlyphDrawer.
func (cross) DrawGlyph(c *draw.Canvas, s draw.GlyphStyle, at vg.Point) {
	r, style := s.Radius, line(s.Color, 1.6)
	c.StrokeLine2(style, at.X-r, at.Y-r, at.X+r, at.Y+r)
	c.StrokeLine2(style, at.X-r, at.Y+r, at.X+r, at.Y-r)
}

// line is a stroke of a width in points, dashed if lengths are given.
func line(c color.Color, width vg.Length, dashes ...vg.Length) draw.LineStyle {
	return draw.LineStyle{Color: c, Width: width, Dashes: dashes}
}

// family is the font of all text.
const family = "Liberation Sans"

// write is text of a size in points, from the left and around its middle.
func write(size vg.Length, c color.Color) text.Style {
	return text.Style{Color: c, Font: plotfont.Font{Typeface: "Liberation", Variant: "Sans", Size: size},
		XAlign: draw.XLeft, YAlign: draw.YCenter, Handler: gonum.DefaultTextHandler}
}

func bold(s text.Style) text.Style {
	s.Font.Weight = font.WeightBold
	return s
}

// newPlot is a plot in our style: no frame, small text.
func newPlot() *gonum.Plot {
	p := gonum.New()
	p.BackgroundColor = nil
	for _, a := range []*gonum.Axis{&p.X, &p.Y} {
		a.Label.TextStyle.Font, a.Label.TextStyle.Color = write(8.5, grey).Font, grey
		a.Label.Padding = 3
		a.Tick.Label.Font = write(8.5, black).Font
		a.Tick.Length = 4
		a.LineStyle, a.Tick.LineStyle = line(grey, 0.5), line(grey, 0.5)
	}
	return p
}
