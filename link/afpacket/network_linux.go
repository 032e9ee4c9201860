package afpacket

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"slices"
	"sync"

	"golang.org/x/net/bpf"

	"whorl/link"
)

// Network is the network as this machine reaches it: ways to addresses by the kernel's
// routes, links as Conns that hear what comes to addresses of this machine. Package scan
// asks for all that it has. It may be used from several goroutines.
type Network struct {
	// What else links hear, to be set before the first Open.
	ARP    bool
	Groups []netip.Addr // multicast, of which somebody is a member ([Join])
	Resets bool         // those of our own kernel

	routes *link.Routes

	mu        sync.Mutex
	listeners []net.Listener
}

// NewNetwork prepares the way out. It fails with a [link.CapabilityError] if CAP_NET_RAW is
// missing.
func NewNetwork(via link.Via) (*Network, error) {
	if err := link.Capable(link.NetRaw); err != nil {
		return nil, err
	}
	return &Network{routes: link.NewRoutes(via)}, nil
}

// Route is the way to an address.
func (n *Network) Route(addr netip.Addr) (link.Route, error) { return n.routes.To(addr) }

// networkRing is the size of the receive ring in bytes: a second of any traffic, for on a busy
// machine a scan may have to wait that long.
const networkRing = 32 << 20

// Open opens the link of a route.
func (n *Network) Open(r link.Route) (link.Conn, error) {
	filter := n.filter(r)
	c, err := Open(Options{Route: r, Filter: filter, Ring: networkRing, Outgoing: n.Resets && filter != nil})
	if err != nil { // a nil *Conn is no nil link.Conn
		return nil, err
	}
	return c, nil
}

// filter passes what concerns us; nil is everything, as every local address answers from
// itself.
func (n *Network) filter(r link.Route) []bpf.Instruction {
	if r.Local {
		return nil
	}
	own := ours(r)
	all := slices.Clone(own)
	for _, g := range n.Groups {
		all = append(all, netip.PrefixFrom(g, g.BitLen()))
	}
	f := Towards(r.Link, all...)
	if n.ARP {
		f = WithARP(f)
	}
	if n.Resets {
		f = ResetsFrom(r.Link, f, own...)
	}
	return f
}

// maxOurs bounds the addresses that a filter names: BPF takes 4096 instructions, 27 for an
// IPv6 address where resets are heard too.
const maxOurs = 128

// anywhere is what answers come to where our addresses cannot be named.
var anywhere = []netip.Prefix{netip.PrefixFrom(netip.IPv4Unspecified(), 0), netip.PrefixFrom(netip.IPv6Unspecified(), 0)}

// ours are the addresses that answers over a link come to: that of the route, and all
// others of this machine, as targets after the first may be asked from those: of the other
// version of IP, of another scope, or, where a route says so, of another interface.
func ours(r link.Route) []netip.Prefix {
	out := []netip.Prefix{netip.PrefixFrom(r.Src.WithZone(""), r.Src.BitLen())}
	all, err := link.Interfaces()
	if err != nil {
		return anywhere
	}
	for _, i := range all {
		for _, p := range i.Addrs {
			own := netip.PrefixFrom(p.Addr().WithZone(""), p.Addr().BitLen())
			if !own.Addr().IsLoopback() && !slices.Contains(out, own) {
				out = append(out, own)
			}
		}
	}
	if len(out) > maxOurs {
		return anywhere
	}
	return out
}

// Listen opens a port of this machine that nobody talks to, so that its stack can be asked
// even if nothing else listens. Close closes it.
func (n *Network) Listen(addr netip.Addr) (port uint16, err error) {
	l, err := net.ListenTCP("tcp", net.TCPAddrFromAddrPort(netip.AddrPortFrom(addr, 0)))
	if err != nil {
		return 0, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.listeners = append(n.listeners, l)
	return l.Addr().(*net.TCPAddr).AddrPort().Port(), nil
}

// Silence keeps segments to some ports of an address of ours from being answered by the
// kernel, from the first on, until it is closed.
func (n *Network) Silence(src netip.Addr, ports int) (first uint16, end io.Closer, err error) {
	return SilencePorts(src, ports)
}

// Close closes the ports of Listen. Links are closed by whom they were opened for.
func (n *Network) Close() (err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, l := range n.listeners {
		err = errors.Join(err, l.Close())
	}
	n.listeners = nil
	return err
}
