package link

import (
	"fmt"
	"net/netip"

	"whorl/packet"
)

// Owns reports whether an address is one of ours, whatever interface has it.
func Owns(all []Interface, addr netip.Addr) bool {
	for _, i := range all {
		for _, p := range i.Addrs {
			if p.Addr() == addr.WithZone("") || i.Loopback && p.Contains(addr) {
				return true
			}
		}
	}
	return false
}

// Lends says why an address that is not ours cannot be used from here; nil if it can: it
// is one for a host of the segment that the interface is on.
func (i Interface) Lends(addr netip.Addr) error {
	switch {
	case addr.Is6() && addr.IsLinkLocalUnicast():
		return fmt.Errorf("%v is good on its link alone, and cannot be a spare address", addr)
	case i.Link != packet.Ethernet || i.Loopback:
		return fmt.Errorf("%s has no segment of which %v could be an address", i.Name, addr)
	case !i.Up:
		return fmt.Errorf("%s: %w", i.Name, ErrDown)
	}
	for _, p := range i.Addrs {
		if p.Contains(addr) {
			if first, last := ends(p); p.Bits() < addr.BitLen()-1 && (addr == first || addr == last) {
				return fmt.Errorf("%v is no address of a host in %v", addr, p.Masked())
			}
			return nil
		}
	}
	return fmt.Errorf("%v is in no network of %s", addr, i.Name)
}

// ends are the addresses of a network that no host has: the first and the last of IPv4,
// and of IPv6 the first, which means any router (RFC 4291 section 2.6.1).
func ends(p netip.Prefix) (first, last netip.Addr) {
	first = p.Masked().Addr()
	if first.Is6() {
		return first, first
	}
	b := first.As4()
	for bit := p.Bits(); bit < 32; bit++ {
		b[bit/8] |= 0x80 >> (bit % 8)
	}
	return first, netip.AddrFrom4(b)
}
