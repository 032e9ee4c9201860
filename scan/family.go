package scan

import (
	"errors"
	"net/netip"
)

// Family says which addresses of a name are taken: the first of a version of IP. The zero
// value takes one of IPv4, and of IPv6 if there is none.
type Family uint8

// The other choices.
const (
	IPv6Only Family = iota + 1
	IPv4Only
	BothVersions // as far as there are
)

// resolved is an address of a name, and how many more of its version there are if both are
// taken.
type resolved struct {
	netip.Addr
	more int
}

func (f Family) choose(addrs []netip.Addr) (out []resolved, err error) {
	var four, six resolved
	for _, a := range addrs {
		a = a.Unmap()
		of := &four
		if a.Is6() {
			of = &six
		}
		switch {
		case !of.IsValid():
			of.Addr = a
		case a != of.Addr && f == BothVersions:
			of.more++
		}
	}
	if four.IsValid() && f != IPv6Only {
		out = append(out, four)
	}
	if six.IsValid() && (f == IPv6Only || f == BothVersions || f != IPv4Only && !four.IsValid()) {
		out = append(out, six)
	}
	switch {
	case len(out) > 0:
		return out, nil
	case f == IPv6Only && four.IsValid():
		return nil, errors.New("has no IPv6 address; without -6 that of IPv4 is taken")
	case f == IPv4Only && six.IsValid():
		return nil, errors.New("has no IPv4 address; without -4 that of IPv6 is taken")
	}
	return nil, errors.New("has no address")
}
