package decoy

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// Range is addresses from First to Last, both included, of one version of IP. Those of IPv6
// are in one /64.
type Range struct{ First, Last netip.Addr }

// ParseRange reads an address (192.0.2.7, 2001:db8::7), a prefix (192.0.2.0/28,
// 2001:db8::/112), the addresses from one to another (192.0.2.7-192.0.2.9) or to another last
// byte (192.0.2.7-9), which of IPv6 are two (2001:db8::7-1ff).
func ParseRange(s string) (r Range, err error) {
	bad := func(why string) (Range, error) { return Range{}, fmt.Errorf("decoy: %.60q: %s", s, why) }
	from, to, isRange := strings.Cut(s, "-")
	if strings.Contains(from, "/") {
		p, err := netip.ParsePrefix(s)
		if err != nil || p != p.Masked() || p.Addr().Is4In6() {
			return bad("not a prefix like 192.0.2.0/28 or 2001:db8::/112")
		}
		if r = RangeOf(p); !r.near() {
			return bad("too many addresses; PREFIX*1000 is the likeliest of them")
		}
		return r, nil
	}
	if r.First, err = parseAddr(from); err != nil {
		return bad(err.Error())
	}
	r.Last = r.First
	if isRange {
		if r.Last, err = parseLast(r.First, to); err != nil {
			return bad("no address of the same kind, nor the end of one, after the dash")
		}
	}
	switch {
	case r.Last.Less(r.First):
		return bad("ends before it begins")
	case !r.near():
		return bad("too many addresses, or not in one /64")
	}
	return r, nil
}

// parseAddr reads an address as it stands in packets.
func parseAddr(s string) (netip.Addr, error) {
	a, err := netip.ParseAddr(s)
	switch {
	case err != nil:
		return a, errors.New("not an address")
	case a.Zone() != "":
		return a, errors.New("a zone is not needed: the link is that of all")
	case a.Is4In6():
		return a, errors.New("an IPv4 address is written as such")
	}
	return a, nil
}

// parseLast reads the end of a range: an address, or the last byte or two of one.
func parseLast(first netip.Addr, s string) (last netip.Addr, err error) {
	base, bits, end := 10, 8, uint64(1<<8-1)
	if first.Is6() {
		base, bits, end = 16, 16, 1<<16-1
	}
	if n, err := strconv.ParseUint(s, base, bits); err == nil {
		return plus(first, n-number(first)&end), nil
	}
	last, err = parseAddr(s)
	if err == nil && last.BitLen() != first.BitLen() {
		err = errors.New("of another version of IP")
	}
	return last, err
}

// RangeOf is the addresses of a prefix.
func RangeOf(p netip.Prefix) Range {
	p = p.Masked()
	last := p.Addr().AsSlice()
	for i := range last {
		last[i] |= byte(0xff >> max(0, min(8, p.Bits()-8*i)))
	}
	end, _ := netip.AddrFromSlice(last) // as long as an address
	return Range{p.Addr(), end}
}

// String writes the range as ParseRange reads it.
func (r Range) String() string {
	end := uint64(1<<8 - 1)
	if r.First.Is6() {
		end = 1<<16 - 1
	}
	first, last := number(r.First), number(r.Last)
	switch {
	case r.First == r.Last:
		return r.First.String()
	case first&^end != last&^end:
		return fmt.Sprintf("%v-%v", r.First, r.Last)
	case r.First.Is6():
		return fmt.Sprintf("%v-%x", r.First, last&end)
	}
	return fmt.Sprintf("%v-%d", r.First, last&end)
}

// Contains reports whether an address is in the range.
func (r Range) Contains(a netip.Addr) bool { return !a.Less(r.First) && !r.Last.Less(a) }

// near reports whether the addresses can be counted: they are of one network, and no more
// than those of IPv4.
func (r Range) near() bool {
	return plus(r.First, number(r.Last)-number(r.First)) == r.Last && number(r.Last)-number(r.First) < 1<<32
}

// Len counts the addresses.
func (r Range) Len() int { return int(r.place(r.Last)) + 1 }

// At is the i-th address, from 0.
func (r Range) At(i int) netip.Addr { return plus(r.First, uint64(i)) }

// place is what At has for an address.
func (r Range) place(a netip.Addr) uint64 { return number(a) - number(r.First) }

// Prefixes are the fewest prefixes that hold the range and nothing else.
func (r Range) Prefixes() (out []netip.Prefix) {
	width := min(r.First.BitLen(), 64)
	for lo, hi := number(r.First), number(r.Last); ; {
		host := 0
		for host < width {
			if more := uint64(1)<<(host+1) - 1; lo&more != 0 || lo+more > hi {
				break
			}
			host++
		}
		out = append(out, netip.PrefixFrom(plus(r.First, lo-number(r.First)), r.First.BitLen()-host))
		if lo += uint64(1)<<host - 1; lo == hi {
			return out
		}
		lo++
	}
}

// number is an address as it is counted, of IPv6 its last 64 bits.
func number(a netip.Addr) uint64 {
	if a.Is4() {
		b := a.As4()
		return uint64(binary.BigEndian.Uint32(b[:]))
	}
	b := a.As16()
	return binary.BigEndian.Uint64(b[8:])
}

// plus is the address that comes n behind another.
func plus(a netip.Addr, n uint64) netip.Addr {
	if a.Is4() {
		return addrOf(uint32(number(a) + n))
	}
	b := a.As16()
	binary.BigEndian.PutUint64(b[8:], number(a)+n)
	return netip.AddrFrom16(b)
}

// addrOf is an IPv4 address.
func addrOf(n uint32) netip.Addr {
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], n)
	return netip.AddrFrom4(b)
}
