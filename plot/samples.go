package plot

import (
	"fmt"
	"math"
	"strconv"

	gonum "gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"whorl"
)

// panel is one series against time or number.
type panel struct {
	title, below string // what it is, what it shows
	x, y         string // labels of the axes
	at           plotter.XYs
	fit          *rate // a line through the points; nil: none
}

// samples draws the series side by side.
func (p *Page) samples(c draw.Canvas) {
	panels := []panel{isnPanel(p.Series), ipidPanel(p.Series), clockPanel(p.Series)}
	tiles := draw.Tiles{Cols: len(panels), Rows: 1, PadX: samplesGap}
	for i := range panels {
		panels[i].draw(tiles.At(c, i, 0))
	}
}

// isnPanel is how far initial sequence numbers are from the first, modulo 2^32.
func isnPanel(s *whorl.Sequences) panel {
	p := panel{title: "ISN", y: "ISN less the first, mod 2³²"}
	p.x, p.at = against(s, s.ISN)
	if s.Index != nil {
		p.below = fmt.Sprintf("predictability index %d", *s.Index)
	}
	return p
}

// ipidPanel is the IP ID of each answer as it was.
func ipidPanel(s *whorl.Sequences) panel {
	p := panel{title: "IP ID", x: "answer", y: "IP ID", below: ipidWords[s.IPIDClass]}
	if p.below == "" && s.IPIDClass != "" {
		p.below = "always 0x" + label(s.IPIDClass, 8)
	}
	for i, id := range s.IPID[:min(len(s.IPID), maxSamples)] {
		p.at = append(p.at, plotter.XY{X: float64(i + 1), Y: float64(id)})
	}
	return p
}

// ipidWords are the classes of TI (Nmap's reference guide, chapter 8).
var ipidWords = map[string]string{
	"Z": "always 0", "I": "incremental", "BI": "incremental, bytes swapped",
	"RD": "random", "RI": "random, positive steps",
}

// clockPanel is how far timestamp values are from the first, with the rate if one line
// goes through all.
func clockPanel(s *whorl.Sequences) panel {
	p := panel{title: "TSval", y: "TSval less the first, mod 2³²", below: label(s.ClockClass, 40)}
	if len(s.Timestamps) == 0 || noClock[s.ClockClass] {
		return p
	}
	p.x, p.at = against(s, s.Timestamps)
	if p.x != inSeconds {
		return p
	}
	if r, ok := fitRate(p.at); ok {
		p.fit, p.below = &r, fmt.Sprintf("%.4g Hz", r.slope)
	} else {
		p.below = "no common clock"
	}
	return p
}

// noClock are the classes whose numbers are no times.
var noClock = map[string]bool{"none returned (unsupported)": true, "zero timestamp": true}

const inSeconds = "seconds since the first probe"

// against sets numbers, less the first of them, against the times of their probes, or
// against their places if the record does not tell the times.
func against(s *whorl.Sequences, numbers []uint32) (label string, at plotter.XYs) {
	numbers = numbers[:min(len(numbers), maxSamples)]
	timed := len(s.Sent) == len(numbers)
	label = "answer"
	if timed {
		label = inSeconds
	}
	for i, n := range numbers {
		x := float64(i + 1)
		if timed {
			x = seconds(s.Sent[i])
		}
		at = append(at, plotter.XY{X: x, Y: float64(n - numbers[0])})
	}
	return label, at
}

// rate is a line: y = offset + slope x.
type rate struct{ offset, slope float64 }

// fitRate is the line of least squares through points in time, if they are on it: no one
// is off by more than two ticks and a twentieth of all.
func fitRate(at plotter.XYs) (r rate, ok bool) {
	n, x, y, xx, xy := float64(len(at)), 0.0, 0.0, 0.0, 0.0
	most := 0.0
	for _, p := range at {
		x, y, xx, xy = x+p.X, y+p.Y, xx+p.X*p.X, xy+p.X*p.Y
		most = max(most, p.Y)
	}
	if det := n*xx - x*x; n >= 3 && det > 0 {
		r.slope = (n*xy - x*y) / det
		r.offset = (y - r.slope*x) / n
	}
	for _, p := range at {
		if math.Abs(p.Y-r.offset-r.slope*p.X) > 2+most/20 {
			return r, false
		}
	}
	return r, r.slope > 0
}

// draw puts the panel on its tile.
func (p *panel) draw(c draw.Canvas) {
	title := bold(write(9.5, black))
	c.FillText(title, vg.Point{X: c.Min.X, Y: c.Max.Y - 6}, p.title)
	c.FillText(write(9, grey), vg.Point{X: c.Min.X + title.Width(p.title) + 8, Y: c.Max.Y - 6}, p.below)
	if len(p.at) == 0 {
		return
	}
	g := newPlot()
	g.X.Label.Text, g.Y.Label.Text = p.x, p.y
	g.Y.Tick.Marker = shortTicks{}
	if p.x != inSeconds {
		g.X.Tick.Marker = wholeTicks{}
	}
	if p.fit != nil {
		first, last := p.at[0].X, p.at[len(p.at)-1].X
		g.Add(&plotter.Line{LineStyle: line(inks[0], 0.9, 4, 2), XYs: plotter.XYs{
			{X: first, Y: p.fit.offset + p.fit.slope*first}, {X: last, Y: p.fit.offset + p.fit.slope*last}}})
	}
	g.Add(&plotter.Scatter{XYs: p.at, GlyphStyle: seenMark()})
	g.Y.Min = min(g.Y.Min, 0)
	if g.Y.Max-g.Y.Min < 4 {
		g.Y.Max = g.Y.Min + 4
	}
	g.Draw(draw.Crop(c, 0, 0, 0, -18))
}

// shortTicks writes large numbers as 1.5 M.
type shortTicks struct{}

// Ticks implements gonum's Ticker.
func (shortTicks) Ticks(least, most float64) []gonum.Tick {
	out := gonum.DefaultTicks{}.Ticks(least, most)
	for i := range out {
		if out[i].Label != "" {
			out[i].Label = short(out[i].Value)
		}
	}
	return out
}

func short(v float64) string {
	if math.Abs(v) < 1e5 {
		return strconv.FormatFloat(v, 'g', 6, 64)
	}
	units := []string{"k", "M", "G"}
	for v /= 1e3; math.Abs(v) >= 1e3 && len(units) > 1; v /= 1e3 {
		units = units[1:]
	}
	return strconv.FormatFloat(v, 'g', 4, 64) + " " + units[0]
}

// wholeTicks marks each answer.
type wholeTicks struct{}

// Ticks implements gonum's Ticker.
func (wholeTicks) Ticks(least, most float64) (out []gonum.Tick) {
	step := math.Ceil((most - least) / 10)
	for v := math.Ceil(least); v <= most; v += max(step, 1) {
		out = append(out, gonum.Tick{Value: v, Label: strconv.Itoa(int(v))})
	}
	return out
}
