package main

import (
	"encoding/binary"
	"errors"
	"net/netip"
	"strings"
	"time"

	"whorl"
	"whorl/method/claim"
	"whorl/method/syn"
	"whorl/verdict"
)

// Lengths of p0f's API, bytes. Numbers are in the byte order of the machine, without
// padding. Source: p0f 3.09b, docs/README section 8; answers of the program compared.
const (
	p0fQueryLen  = 4 + 1 + 16
	p0fAnswerLen = 9*4 + 2 + 1 + 1 + 6*p0fStringLen
	p0fStringLen = 32
)

const (
	p0fQueryMagic  = 0x50304601
	p0fAnswerMagic = 0x50304602
)

// p0fStatus says what became of a query.
type p0fStatus uint32

// The statuses.
const (
	p0fBadQuery p0fStatus = 0x00
	p0fOK       p0fStatus = 0x10
	p0fNoMatch  p0fStatus = 0x20
)

// Of how well a name fits.
const (
	p0fFuzzy   = 1 // it is less than p0fSure sure
	p0fGeneric = 2 // a family alone
	p0fSure    = 0.9
)

// Errors of queries. After a wrong magic number nobody knows where the next query begins.
var (
	errP0fMagic = errors.New("not a query of p0f's API")
	errP0fType  = errors.New("neither IPv4 nor IPv6")
)

// p0fQuery reads a query: the magic number, 4 or 6, and the address, IPv4 on the left.
func p0fQuery(b *[p0fQueryLen]byte) (netip.Addr, error) {
	if binary.NativeEndian.Uint32(b[:]) != p0fQueryMagic {
		return netip.Addr{}, errP0fMagic
	}
	switch b[4] {
	case 4:
		return netip.AddrFrom4([4]byte(b[5:9])), nil
	case 6:
		return netip.AddrFrom16([16]byte(b[5:])).Unmap(), nil
	}
	return netip.Addr{}, errP0fType
}

// p0fAnswer writes what is known of a host, which may be nil if the status is not OK. Languages
// are not told, as they are not kept.
func p0fAnswer(status p0fStatus, h *whorl.Host) (b [p0fAnswerLen]byte) {
	at := 0
	number := func(n uint32) {
		binary.NativeEndian.PutUint32(b[at:], n)
		at += 4
	}
	text := func(s string) { // with a zero at its end
		copy(b[at:at+p0fStringLen-1], s)
		at += p0fStringLen
	}
	number(p0fAnswerMagic)
	number(uint32(status))
	if status != p0fOK {
		return b
	}
	number(p0fTime(h.Seen.First))
	number(p0fTime(h.Seen.Last))
	number(connectionsOf(h))
	up, modulo := p0fUptime(h)
	number(up)
	number(modulo)
	number(p0fSince(h, len(h.Boxes) > 0 && h.Boxes[len(h.Boxes)-1].Kind == whorl.BoxShared))
	number(p0fSince(h, verdict.Changed(h)))
	distance := int16(-1)
	if h.Distance != nil {
		distance = int16(h.Distance.Count)
	}
	binary.NativeEndian.PutUint16(b[at:], uint16(distance))
	b[at+2] = contradicted(h)
	name, flavor, quality := p0fName(h)
	b[at+3] = quality
	at += 4
	text(name)
	text(flavor)
	program, version := p0fSoftware(h)
	text(program)
	text(version)
	text(p0fLink(h))
	return b
}

// p0fTime is a time in seconds of Unix time, 0 if it is not known.
func p0fTime(t time.Time) uint32 {
	if t.IsZero() {
		return 0
	}
	return uint32(t.Unix())
}

// p0fSince is when something was seen: of what follows from many packets, the last.
func p0fSince(h *whorl.Host, seen bool) uint32 {
	if !seen {
		return 0
	}
	return p0fTime(h.Seen.Last)
}

// p0fUptime is the uptime in minutes, and after how many days the clock begins anew; 0 if
// they are not known.
func p0fUptime(h *whorl.Host) (minutes, modulo uint32) {
	if h.Uptime == nil {
		return 0, 0
	}
	for _, o := range h.Observations {
		if hz, ok := habitsOf(&o).Rate(); ok {
			const day = 24 * 60 * 60
			return uint32(h.Uptime.Seconds / 60), uint32((1 << 32) / hz / day)
		}
	}
	return uint32(h.Uptime.Seconds / 60), 0
}

// habitsOf are the habits of an observation, empty if it has none.
func habitsOf(o *whorl.Observation) *syn.Habits {
	if o.Method != "syn" || !strings.HasPrefix(o.Print, syn.TestHabits+"(") {
		return &syn.Habits{}
	}
	h, _ := syn.ParseHabits(o.Print)
	return &h
}

// contradicted is p0f's bad_sw: 1 if what the host says is of another family than its
// stack.
func contradicted(h *whorl.Host) byte {
	for _, c := range h.Claims {
		if c.Against {
			return 1
		}
	}
	return 0
}

// p0fName is the system as p0f has it, "Linux" and "4.15 - 7.3", and how well it fits.
// Names are empty if there is no answer.
func p0fName(h *whorl.Host) (name, flavor string, quality byte) {
	if len(h.Verdicts) == 0 || h.Verdicts[0].Name == whorl.Unknown {
		return "", "", 0
	}
	v := &h.Verdicts[0]
	if v.Confidence < p0fSure {
		quality |= p0fFuzzy
	}
	before, after, ok := strings.Cut(v.Name, v.Family)
	if !ok || v.Family == "" || before != "" && before != v.Vendor+" " {
		return v.Name, "", quality
	}
	if flavor = strings.TrimSpace(after); flavor == "" {
		quality |= p0fGeneric
	}
	return v.Family, flavor, quality
}

// connectionsOf is how many handshakes were seen.
func connectionsOf(h *whorl.Host) (n uint32) {
	for _, o := range h.Observations {
		if p, err := syn.ParsePrint(o.Print); o.Method == "syn" && err == nil {
			n += p.Seen.Count
		}
	}
	return n
}

// p0fSoftware is what a host's program calls itself over HTTP, as far as a claim of the
// host's has it.
func p0fSoftware(h *whorl.Host) (name, version string) {
	for _, o := range h.Observations {
		kind, said, _ := strings.Cut(strings.TrimSuffix(o.Print, "\n"), ": ")
		if o.Method == "claim" && (kind == claim.UserAgent.String() || kind == claim.Server.String()) {
			return httpProgram(said)
		}
	}
	return "", ""
}

// p0fLink is the link by the MTU of the most frequent handshake.
func p0fLink(h *whorl.Host) string {
	if len(h.Observations) == 0 {
		return ""
	}
	p, err := syn.ParsePrint(h.Observations[0].Print)
	if err != nil {
		return ""
	}
	mtu, ok := p.MTU()
	if !ok {
		return ""
	}
	l, _ := syn.LinkOf(mtu)
	return l.Name
}
