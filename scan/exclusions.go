package scan

import (
	"net/netip"
	"slices"
	"sort"
)

// exclusions are addresses that are left out. As lists of them are long, those that lie
// side by side are ranges that are searched by halves, and only the others, octet ranges
// and addresses with a zone, are looked through.
type exclusions struct {
	spans  []span // all, as they were added
	ranges []addrRange
	others []span
	sorted bool // ranges are, and none overlaps another
}

// addrRange is the addresses from first to last, both included, of one version of IP.
type addrRange struct{ first, last netip.Addr }

func (x *exclusions) add(spans []span) {
	x.spans = append(x.spans, spans...)
	for i := range spans {
		if r, ok := spans[i].addrRange(); ok {
			x.ranges = append(x.ranges, r)
		} else {
			x.others = append(x.others, spans[i])
		}
	}
	x.sorted = false
}

// have reports whether an address is left out.
func (x *exclusions) have(addr netip.Addr) bool {
	x.sort()
	plain := addr.WithZone("")
	after := sort.Search(len(x.ranges), func(i int) bool { return plain.Less(x.ranges[i].first) })
	return after > 0 && !x.ranges[after-1].last.Less(plain) ||
		slices.ContainsFunc(x.others, func(s span) bool { return s.contains(addr) })
}

// sort brings the ranges into order and joins those that overlap.
func (x *exclusions) sort() {
	if x.sorted {
		return
	}
	x.ranges = slices.Clone(x.ranges) // a copy of the targets may share them
	slices.SortFunc(x.ranges, func(a, b addrRange) int { return a.first.Compare(b.first) })
	joined := x.ranges[:0]
	for _, r := range x.ranges {
		if n := len(joined) - 1; n >= 0 && !joined[n].last.Less(r.first) {
			if joined[n].last.Less(r.last) {
				joined[n].last = r.last
			}
			continue
		}
		joined = append(joined, r)
	}
	x.ranges, x.sorted = joined, true
}

// addrRange is the span as one range; ok is false if it has gaps or a zone.
func (s *span) addrRange() (r addrRange, ok bool) {
	if !s.v4() {
		last := s.prefix.Addr().As16()
		for bit := s.prefix.Bits(); bit < 128; bit++ {
			last[bit/8] |= 0x80 >> (bit % 8)
		}
		return addrRange{s.prefix.Addr(), netip.AddrFrom16(last)}, s.zone == ""
	}
	var first, last [4]byte
	whole := true // the octets from here on have all values
	for i := 3; i >= 0; i-- {
		o := s.octets[i]
		first[i], last[i] = o[0], o[1]
		if o[0] != o[1] && !whole {
			return addrRange{}, false
		}
		whole = whole && o == [2]uint8{0, 255}
	}
	return addrRange{netip.AddrFrom4(first), netip.AddrFrom4(last)}, true
}
