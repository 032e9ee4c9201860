package syn

import (
	"fmt"
	"strconv"
	"strings"
)

// Law is how a stack computes its window.
type Law struct {
	Unit   Unit
	Lo, Hi uint16 // of Octets: from, to, in bytes
	N      uint16 // of MSS, SEG and MTU: how many, or Fit; of Each: the divisor
}

// Unit says what a window is made of.
type Unit uint8

// Units of windows.
const (
	Octets Unit = iota // bytes, whatever the segments: 2000, FA00-FFFF
	MSS                // segments as announced: 20*MSS
	SEG                // the same less the 12 bytes of timestamps, if the packet has them: 20*SEG
	MTU                // MSS and 40 bytes, 60 of IPv6: 4*MTU
	Each               // any multiple of N bytes: ANY*2000
)

// Fit is the N of as many segments as 65,535 bytes hold: MAX*SEG.
const Fit = 0

var unitNames = [...]string{MSS: "MSS", SEG: "SEG", MTU: "MTU"}

// String is the law as in records.
func (l Law) String() string {
	switch {
	case l.Unit == Octets && l.Lo == l.Hi:
		return fmt.Sprintf("%X", l.Lo)
	case l.Unit == Octets:
		return fmt.Sprintf("%X-%X", l.Lo, l.Hi)
	case l.Unit == Each:
		return fmt.Sprintf("ANY*%X", l.N)
	case l.N == Fit:
		return "MAX*" + unitNames[l.Unit]
	}
	return fmt.Sprintf("%d*%s", l.N, unitNames[l.Unit])
}

// parseLaw reads what String writes.
func parseLaw(s string) (Law, error) {
	if l, ok := readLaw(s); ok {
		return l, nil
	}
	return Law{}, fmt.Errorf("window %.20q; want FFFF, FA00-FFFF, 20*MSS, 20*SEG, 4*MTU, MAX*MSS or ANY*2000", s)
}

func readLaw(s string) (l Law, ok bool) {
	times, unit, product := strings.Cut(s, "*")
	if !product {
		lo, hi, isRange := strings.Cut(s, "-")
		if !isRange {
			hi = lo
		}
		a, errA := parseHex(lo, 16)
		b, errB := parseHex(hi, 16)
		return Law{Lo: uint16(a), Hi: uint16(b)}, errA == nil && errB == nil && a <= b
	}
	if times == "ANY" {
		n, err := parseHex(unit, 16)
		return Law{Unit: Each, N: uint16(n)}, err == nil && n >= 2
	}
	for u, name := range unitNames {
		if name == unit && name != "" {
			l.Unit = Unit(u)
		}
	}
	if times != "MAX" {
		n, err := strconv.ParseUint(times, 10, 16)
		if err != nil || n == 0 || n > maxTimes {
			return l, false
		}
		l.N = uint16(n)
	}
	return l, l.Unit != Octets && !(l.Unit == MTU && l.N == Fit)
}

// parseHex reads a number of so many bits in upper case.
func parseHex(s string, bits int) (uint64, error) {
	n, err := strconv.ParseUint(s, 16, bits)
	if err == nil && strings.ContainsAny(s, "abcdef_") {
		err = strconv.ErrSyntax
	}
	return n, err
}

// wide reports whether the law lets many windows be.
func (l Law) wide() bool { return l.Unit == Each || l.Lo < l.Hi }

// holds reports whether the law gives the window of the packet.
func (l Law) holds(s *subject) bool {
	switch l.Unit {
	case Octets:
		return l.Lo <= s.Window && s.Window <= l.Hi
	case Each:
		return s.Window%l.N == 0
	}
	for _, mss := range s.sizes[:s.n] {
		if l.gives(mss, s) {
			return true
		}
	}
	return false
}

// gives reports whether the law gives the window of the packet for that MSS.
func (l Law) gives(mss int, s *subject) bool {
	unit := mss
	switch {
	case l.Unit == MTU:
		unit = mss + s.headers
	case l.Unit == SEG && s.stamped:
		unit = mss - timestampLen
	}
	n := int(l.N)
	if l.N == Fit {
		n = max(maxWindow/unit, 1)
	} else if mss > ethernetMTU-ipv4Headers && int(s.Window) == largeSegments(n, mss)*unit {
		return true
	}
	return int(s.Window) == n*unit
}

const (
	maxWindow = 65535
	cloudMTU  = 9001
)

// largeSegments is how many segments longer than those of an Ethernet Linux from 2.6.38 to
// 4.19 takes for n of an Ethernet: as many bytes, but two at least
// (tcp_default_init_rwnd).
func largeSegments(n, mss int) int {
	return max(n*(ethernetMTU-ipv4Headers)/mss, 2)
}
