package scan

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"strings"
)

// span is a set of addresses: for IPv4 each octet has a range, as Nmap's 10.0-3.1.1-254;
// for IPv6 a prefix, or the likeliest addresses of one.
type span struct {
	octets [4][2]uint8 // if prefix is invalid
	prefix netip.Prefix
	zone   string // of link-local addresses
	likely uint64 // how many addresses of the prefix, the likeliest first; 0: all
	names  []string
	more   int    // addresses of this version of IP that the name has beside it
	start  uint64 // index of its first address among those of all spans
}

// prefixSpan covers all addresses of a prefix. One of IPv4 addresses in IPv6 (RFC 4291
// section 2.5.5.2) is one of IPv4.
func prefixSpan(p netip.Prefix) span {
	const mapped = 96 // bits before the IPv4 address
	if p.Addr().Is4In6() && p.Bits() >= mapped {
		p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-mapped)
	}
	p = p.Masked()
	if !p.Addr().Is4() {
		return span{prefix: p}
	}
	var s span
	for i, b := range p.Addr().As4() {
		host := max(0, min(8, 8*(i+1)-p.Bits()))
		s.octets[i] = [2]uint8{b, b | uint8(1<<host-1)}
	}
	return s
}

// addrSpan is one address.
func addrSpan(a netip.Addr) span {
	a = a.Unmap()
	s := prefixSpan(netip.PrefixFrom(a.WithZone(""), a.BitLen()))
	s.zone = a.Zone()
	return s
}

func (s *span) v4() bool { return !s.prefix.IsValid() }

// last is the number of addresses less one; ok is false if that is more than 64 bits.
func (s *span) last() (n uint64, ok bool) {
	if !s.v4() {
		if s.likely > 0 {
			return s.likely - 1, true
		}
		return s.lastHost()
	}
	n = 1
	for _, o := range s.octets {
		n *= uint64(o[1]-o[0]) + 1
	}
	return n - 1, true
}

// lastHost is the highest host part of an IPv6 prefix; ok is false if that is more than 64
// bits, and n then the highest of them.
func (s *span) lastHost() (n uint64, ok bool) {
	host := 128 - s.prefix.Bits()
	return 1<<host - 1, host <= 64 // a shift by 64 leaves 0, and 0-1 is the last of 2^64
}

// at is the address with that index, from 0 to last.
func (s *span) at(index uint64) netip.Addr {
	if !s.v4() {
		if s.likely > 0 {
			last, _ := s.lastHost()
			index = likelyHost(index, last)
		}
		b := s.prefix.Addr().As16()
		binary.BigEndian.PutUint64(b[8:], binary.BigEndian.Uint64(b[8:])+index)
		return netip.AddrFrom16(b).WithZone(s.zone)
	}
	var b [4]byte
	for i := 3; i >= 0; i-- {
		o := s.octets[i]
		many := uint64(o[1]-o[0]) + 1
		b[i] = o[0] + uint8(index%many)
		index /= many
	}
	return netip.AddrFrom4(b)
}

func (s *span) contains(addr netip.Addr) bool {
	if !s.v4() {
		return s.prefix.Contains(addr.WithZone("")) && (s.zone == "" || s.zone == addr.Zone())
	}
	if !addr.Is4() {
		return false
	}
	for i, v := range addr.As4() {
		if v < s.octets[i][0] || v > s.octets[i][1] {
			return false
		}
	}
	return true
}

// String is the span in the form of a target: 10.0-3.1.1-254, 2001:db8::/64, the likeliest
// of that 2001:db8::/64*1000, or fe80::1%eth0.
func (s *span) String() string {
	switch {
	case s.zone != "":
		return s.prefix.Addr().WithZone(s.zone).String()
	case s.likely > 0:
		return fmt.Sprintf("%v*%d", s.prefix, s.likely)
	case !s.v4():
		return s.prefix.String()
	}
	var parts [4]string
	for i, o := range s.octets {
		parts[i] = fmt.Sprint(o[0])
		if o[1] > o[0] {
			parts[i] = fmt.Sprintf("%d-%d", o[0], o[1])
		}
	}
	return strings.Join(parts[:], ".")
}
