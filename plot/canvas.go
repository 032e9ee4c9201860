package plot

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"math"
	"strconv"
)

// canvas collects the elements of an SVG file. Lengths are in px and y grows downwards.
// Classes are those of the style sheet.
type canvas struct{ bytes.Buffer }

// point is a place on the canvas.
type point struct{ x, y float64 }

// String writes the coordinates as a path wants them.
func (p point) String() string { return px(p.x) + " " + px(p.y) }

// px writes a length to a hundredth.
func px(v float64) string { return strconv.FormatFloat(math.Round(100*v)/100, 'f', -1, 64) }

// open begins the file with what programs that read pictures aloud say of it, and with the
// ground.
func (c *canvas) open(width, height float64, title, about string) {
	w, h := px(width), px(height)
	fmt.Fprintf(c, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%s\" height=\"%s\" viewBox=\"0 0 %[1]s %[2]s\" role=\"img\">\n", w, h)
	fmt.Fprintf(c, "<title>%s</title>\n<desc>%s</desc>\n", escape(title), escape(about))
	fmt.Fprintf(c, "<style>%s</style>\n<rect class=\"ground\" width=\"%s\" height=\"%s\"/>\n", styles, w, h)
}

// end closes the file.
func (c *canvas) end() { c.WriteString("</svg>\n") }

// line is a stroke through points.
func (c *canvas) line(class string, from point, to ...point) {
	fmt.Fprintf(c, `<path class="%s" d="M%v`, class, from)
	for _, p := range to {
		fmt.Fprintf(c, "L%v", p)
	}
	c.WriteString("\"/>\n")
}

// mark puts a shape around a point. A pointer over it shows what it says.
func (c *canvas) mark(m mark, at point, says string) {
	fmt.Fprintf(c, "<path class=\"%s\" d=\"M%v%s\"><title>%s</title></path>\n", m.class, at, m.shape, escape(says))
}

// text writes a line around the height of a point.
func (c *canvas) text(class string, at point, s string) {
	fmt.Fprintf(c, "<text class=\"%s\" x=\"%s\" y=\"%s\" dy=\".35em\">%s</text>\n", class, px(at.x), px(at.y), escape(s))
}

// heading writes a name and a remark behind it.
func (c *canvas) heading(at point, name, remark string) {
	fmt.Fprintf(c, "<text class=\"head\" x=\"%s\" y=\"%s\" dy=\".35em\">%s<tspan class=\"note\" dx=\"10\">%s</tspan></text>\n",
		px(at.x), px(at.y), escape(name), escape(remark))
}

// escape makes text stand in XML.
func escape(s string) string {
	var b bytes.Buffer
	xml.EscapeText(&b, []byte(s)) // a buffer takes all
	return b.String()
}
