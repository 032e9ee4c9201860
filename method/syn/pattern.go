package syn

import (
	"fmt"
	"strconv"
	"strings"
)

// Pattern is a signature in p0f's text form, of a file (wildcards) or of a packet:
//
//	ver:ittl:olen:mss:wsize,scale:olayout:quirks:pclass
//	4:54+10:0:1460:mss*20,7:mss,sok,ts,nop,ws:df,id+:0
//
// Source: p0f 3.09b, docs/README section 5.
type Pattern struct {
	Version   uint8 // 4 or 6; 0: either
	TTL       TTL
	IPOptions uint8  // bytes
	MSS       uint16 // if not AnyMSS
	Window    Window
	Scale     uint8 // if not AnyScale
	AnyMSS    bool
	AnyScale  bool
	Layout    Layout
	Quirks    Quirks
	Payload   Payload
}

// TTL is the first part of a pattern.
type TTL struct {
	N    uint8 // received or initial; not 0
	Hops uint8 // behind the plus
	Form TTLForm
}

// TTLForm is how a TTL is written.
type TTLForm uint8

// Forms of TTLs.
const (
	Initial  TTLForm = iota // 64
	Distant                 // 54+10: received, and the hops to the initial one
	Unsure                  // 54+?: received; too far from any usual one
	RandomTo                // 64-: any up to it
)

// Initial is the TTL that the sender started with, or the most that it may have.
func (t TTL) Initial() uint8 { return t.N + t.Hops }

// Payload is the last part of a pattern.
type Payload uint8

// Payload classes.
const (
	NoPayload Payload = iota
	SomePayload
	AnyPayload
)

const payloadLetters = "0+*"

// AppendTo writes the text form.
func (p Pattern) AppendTo(b []byte) []byte {
	number := func(n uint64) { b = strconv.AppendUint(b, n, 10) }
	if p.Version == 0 {
		b = append(b, '*')
	} else {
		number(uint64(p.Version))
	}
	b = append(b, ':')
	number(uint64(p.TTL.N))
	switch p.TTL.Form {
	case Distant:
		b = append(b, '+')
		number(uint64(p.TTL.Hops))
	case Unsure:
		b = append(b, "+?"...)
	case RandomTo:
		b = append(b, '-')
	}
	b = append(b, ':')
	number(uint64(p.IPOptions))
	b = append(b, ':')
	if p.AnyMSS {
		b = append(b, '*')
	} else {
		number(uint64(p.MSS))
	}
	b = append(p.Window.AppendTo(append(b, ':')), ',')
	if p.AnyScale {
		b = append(b, '*')
	} else {
		number(uint64(p.Scale))
	}
	b = p.Layout.AppendTo(append(b, ':'))
	b = p.Quirks.AppendTo(append(b, ':'))
	return append(b, ':', payloadLetters[p.Payload])
}

// String is the text form.
func (p Pattern) String() string { return string(p.AppendTo(nil)) }

// ParsePattern reads the text form. The error names the part and its value.
func ParsePattern(s string) (p Pattern, err error) {
	part := strings.Split(s, ":")
	if len(part) != 8 {
		return p, fmt.Errorf("syn: %.80q has %d parts; want ver:ittl:olen:mss:wsize,scale:olayout:quirks:pclass", s, len(part))
	}
	wsize, scale, ok := strings.Cut(part[4], ",")
	if !ok {
		return p, fmt.Errorf("syn: window %.20q; want wsize,scale", part[4])
	}
	number := func(name, text string, most uint64) (n uint64) {
		n, e := strconv.ParseUint(text, 10, 64)
		if err == nil && (e != nil || n > most) {
			err = fmt.Errorf("syn: %s %.20q; want a number up to %d", name, text, most)
		}
		return n
	}
	fail := func(e error) {
		if err == nil {
			err = e
		}
	}
	var e error
	switch part[0] {
	case "*":
	case "4", "6":
		p.Version = part[0][0] - '0'
	default:
		fail(fmt.Errorf("syn: version %.20q; want 4, 6 or *", part[0]))
	}
	p.TTL, e = parseTTL(part[1])
	fail(e)
	p.IPOptions = uint8(number("olen", part[2], 255))
	if p.AnyMSS = part[3] == "*"; !p.AnyMSS {
		p.MSS = uint16(number("mss", part[3], 65535))
	}
	p.Window, e = ParseWindow(wsize)
	fail(e)
	if p.AnyScale = scale == "*"; !p.AnyScale {
		p.Scale = uint8(number("scale", scale, 255))
	}
	p.Layout, e = ParseLayout(part[5])
	fail(e)
	p.Quirks, e = ParseQuirks(part[6])
	fail(e)
	if wrong := foreign(p.Version); e == nil && p.Quirks&wrong != 0 {
		fail(fmt.Errorf("syn: quirks %v cannot be in IPv%d", p.Quirks&wrong, p.Version))
	}
	i := strings.Index(payloadLetters, part[7])
	if len(part[7]) != 1 || i < 0 {
		fail(fmt.Errorf("syn: payload class %.20q; want 0, + or *", part[7]))
	}
	if err != nil {
		return Pattern{}, err
	}
	p.Payload = Payload(i)
	return p, nil
}

// foreign are the quirks that a version of IP cannot have.
func foreign(version uint8) Quirks {
	switch version {
	case 4:
		return only6
	case 6:
		return only4
	}
	return 0
}

func parseTTL(s string) (t TTL, err error) {
	first, hops, plus := strings.Cut(s, "+")
	if upTo, ok := strings.CutSuffix(first, "-"); ok && !plus {
		first, t.Form = upTo, RandomTo
	}
	n, e := strconv.ParseUint(first, 10, 8)
	var h uint64
	switch {
	case hops == "?":
		t.Form = Unsure
	case plus:
		t.Form = Distant
		var bad error
		if h, bad = strconv.ParseUint(hops, 10, 8); bad != nil {
			e = bad
		}
	}
	if e != nil || n == 0 || n+h > 255 {
		return TTL{}, fmt.Errorf("syn: TTL %.20q; want 1 to 255, as 64, 54+10, 54+? or 64-", s)
	}
	t.N, t.Hops = uint8(n), uint8(h)
	return t, nil
}

// Observed is the form in which p0f shows a packet. offer is the MSS of the SYN that was
// answered, 0 if it is not known.
func (s Signature) Observed(offer uint16) Pattern {
	p := Pattern{
		Version: s.Version, TTL: TTL{N: s.TTL, Form: Unsure}, IPOptions: s.IPOptions, MSS: s.MSS,
		Window: s.WindowAs(offer), Scale: s.Scale, Layout: s.Layout, Quirks: s.Quirks,
	}
	if hops := Distance(s.TTL); hops <= MaxHops {
		p.TTL.Hops, p.TTL.Form = hops, Distant
	}
	if s.Data {
		p.Payload = SomePayload
	}
	return p
}

// String is the form in which p0f shows a packet, for pasting into its database.
func (s Signature) String() string { return s.Observed(0).String() }
