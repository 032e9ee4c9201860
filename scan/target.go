package scan

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// parseTarget reads a target: an address, a prefix, octet ranges or a name, of which the
// first address of each version that the family has is taken.
func parseTarget(spec string, resolve Resolve, family Family) ([]span, error) {
	if p, err := netip.ParsePrefix(spec); err == nil {
		return []span{prefixSpan(p)}, nil
	}
	if a, err := netip.ParseAddr(spec); err == nil {
		return []span{addrSpan(a)}, nil
	}
	if s, ok, err := likelySpan(spec); ok {
		return []span{s}, err
	}
	if looksNumeric(spec) {
		return octetSpans(spec)
	}
	name, bits, slash := strings.Cut(spec, "/")
	if resolve == nil || name == "" {
		return nil, fmt.Errorf("scan: target %q is neither an address nor a range", spec)
	}
	addrs, err := resolve(name)
	if err != nil {
		return nil, fmt.Errorf("scan: target %q does not resolve: %w", spec, err)
	}
	found, err := family.choose(addrs)
	if err != nil {
		return nil, fmt.Errorf("scan: target %q %w", spec, err)
	}
	if slash {
		if len(found) > 1 {
			return nil, fmt.Errorf("scan: target %q has addresses of both versions of IP, and a prefix length is of one; take it with -4 or -6 alone", spec)
		}
		a := found[0].Addr
		n, err := strconv.Atoi(bits)
		if err != nil || n < 0 || n > a.BitLen() {
			return nil, fmt.Errorf("scan: target %q: prefix length %q is not between 0 and %d", spec, bits, a.BitLen())
		}
		s := prefixSpan(netip.PrefixFrom(a.WithZone(""), n))
		s.names = []string{name}
		return []span{s}, nil
	}
	var spans []span
	for _, f := range found {
		s := addrSpan(f.Addr)
		s.names, s.more = []string{name}, f.more
		spans = append(spans, s)
	}
	return spans, nil
}

// looksNumeric reports whether a target can only be meant as IPv4 octets.
func looksNumeric(s string) bool {
	return strings.Count(s, ".") == 3 && strings.Trim(s, "0123456789.,-*") == ""
}

// octetSpans reads Nmap's ranges: every octet a number, lo-hi, a list of these, or *.
// A list makes several spans.
func octetSpans(spec string) ([]span, error) {
	spans := []span{{}}
	for i, part := range strings.Split(spec, ".") {
		var next []span
		for item := range strings.SplitSeq(part, ",") {
			lo, hi, err := octetRange(item)
			if err != nil {
				return nil, fmt.Errorf("scan: target %q: %w", spec, err)
			}
			for _, s := range spans {
				s.octets[i] = [2]uint8{lo, hi}
				next = append(next, s)
			}
			if len(next) > maxSpans {
				return nil, fmt.Errorf("scan: target %.80q: lists make more than %d ranges", spec, maxSpans)
			}
		}
		spans = next
	}
	return spans, nil
}

const maxSpans = 4096

func octetRange(item string) (lo, hi uint8, err error) {
	if item == "*" {
		return 0, 255, nil
	}
	a, b, isRange := strings.Cut(item, "-")
	if !isRange {
		b = a
	}
	if a == "" && isRange {
		a = "0"
	}
	if b == "" && isRange {
		b = "255"
	}
	x, errA := strconv.ParseUint(a, 10, 8)
	y, errB := strconv.ParseUint(b, 10, 8)
	if errA != nil || errB != nil {
		return 0, 0, fmt.Errorf("octet %q is not a number or range from 0 to 255", item)
	}
	if x > y {
		return 0, 0, fmt.Errorf("octet %q runs backwards", item)
	}
	return uint8(x), uint8(y), nil
}
