package decoy

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"whorl/method"
	"whorl/osdb"
	"whorl/persona"
)

// Group is addresses that have something in common.
type Group struct {
	Addrs Range
	// Also, if valid, is as many addresses of the other version of IP: the i-th of both are one
	// host's.
	Also Range
	// Entries are what the addresses are. Of several, each address is one by the key and its
	// place: as many in a row as there are entries are all different. An entry that cannot be
	// shown on the wire leaves its place to the next one.
	Entries []*osdb.Entry
	// Share of the addresses that are live, by the key; 0: all.
	Share float64
	// Persona is what all have in common; Addr, Key and Boot are set for each.
	Persona persona.Options
	// Services, if not nil, gives each address services beside those of Persona. It is
	// called from several goroutines.
	Services func(*osdb.Entry, netip.Addr) []persona.Service
	Hardware Hardware

	Hops   uint8         // routers that seem to be before it; at most MaxHops
	Jitter time.Duration // a packet takes up to so much longer, each way
	Loss   float64       // probability that a packet is lost, each way

	mirror *Group // whose Also these Addrs are; nil: no group's
}

// check refuses a group that makes no sense.
func (g *Group) check() error {
	switch {
	case !g.Addrs.good():
		return errors.New("decoy: a group wants a range of addresses of one version of IP")
	case g.Also != Range{} && (!g.Also.good() || g.Also.First.Is4() == g.Addrs.First.Is4() || g.Also.Len() != g.Addrs.Len()):
		return fmt.Errorf("decoy: %v: the other addresses are as many, of the other version of IP", g.Addrs)
	case g.Addrs.Len() > maxGroup:
		return fmt.Errorf("decoy: %v: more than %d addresses", g.Addrs, maxGroup)
	case len(g.Entries) == 0:
		return fmt.Errorf("decoy: %v: no record says what is there", g.Addrs)
	case !(g.Share >= 0 && g.Share <= 1) || !(g.Loss >= 0 && g.Loss < 1):
		return fmt.Errorf("decoy: %v: a share is from 0 to 1, a loss less than 1", g.Addrs)
	case g.Hops > MaxHops:
		return fmt.Errorf("decoy: %v: %d hops; want at most %d", g.Addrs, g.Hops, MaxHops)
	case g.Jitter < 0 || g.Persona.Delay < 0:
		return fmt.Errorf("decoy: %v: times are not negative", g.Addrs)
	}
	return nil
}

// MaxHops leaves something of the least TTL that systems begin with, 32.
const MaxHops = 30

// maxGroup is how many addresses a group may have: those of a /8.
const maxGroup = 1 << 24

// live reports whether a host stands at an address of the group.
func (g *Group) live(key method.Key, addr netip.Addr) bool {
	if g.Share == 0 || g.Share == 1 {
		return true
	}
	s := key.Stream(addr, "decoy live")
	return float64(s.Uint32()) < g.Share*(1<<32)
}

// shuffled is the entries in the order of the key.
func (g *Group) shuffled(key method.Key) []*osdb.Entry {
	out := slices.Clone(g.Entries)
	s := key.Stream(g.Addrs.First, "decoy order")
	for i := len(out) - 1; i > 0; i-- {
		j := s.Between(0, i)
		out[i], out[j] = out[j], out[i]
	}
	return out
}

// groups are sorted by address.
type groups []*Group

func newGroups(of []Group, key method.Key) (groups, error) {
	var out groups
	for i := range of {
		if err := of[i].check(); err != nil {
			return nil, err
		}
		g := of[i]
		g.Entries = g.shuffled(key)
		out = append(out, &g)
		if g.Also.First.IsValid() {
			out = append(out, &Group{Addrs: g.Also, mirror: &g})
		}
	}
	slices.SortFunc(out, func(a, b *Group) int { return a.Addrs.First.Compare(b.Addrs.First) })
	for i := 1; i < len(out); i++ {
		if before := out[i-1]; !before.Addrs.Last.Less(out[i].Addrs.First) {
			return nil, fmt.Errorf("decoy: %v and %v overlap", before.Addrs, out[i].Addrs)
		}
	}
	if len(out) == 0 {
		return nil, errors.New("decoy: no addresses")
	}
	return out, nil
}

// of is the group of an address, or nil.
func (s groups) of(addr netip.Addr) *Group {
	i, found := slices.BinarySearchFunc(s, addr, func(g *Group, a netip.Addr) int { return g.Addrs.First.Compare(a) })
	if !found {
		i--
	}
	if i < 0 || s[i].Addrs.Last.Less(addr) {
		return nil
	}
	return cmp.Or(s[i].mirror, s[i])
}

// each goes through all hosts, by their first addresses in order, until f says that it is
// enough.
func (s groups) each(f func(*Group, netip.Addr) bool) {
	for _, g := range s {
		if g.mirror != nil {
			continue
		}
		for i := range g.Addrs.Len() {
			if !f(g, g.Addrs.At(i)) {
				return
			}
		}
	}
}
