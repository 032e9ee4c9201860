package decoy

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// Range is IPv4 addresses from First to Last, both included.
type Range struct{ First, Last netip.Addr }

// ParseRange reads an address (192.0.2.7), a prefix (192.0.2.0/28), the addresses from one
// to another (192.0.2.7-192.0.2.9) or to another last byte (192.0.2.7-9).
func ParseRange(s string) (r Range, err error) {
	bad := func(why string) (Range, error) { return Range{}, fmt.Errorf("decoy: %.60q: %s", s, why) }
	from, to, isRange := strings.Cut(s, "-")
	if strings.Contains(from, "/") {
		p, err := netip.ParsePrefix(s)
		if err != nil || !p.Addr().Is4() || p != p.Masked() {
			return bad("not an IPv4 prefix like 192.0.2.0/28")
		}
		return RangeOf(p), nil
	}
	if r.First, err = netip.ParseAddr(from); err != nil || !r.First.Is4() {
		return bad("not an IPv4 address")
	}
	r.Last = r.First
	if !isRange {
		return r, nil
	}
	if n, err := strconv.ParseUint(to, 10, 8); err == nil {
		a := r.First.As4()
		a[3] = byte(n)
		r.Last = netip.AddrFrom4(a)
	} else if r.Last, err = netip.ParseAddr(to); err != nil || !r.Last.Is4() {
		return bad("no IPv4 address or last byte after the dash")
	}
	if r.Last.Less(r.First) {
		return bad("ends before it begins")
	}
	return r, nil
}

// RangeOf is the addresses of an IPv4 prefix.
func RangeOf(p netip.Prefix) Range {
	first := number(p.Masked().Addr())
	return Range{addrOf(first), addrOf(first | uint32(1<<(32-p.Bits())-1))}
}

// String writes the range as ParseRange reads it.
func (r Range) String() string {
	switch {
	case r.First == r.Last:
		return r.First.String()
	case r.First.As4()[3] <= r.Last.As4()[3] && number(r.First)>>8 == number(r.Last)>>8:
		return fmt.Sprintf("%v-%d", r.First, r.Last.As4()[3])
	}
	return fmt.Sprintf("%v-%v", r.First, r.Last)
}

// Contains reports whether an address is in the range.
func (r Range) Contains(a netip.Addr) bool {
	return a.Is4() && number(r.First) <= number(a) && number(a) <= number(r.Last)
}

// Len counts the addresses.
func (r Range) Len() int { return int(number(r.Last)-number(r.First)) + 1 }

// At is the i-th address, from 0.
func (r Range) At(i int) netip.Addr { return addrOf(number(r.First) + uint32(i)) }

// Prefixes are the fewest prefixes that hold the range and nothing else.
func (r Range) Prefixes() (out []netip.Prefix) {
	for lo, hi := uint64(number(r.First)), uint64(number(r.Last)); lo <= hi; {
		bits := 32
		for bits > 0 && lo&(1<<(33-bits)-1) == 0 && lo+1<<(33-bits)-1 <= hi {
			bits--
		}
		out = append(out, netip.PrefixFrom(addrOf(uint32(lo)), bits))
		lo += 1 << (32 - bits)
	}
	return out
}

// number is an IPv4 address as it is counted.
func number(a netip.Addr) uint32 {
	b := a.As4()
	return binary.BigEndian.Uint32(b[:])
}

func addrOf(n uint32) netip.Addr {
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], n)
	return netip.AddrFrom4(b)
}
