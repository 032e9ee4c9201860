package plot

import (
	"fmt"
	"time"

	gonum "gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Heights of the timeline, in points.
const (
	rowHeight  = 16
	axisHeight = 34
	keyHeight  = 20
	capHeight  = 3.5 // of the strokes that end a line, up and down
)

// Rows of a lane that are not those of candidates: its head, what was seen, the space
// before the next one.
const (
	headRow  = 0.5
	seenRow  = 1.5
	laneRows = 2.6
)

func (l *Lane) rows() float64 { return laneRows + float64(len(l.candidates())) }

func (p *Page) timelineHeight() vg.Length {
	rows := 0.0
	lanes := p.lanes()
	for i := range lanes {
		rows += lanes[i].rows()
	}
	return vg.Length(rows)*rowHeight + axisHeight + keyHeight
}

// timeline draws the lanes over one axis of time, and the key below.
func (p *Page) timeline(c draw.Canvas) {
	g := newPlot()
	g.X.Label.Text = "seconds since the first segment, logarithmic above 0.2"
	g.X.Scale, g.X.Tick.Marker, g.X.Padding = timeScale{}, timeTicks{}, 0
	g.X.Min, g.X.Max = 0, p.listened()
	g.Y.LineStyle.Width, g.Y.Tick.Length, g.Y.Padding = 0, 0, 6
	var labels gonum.ConstantTicks
	top := 0.0 // rows count downwards
	lanes := p.lanes()
	for i := range lanes {
		l := &lanes[i]
		labels = append(labels, gonum.Tick{Value: -top - seenRow, Label: "seen"})
		for j, x := range l.candidates() {
			labels = append(labels, gonum.Tick{Value: -top - seenRow - float64(j+1), Label: x.label()})
		}
		g.Add(&lane{l, top})
		top += l.rows()
	}
	g.Y.Min, g.Y.Max, g.Y.Tick.Marker = -top, 0, labels
	g.Draw(draw.Crop(c, 0, 0, keyHeight, 0))
	p.key(c)
}

// listened is the end of the axis of time: when the last lane was given up, in seconds.
func (p *Page) listened() float64 {
	last := time.Second
	for _, l := range p.lanes() {
		last = max(last, l.Heard, l.Ended)
		for _, at := range l.Segments[:min(len(l.Segments), maxMarks)] {
			last = max(last, at)
		}
	}
	return seconds(last) * 1.1
}

// label is the name of a candidate with its share.
func (x *Candidate) label() string {
	name := label(x.Name, 40)
	if x.Share == "" {
		return name
	}
	return name + ", " + label(x.Share, 12)
}

// lane draws one state; top is its first row.
type lane struct {
	*Lane
	top float64
}

// stateWords say what a host repeats in a state.
var stateWords = map[string]string{
	"SynRcvd":  "its SYN-ACK is not acknowledged",
	"LastAck":  "its FIN, after ours, is not acknowledged",
	"FinWait1": "its FIN, before ours, is not acknowledged",
	"Held":     "as LastAck, with our ACK held back",
}

// Plot implements gonum's Plotter.
func (l *lane) Plot(c draw.Canvas, g *gonum.Plot) {
	x, y := g.Transforms(&c)
	row := func(n float64) vg.Length { return y(-l.top - n) }
	title := bold(write(9.5, black))
	name := label(l.State, 20)
	c.FillText(title, vg.Point{X: c.Min.X, Y: row(headRow)}, name)
	c.FillText(write(9, grey), vg.Point{X: c.Min.X + title.Width(name) + 8, Y: row(headRow)}, stateWords[l.State])
	for _, at := range l.Segments[:min(len(l.Segments), maxMarks)] {
		c.StrokeLine2(line(faint, 0.7), x(seconds(at)), row(seenRow), x(seconds(at)), row(seenRow+0.4+float64(len(l.candidates()))))
	}
	for i, candidate := range l.candidates() {
		candidate.draw(c, x, row(seenRow+float64(i+1)))
	}
	l.seen(c, x, row(seenRow))
}

// seen draws the segments that came, the end, and how long was listened.
func (l *lane) seen(c draw.Canvas, x func(float64) vg.Length, y vg.Length) {
	if len(l.Segments) == 0 {
		c.FillText(write(8.5, black), vg.Point{X: c.Min.X, Y: y}, fmt.Sprintf("none came in %.3g s", seconds(l.Heard)))
		return
	}
	heard := x(seconds(l.Heard))
	c.StrokeLine2(line(black, 0.8), c.Min.X, y, heard, y)
	for _, at := range l.Segments[:min(len(l.Segments), maxMarks)] {
		c.DrawGlyphNoClip(seenMark(), vg.Point{X: x(seconds(at)), Y: y})
	}
	if l.End != "" {
		ended := vg.Point{X: x(seconds(l.Ended)), Y: y}
		c.DrawGlyphNoClip(endMark(black), ended)
		c.FillText(write(7.5, black), vg.Point{X: ended.X + 6, Y: y}, label(l.End, 8))
		return
	}
	c.StrokeLine2(line(black, 1.2), heard, y-capHeight, heard, y+capHeight)
}

// draw puts what a schedule foretells on a row, as far as the axis goes.
func (x *Candidate) draw(c draw.Canvas, place func(float64) vg.Length, y vg.Length) {
	mark := candidateMark(x.Rank)
	due := x.Copies[:min(len(x.Copies), maxMarks)]
	last := Window{}
	if len(due) > 0 {
		last = due[len(due)-1]
	}
	if x.End != nil {
		last = *x.End
	}
	c.StrokeLine2(line(mark.Color, 0.6, 1, 2), c.Min.X, y, min(place(seconds(last.To)), c.Max.X), y)
	for _, w := range due {
		w.draw(c, place, y, mark)
	}
	if x.End == nil {
		return
	}
	if right, shown := x.End.draw(c, place, y, endMark(mark.Color)); shown {
		c.FillText(write(7.5, mark.Color), vg.Point{X: right + 6, Y: y}, "RST")
	}
}

// draw puts a mark in the middle of the window, and a bar over all of it where that is
// wider than the mark. It gives the right end; shown is false if the mark would be beyond
// the axis.
func (w Window) draw(c draw.Canvas, place func(float64) vg.Length, y vg.Length, mark draw.GlyphStyle) (right vg.Length, shown bool) {
	from, to := place(seconds(w.From)), min(place(seconds(w.To)), c.Max.X)
	middle := place((seconds(w.From) + seconds(w.To)) / 2)
	if middle > c.Max.X {
		return to, false
	}
	if bar := line(mark.Color, 1.2); to-from > 2*mark.Radius {
		c.StrokeLine2(bar, from, y, to, y)
		c.StrokeLine2(bar, from, y-capHeight, from, y+capHeight)
		c.StrokeLine2(bar, to, y-capHeight, to, y+capHeight)
	}
	c.DrawGlyphNoClip(mark, vg.Point{X: middle, Y: y})
	return max(to, middle), true
}

// key tells what the marks mean.
func (p *Page) key(c draw.Canvas) {
	at := vg.Point{X: c.Min.X, Y: c.Min.Y + 6}
	style := write(8.5, grey)
	say := func(words string, marks ...draw.GlyphStyle) {
		for _, m := range marks {
			at.X += 5
			c.DrawGlyphNoClip(m, at)
			at.X += 7
		}
		at.X += 2
		c.FillText(style, at, words)
		at.X += style.Width(words) + 16
	}
	say("seen", seenMark())
	if marks := p.candidateMarks(); len(marks) > 0 {
		say("due by a record, earliest to latest; %: how likely by these times alone", marks...)
	}
	say("the end", endMark(black))
	c.StrokeLine2(line(black, 1.2), at.X+3, at.Y-capHeight, at.X+3, at.Y+capHeight)
	at.X += 8
	say("nothing more until we stopped listening")
}

// candidateMarks are those that stand in the lanes.
func (p *Page) candidateMarks() (out []draw.GlyphStyle) {
	ranks := 0
	for _, l := range p.lanes() {
		for _, x := range l.candidates() {
			ranks = max(ranks, min(x.Rank+1, maxCandidates))
		}
	}
	for rank := range ranks {
		out = append(out, candidateMark(rank))
	}
	return out
}
