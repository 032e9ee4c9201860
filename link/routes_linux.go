package link

import (
	"net/netip"
	"sync"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// Routes answers as RouteTo does, for many addresses: those that no entry of the
// routing tables and rules tells apart share one answer. It may be used from several
// goroutines.
type Routes struct {
	via Via

	mu      sync.Mutex
	until   time.Time // when the answers are too old
	lengths []int     // of the prefixes that the tables have, both families; nil: too many to tell
	cells   map[netip.Prefix]struct{}
	known   map[netip.Prefix]cell
}

// cell is the answer for all addresses whose longest prefix is the same.
type cell struct {
	route Route
	err   error
	next  netip.Addr // the first address asked for
}

// Bounds of what is kept.
const (
	routesAge = 5 * time.Second // then the tables are read again
	maxRoutes = 4096            // entries; a machine with more has them asked for each address
)

// NewRoutes keeps answers for one way out.
func NewRoutes(via Via) *Routes { return &Routes{via: via} }

// To says how packets reach dst, from the tables of the last few seconds.
func (r *Routes) To(dst netip.Addr) (Route, error) {
	dst = dst.Unmap()
	r.mu.Lock()
	defer r.mu.Unlock()
	if now := time.Now(); now.After(r.until) {
		r.read()
		r.until = now.Add(routesAge)
	}
	p, ok := r.longest(dst)
	if !ok {
		return RouteTo(dst, r.via)
	}
	c, ok := r.known[p]
	if !ok {
		c.next = dst
		c.route, c.err = RouteTo(dst, r.via)
		r.known[p] = c
	}
	if dst != c.next && (c.err != nil || c.route.Local) { // errors name the address; local ones answer from themselves
		return RouteTo(dst, r.via)
	}
	route := c.route
	if route.NextHop == c.next && dst != c.next { // no gateway: each is its own next hop
		route.NextHop = dst
		if route.NextMAC != route.SrcMAC { // an interface that asks
			route.NextMAC = neighbour(route.Index, dst)
		}
	}
	return route, c.err
}

// read takes the prefixes of all tables and rules.
func (r *Routes) read() {
	r.cells, r.known, r.lengths = map[netip.Prefix]struct{}{}, map[netip.Prefix]cell{}, nil
	routes, err := netlink.RouteListFiltered(netlink.FAMILY_ALL, &netlink.Route{Table: unix.RT_TABLE_UNSPEC}, netlink.RT_FILTER_TABLE)
	rules, err2 := netlink.RuleList(netlink.FAMILY_ALL)
	if err != nil || err2 != nil || len(routes)+len(rules) > maxRoutes {
		return
	}
	r.add(netip.PrefixFrom(netip.IPv4Unspecified(), 0))
	r.add(netip.PrefixFrom(netip.IPv6Unspecified(), 0))
	for _, e := range routes {
		if e.Dst != nil {
			ones, _ := e.Dst.Mask.Size()
			r.add(netip.PrefixFrom(address(e.Dst.IP), ones))
		}
	}
	for _, e := range rules {
		if e.Dst != nil {
			ones, _ := e.Dst.Mask.Size()
			r.add(netip.PrefixFrom(address(e.Dst.IP), ones))
		}
	}
}

func (r *Routes) add(p netip.Prefix) {
	p = p.Masked()
	if !p.IsValid() {
		return
	}
	r.cells[p] = struct{}{}
	for i, n := range r.lengths {
		switch {
		case n == p.Bits():
			return
		case n < p.Bits():
			r.lengths = append(r.lengths[:i+1], r.lengths[i:]...)
			r.lengths[i] = p.Bits()
			return
		}
	}
	r.lengths = append(r.lengths, p.Bits())
}

// longest is the longest prefix of the tables that holds dst. Special addresses are the
// kernel's own to decide about.
func (r *Routes) longest(dst netip.Addr) (netip.Prefix, bool) {
	if dst.Zone() != "" || !dst.IsGlobalUnicast() {
		return netip.Prefix{}, false
	}
	for _, n := range r.lengths {
		if n > dst.BitLen() {
			continue
		}
		p := netip.PrefixFrom(dst, n).Masked()
		if _, ok := r.cells[p]; ok {
			return p, true
		}
	}
	return netip.Prefix{}, false
}
