package link

import (
	"errors"
	"net"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// Routes answers as RouteTo does, for many addresses: those that no entry of the
// routing tables and rules tells apart share one answer. It may be used from several
// goroutines.
type Routes struct {
	via Via
	old atomic.Bool // the tables have to be read again

	mu     sync.Mutex
	starts []netip.Addr // where cells begin, in order; none: there are too many
	cells  []cell       // those that begin there
}

// cell is the answer for all addresses between two at which a prefix of the tables begins
// or ends.
type cell struct {
	known bool
	route Route
	err   error
	why   error      // of err, if it holds for all of the cell
	next  netip.Addr // the first address asked for
}

// Bounds of what is kept.
const (
	routesAge = 5 * time.Second // then the tables are read again
	maxRoutes = 4096            // entries; a machine with more has them asked for each address
)

// NewRoutes keeps answers for one way out.
func NewRoutes(via Via) *Routes {
	r := &Routes{via: via}
	r.old.Store(true)
	return r
}

// To says how packets reach dst, from the tables of the last few seconds.
func (r *Routes) To(dst netip.Addr) (Route, error) {
	dst = dst.Unmap()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.old.Load() {
		r.read()
		r.old.Store(false)
		time.AfterFunc(routesAge, func() { r.old.Store(true) }) // to read the clock for each address takes longer than the rest
	}
	c := r.cell(dst)
	if c == nil {
		return RouteTo(dst, r.via)
	}
	if !c.known {
		c.known, c.next = true, dst
		c.route, c.err = RouteTo(dst, r.via)
		c.why = lasting(c.err)
	}
	switch {
	case dst == c.next:
	case c.why != nil:
		return Route{}, &routeError{dst, c.why}
	case c.err != nil || c.route.Local: // local ones answer from themselves
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

// lasting is why there is no route, if the tables say so; nil: the next address may have one.
func lasting(err error) error {
	e, ok := err.(*routeError)
	if ok && (errors.Is(e.why, ErrNoRoute) || errors.Is(e.why, ErrDown) || errors.Is(e.why, ErrNoInterface)) {
		return e.why
	}
	return nil
}

// read takes the prefixes of all tables and rules.
func (r *Routes) read() {
	r.starts, r.cells = nil, nil
	routes, err := netlink.RouteListFiltered(netlink.FAMILY_ALL, &netlink.Route{Table: unix.RT_TABLE_UNSPEC}, netlink.RT_FILTER_TABLE)
	rules, err2 := netlink.RuleList(netlink.FAMILY_ALL)
	if err != nil || err2 != nil || len(routes)+len(rules) > maxRoutes {
		return
	}
	r.add(netip.PrefixFrom(netip.IPv4Unspecified(), 0))
	r.add(netip.PrefixFrom(netip.IPv6Unspecified(), 0))
	for _, e := range routes {
		r.addNet(e.Dst)
	}
	for _, e := range rules {
		r.addNet(e.Dst)
	}
	for _, p := range labels {
		r.add(p)
	}
	slices.SortFunc(r.starts, netip.Addr.Compare)
	r.starts = slices.Compact(r.starts)
	r.cells = make([]cell, len(r.starts))
}

// labels are the prefixes of IPv6 that the kernel chooses sources by (RFC 6724 section 2.1).
var labels = [...]netip.Prefix{
	netip.MustParsePrefix("2001::/32"), netip.MustParsePrefix("2002::/16"), netip.MustParsePrefix("3ffe::/16"),
	netip.MustParsePrefix("fc00::/7"), netip.MustParsePrefix("fec0::/10"),
}

func (r *Routes) addNet(n *net.IPNet) {
	if n != nil {
		ones, _ := n.Mask.Size()
		r.add(netip.PrefixFrom(address(n.IP), ones))
	}
}

// add begins cells at a prefix and behind it.
func (r *Routes) add(p netip.Prefix) {
	if p = p.Masked(); !p.IsValid() {
		return
	}
	r.starts = append(r.starts, p.Addr())
	if behind := last(p).Next(); behind.IsValid() {
		r.starts = append(r.starts, behind)
	}
}

// last is the last address of a prefix.
func last(p netip.Prefix) netip.Addr {
	a := p.Addr().AsSlice()
	for bit := p.Bits(); bit < len(a)*8; bit++ {
		a[bit/8] |= 0x80 >> (bit % 8)
	}
	addr, _ := netip.AddrFromSlice(a)
	return addr
}

// cell is that of dst; nil: there is none. Special addresses are the kernel's own to
// decide about.
func (r *Routes) cell(dst netip.Addr) *cell {
	if len(r.starts) == 0 || dst.Zone() != "" || !dst.IsGlobalUnicast() {
		return nil
	}
	i, begins := slices.BinarySearchFunc(r.starts, dst, netip.Addr.Compare)
	if !begins {
		i-- // the first begins at 0.0.0.0
	}
	return &r.cells[i]
}
