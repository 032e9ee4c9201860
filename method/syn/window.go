package syn

import (
	"fmt"
	"strconv"
	"strings"

	"whorl/packet"
)

// Window is a receive window as p0f writes it: mss*20.
type Window struct {
	Kind WindowKind
	N    uint16 // the window, or how many, or the divisor; 0 if Kind is AnyWindow
}

// WindowKind says what a window is counted in.
type WindowKind uint8

// Kinds of windows.
const (
	Bytes     WindowKind = iota // N bytes
	AnyWindow                   // *
	Multiple                    // %N: a multiple of N bytes
	TimesMSS                    // mss*N
	TimesMTU                    // mtu*N
)

var windowPrefixes = [...]string{Bytes: "", AnyWindow: "*", Multiple: "%", TimesMSS: "mss*", TimesMTU: "mtu*"}

// maxTimes is the most segments that p0f takes for a window.
const maxTimes = 1000

// AppendTo writes p0f's form.
func (w Window) AppendTo(b []byte) []byte {
	b = append(b, windowPrefixes[w.Kind]...)
	if w.Kind == AnyWindow {
		return b
	}
	return strconv.AppendUint(b, uint64(w.N), 10)
}

// String is p0f's form.
func (w Window) String() string { return string(w.AppendTo(nil)) }

// ParseWindow reads what AppendTo writes.
func ParseWindow(s string) (w Window, err error) {
	lo, hi := uint64(0), uint64(65535)
	digits := s
	switch {
	case s == "*":
		return Window{Kind: AnyWindow}, nil
	case strings.HasPrefix(s, "%"):
		w.Kind, lo, digits = Multiple, 2, s[1:]
	case strings.HasPrefix(s, "mss*"):
		w.Kind, lo, hi, digits = TimesMSS, 1, maxTimes, s[4:]
	case strings.HasPrefix(s, "mtu*"):
		w.Kind, lo, hi, digits = TimesMTU, 1, maxTimes, s[4:]
	}
	n, err := strconv.ParseUint(digits, 10, 16)
	if err != nil || n < lo || n > hi {
		return Window{}, fmt.Errorf("syn: window %.20q; want a number, *, %%n, mss*n or mtu*n", s)
	}
	w.N = uint16(n)
	return w, nil
}

// Lengths in bytes.
const (
	ethernetMTU  = 1500
	ipv4Headers  = 40 // IPv4 and TCP without options
	ipv6Headers  = 60 // IPv6 and TCP without options
	timestampLen = 12 // what the timestamps option takes off every segment
	leastMSS     = 100
)

// WindowAs classifies the window of the packet: the first divisor in p0f's order that
// leaves no rest. offer is the MSS of the SYN that was answered, 0 if it is not known.
func (s *Signature) WindowAs(offer uint16) Window {
	as := Window{Kind: Bytes, N: s.Window}
	if s.Window == 0 || s.MSS < leastMSS {
		return as
	}
	try := func(kind WindowKind, unit int) bool {
		if as.Kind == Bytes && unit > 0 && int(s.Window)%unit == 0 && int(s.Window)/unit <= maxTimes {
			as = Window{kind, s.Window / uint16(unit)}
		}
		return as.Kind != Bytes
	}
	mss, v6 := int(s.MSS), s.Version == 6
	try(TimesMSS, mss)
	if s.Layout.has(packet.OptTimestamp) && !s.Quirks.Has(TS1Zero) {
		try(TimesMSS, mss-timestampLen)
	}
	try(TimesMSS, ethernetMTU-ipv4Headers)
	try(TimesMSS, ethernetMTU-ipv4Headers-timestampLen)
	if v6 {
		try(TimesMSS, ethernetMTU-ipv6Headers)
		try(TimesMSS, ethernetMTU-ipv6Headers-timestampLen)
	}
	try(TimesMTU, mss+ipv4Headers)
	try(TimesMTU, mss+int(s.Headers))
	if v6 {
		try(TimesMTU, mss+ipv6Headers)
	}
	try(TimesMTU, ethernetMTU)
	if s.Answer && offer >= leastMSS {
		try(TimesMSS, int(offer))
		try(TimesMSS, int(offer)-timestampLen)
	}
	return as
}
