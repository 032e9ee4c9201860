package syn

import (
	"strconv"
	"strings"

	"whorl/method"
)

// Line is a pattern of p0f as the line of a record. generic is p0f's type of the label.
// What p0f counts as segments may have room for timestamps or not.
func (p Pattern) Line(answer, generic bool) method.Line {
	l := method.Line{Test: TestSyn, Attrs: make([]method.Attr, 0, 12)}
	if answer {
		l.Test = TestSynAck
	}
	if p.Version != 0 {
		l.Set("V", strconv.Itoa(int(p.Version)))
	}
	ttl := upperHex(p.TTL.Initial())
	if p.TTL.Form == RandomTo {
		ttl = "0-" + ttl
	}
	l.Set("TTL", ttl)
	if p.IPOptions > 0 {
		l.Set("OL", upperHex(p.IPOptions))
	}
	p.setIP(&l)
	var windows []string
	for _, law := range p.Window.laws() {
		windows = append(windows, law.String())
	}
	if len(windows) > 0 {
		l.Set("W", strings.Join(windows, "|"))
	}
	if !p.AnyMSS && p.MSS > 0 {
		l.Set("MSS", upperHex(p.MSS))
	}
	if p.tellsScale() {
		l.Set("WS", upperHex(p.Scale))
	}
	l.Set("O", p.Layout.Letters())
	if p.Quirks.Has(TS1Zero) {
		l.Set("TS", "0")
	}
	if p.Quirks.Has(ECN) {
		l.Set("ECN", "Y")
	}
	if q := p.Quirks &^ stated; q != 0 {
		l.Set("Q", q.String())
	}
	if p.Payload != NoPayload {
		l.Set("D", [...]string{SomePayload: "Y", AnyPayload: "N|Y"}[p.Payload])
	}
	if generic {
		l.Set("G", "Y")
	}
	return l
}

// ParseSignature reads a signature of p0f as the form that its line is.
func ParseSignature(text string, answer, generic bool) (Form, error) {
	p, err := ParsePattern(text)
	if err != nil {
		return Form{}, err
	}
	f := p.form(answer, generic)
	f.text = text
	return f, nil
}

// form is the pattern as the form that its line is.
func (p *Pattern) form(answer, generic bool) Form {
	f := Form{
		Answer: answer, Version: p.Version, TTL: p.TTL.Initial(), AnyTTL: p.TTL.Form == RandomTo, IPLength: p.IPOptions,
		Windows: p.Window.laws(), Layouts: []Layout{p.Layout}, Quirks: p.Quirks & (TS1Zero | ^stated), Generic: generic,
	}
	if p.Version != 6 {
		f.DF, f.ID = chosen(p.Quirks.Has(DF)), chosen(!zeroID(p.Quirks))
	}
	if p.Version == 6 || p.Quirks.Has(Flow) {
		f.Flow = chosen(p.Quirks.Has(Flow))
	}
	if p.Quirks.Has(ECN) {
		f.ECN = Yes
	}
	if !p.AnyMSS && p.MSS > 0 {
		f.MSS = []uint16{p.MSS}
	}
	if p.tellsScale() {
		f.Scales = 1 << p.Scale
	}
	f.Data = [...]Choice{NoPayload: Unsaid, SomePayload: Yes, AnyPayload: Either}[p.Payload]
	return f
}

func chosen(is bool) Choice {
	if is {
		return Yes
	}
	return No
}

// tellsScale reports whether the pattern has a shift that a record can say.
func (p *Pattern) tellsScale() bool {
	return !p.AnyScale && p.Layout.Options()&OffersScale != 0 && p.Scale <= mostScale
}

// upperHex is a number as records have it.
func upperHex[T uint8 | uint16](n T) string {
	return strings.ToUpper(strconv.FormatUint(uint64(n), 16))
}

// mostScale is the largest shift that a record can say.
const mostScale = 15

// setIP writes the quirks of the version that the pattern is of.
func (p *Pattern) setIP(l *method.Line) {
	letter := func(is bool, yes, no string) string {
		if is {
			return yes
		}
		return no
	}
	if p.Version != 6 {
		l.Set("DF", letter(p.Quirks.Has(DF), "Y", "N"))
		l.Set("ID", letter(zeroID(p.Quirks), "Z", "N"))
	}
	if p.Version == 6 || p.Quirks.Has(Flow) {
		l.Set("FL", letter(p.Quirks.Has(Flow), "N", "Z"))
	}
}

// laws are the window as laws of records; none for any.
func (w Window) laws() []Law {
	switch w.Kind {
	case Multiple:
		return []Law{{Unit: Each, N: w.N}}
	case TimesMSS:
		return []Law{{Unit: MSS, N: w.N}, {Unit: SEG, N: w.N}}
	case TimesMTU:
		return []Law{{Unit: MTU, N: w.N}}
	case AnyWindow:
		return nil
	}
	return []Law{{Lo: w.N, Hi: w.N}}
}

// Covers reports whether every packet that fits another pattern fits this one, as p0f
// finds duplicates in its file.
func (p *Pattern) Covers(o *Pattern) bool {
	masked := p.Quirks
	if p.Version == 0 {
		masked &^= foreign(o.Version)
	}
	ttl := p.TTL.Initial() >= o.TTL.Initial() && (p.TTL.Form == RandomTo || p.TTL.Initial()-o.TTL.Initial() <= MaxHops)
	return ttl && (p.Version == 0 || p.Version == o.Version) && masked == o.Quirks && p.IPOptions == o.IPOptions &&
		p.Layout == o.Layout && (p.AnyMSS || !o.AnyMSS && p.MSS == o.MSS) && (p.AnyScale || !o.AnyScale && p.Scale == o.Scale) &&
		(p.Window.Kind == AnyWindow || p.Window == o.Window) && (p.Payload == AnyPayload || p.Payload == o.Payload)
}
