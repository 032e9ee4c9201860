package verdict

import (
	"encoding/binary"
	"fmt"
	"net/netip"

	"whorl"
)

// What an IPv6 address tells of a hardware address or an IPv4 address in it.

// translators are prefixes of IPv6 addresses that translators make of IPv4 addresses.
var translators = []struct {
	prefix netip.Prefix
	last   bool // the IPv4 address is the last 32 bits; else the operator of the network chose where it is
	what   string
}{
	{netip.MustParsePrefix("64:ff9b::/96"), true, "NAT64 (RFC 6052 section 2.1)"},
	{netip.MustParsePrefix("64:ff9b:1::/48"), false, "NAT64 (RFC 8215)"},
	{netip.MustParsePrefix("::ffff:0:0:0/96"), true, "SIIT (RFC 2765 section 2.1)"},
}

// Translated tells of an address that only a translator answers at: its TCP is that of the
// IPv4 host behind it, and its IPv6 is the translator's.
func Translated(a netip.Addr) (s whorl.Sibling, ok bool) {
	for _, t := range translators {
		if !a.Is6() || !t.prefix.Contains(a.WithZone("")) {
			continue
		}
		s = whorl.Sibling{Kinship: whorl.KinshipTranslated, Confidence: surest, Evidence: []string{fmt.Sprintf("%v is a prefix of %s", t.prefix, t.what)}}
		if t.last {
			s.Addr = ipv4At(a, 12)
		}
		return s, true
	}
	return s, false
}

// ipv4At is the IPv4 address in four bytes of one of IPv6.
func ipv4At(a netip.Addr, at int) netip.Addr {
	b := a.As16()
	return netip.AddrFrom4([4]byte(b[at : at+4]))
}

// hardwareOf is the hardware address that an interface identifier is made of (modified
// EUI-64, RFC 4291 appendix A), as a host's record has it. An individual address that its
// maker gave out is meant; ok is false of others.
func hardwareOf(a netip.Addr) (mac string, ok bool) {
	b := a.As16()
	if !a.Is6() || binary.BigEndian.Uint16(b[11:]) != 0xfffe || b[8]&3 != 2 {
		return "", false
	}
	return fmt.Sprintf("%02x:%02x:%02x:%02x:%02x:%02x", b[8]^2, b[9], b[10], b[13], b[14], b[15]), true
}

// isatap is the IPv4 address of the host that has an ISATAP address (RFC 5214 section 6.1).
func isatap(a netip.Addr) (netip.Addr, bool) {
	b := a.As16()
	if !a.Is6() || b[8]&^2 != 0 || b[9] != 0 || b[10] != 0x5e || b[11] != 0xfe {
		return netip.Addr{}, false
	}
	return ipv4At(a, 12), true
}

// sixToFour is the IPv4 address of the router of a 6to4 site (RFC 3056 section 2); itself
// tells that the interface identifier has it too, as routers of some makers choose.
func sixToFour(a netip.Addr) (router netip.Addr, itself, ok bool) {
	b := a.As16()
	if !a.Is6() || b[0] != 0x20 || b[1] != 0x02 {
		return router, false, false
	}
	router = ipv4At(a, 2)
	return router, router == ipv4At(a, 12), true
}

// embeds reports whether an IPv4 address stands in one of IPv6 as a translator writes it
// under a prefix of its network (RFC 6052 section 2.2). Hosts are given such addresses too.
func embeds(six, four netip.Addr) bool {
	b, want := six.As16(), four.As4()
	for _, prefix := range [...]int{32, 40, 48, 56, 64, 96} {
		var got [4]byte
		at := prefix / 8
		for i := range got {
			if at == 8 { // reserved
				at++
			}
			got[i] = b[at]
			at++
		}
		if got == want && (prefix == 96 || b[8] == 0) && allZero(b[max(at, 9):]) {
			return true
		}
	}
	return false
}

func allZero(b []byte) bool {
	for _, x := range b {
		if x != 0 {
			return false
		}
	}
	return true
}
