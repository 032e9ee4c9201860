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
	if w := p.Window.law(); w != "" {
		l.Set("W", w)
	}
	if !p.AnyMSS && p.MSS > 0 {
		l.Set("MSS", upperHex(p.MSS))
	}
	if !p.AnyScale && p.Layout.Options()&OffersScale != 0 && p.Scale <= mostScale {
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

// law writes the window as records do; empty for any.
func (w Window) law() string {
	switch w.Kind {
	case Multiple:
		return "ANY*" + upperHex(w.N)
	case TimesMSS:
		n := strconv.Itoa(int(w.N))
		return n + "*MSS|" + n + "*SEG"
	case TimesMTU:
		return strconv.Itoa(int(w.N)) + "*MTU"
	case AnyWindow:
		return ""
	}
	return upperHex(w.N)
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
