package scan

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// likelyPorts are services whose port, read as hexadecimal, administrators give to the
// host as its address: ::443 serves HTTPS. Those below ::100 are low addresses anyway.
// Source: RFC 7707 section 4.1.1.
var likelyPorts = []uint64{0x110, 0x143, 0x389, 0x443, 0x465, 0x587, 0x993, 0x995, 0x3306, 0x3389, 0x5060, 0x5432, 0x8080, 0x8443}

// lowHosts are the hosts that are tried before the services: ::1 to ::ff.
const lowHosts = 0xff

// likelyHost is the host part of a prefix that is the likeliest but index others, of those
// up to last: low numbers, services, then the numbers that follow. ::0 is every router
// (RFC 4291 section 2.6.1) and left out. Addresses made of hardware addresses or of chance
// are not guessed: neighbours and captures tell them.
func likelyHost(index, last uint64) uint64 {
	if index < lowHosts {
		return index + 1
	}
	index -= lowHosts
	ports := likelyPorts
	if beyond := slices.IndexFunc(ports, func(p uint64) bool { return p > last }); beyond >= 0 {
		ports = ports[:beyond]
	}
	if index < uint64(len(ports)) {
		return ports[index]
	}
	host := index - uint64(len(ports)) + lowHosts + 1
	for _, p := range ports { // in order: each that is passed moves the rest by one
		if host >= p {
			host++
		}
	}
	return host
}

// maxLikely bounds what is guessed of one prefix.
const maxLikely = 1 << 20

// likelySpan reads PREFIX*N, the N likeliest addresses of an IPv6 prefix. ok is false if
// spec is no such thing.
func likelySpan(spec string) (s span, ok bool, err error) {
	prefix, many, found := strings.Cut(spec, "*")
	p, bad := netip.ParsePrefix(prefix)
	if !found || bad != nil || !p.Addr().Is6() || p.Addr().Is4In6() {
		return s, false, nil
	}
	n, bad := strconv.ParseUint(many, 10, 64)
	if bad != nil || n == 0 || n > maxLikely {
		return s, true, fmt.Errorf("scan: target %q: %q is not a number of addresses, 1 to %d", spec, many, maxLikely)
	}
	s = prefixSpan(p)
	s.limit(n)
	return s, true, nil
}

// limit leaves only the n likeliest addresses of an IPv6 prefix that has more.
func (s *span) limit(n uint64) {
	if last, ok := s.last(); !s.v4() && (!ok || n <= last) {
		s.likely = n
	}
}
