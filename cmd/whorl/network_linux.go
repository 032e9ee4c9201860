package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"sync"

	"whorl/link"
	"whorl/link/afpacket"
	"whorl/link/pcapfile"
	"whorl/packet"
)

// realNetwork is this machine's: routes of the kernel, links over AF_PACKET.
type realNetwork struct {
	routes *link.Routes
	timing bool         // resets of our own kernel are to be heard
	spare  *spareSource // nil: we send from an address of this machine
	around *surroundings

	mu        sync.Mutex
	file      *os.File // of the recording; nil: none
	recording *pcapfile.Writer
	listeners []net.Listener
}

// network prepares the way out; it fails at once if a capability is missing.
func (a *app) network(o *scanOptions) (*realNetwork, error) {
	via := link.Via{Interface: o.iface}
	if o.source != "" {
		src, err := netip.ParseAddr(o.source)
		if err != nil {
			return nil, usage(fmt.Errorf("source address: %w", err), "-S with an address of this machine, or a free one of its segment")
		}
		via.Src = src.Unmap()
	}
	if err := link.Capable(link.NetRaw); err != nil {
		return nil, err
	}
	n := &realNetwork{timing: o.temporal.asked(), around: lookAround()}
	if via.Src.IsValid() {
		var err error
		if n.spare, err = claimSpare(via.Src, o.iface); err != nil {
			return nil, err
		}
		via.Spare = n.spare != nil
	}
	n.routes = link.NewRoutes(via)
	if o.record == "" {
		return n, nil
	}
	f, err := os.Create(o.record)
	if err != nil {
		return nil, usage(fmt.Errorf("--record: %w", err), "a file in a folder that exists and can be written")
	}
	n.file = f
	if n.recording, err = pcapfile.NewWriter(f, packet.Ethernet, "whorl "+version+" "+strings.Join(a.args, " ")); err != nil {
		return nil, partial(err, "a scan without --record")
	}
	return n, nil
}

func (n *realNetwork) Route(addr netip.Addr) (link.Route, error) {
	r, err := n.routes.To(addr)
	switch {
	case err != nil:
	case r.Local && addr.Is6() && addr.IsLinkLocalUnicast(): // lo is another link, where it is not ours
		err = fmt.Errorf("%v is ours and answers on its link alone; scan ::1 instead", addr)
	case n.spare != nil:
		err = n.spare.reach(r)
	}
	return r, err
}

// ring is the size of the receive ring in bytes: a second of any traffic, for on a busy
// machine the engine may have to wait that long.
const ring = 32 << 20

func (n *realNetwork) Open(r link.Route) (link.Conn, error) {
	own := ours(r)
	filter := afpacket.Towards(r.Link, own...)
	if n.spare != nil {
		filter = n.spare.filter(r.Link, own...)
	}
	if r.Local { // every local address answers from itself
		filter = nil
	}
	if n.timing && filter != nil {
		filter = afpacket.ResetsFrom(r.Link, filter, own...)
	}
	var c link.Conn
	c, err := afpacket.Open(afpacket.Options{Route: r, Filter: filter, Ring: ring, Outgoing: n.timing && filter != nil})
	if err != nil {
		return nil, err
	}
	if n.recording != nil {
		c = pcapfile.Record(c, n.recording)
	}
	if n.spare != nil {
		c = n.spare.lend(c, r)
	}
	return c, nil
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

// Listen opens a port of this machine that nobody talks to, so that its stack can
// be asked even if nothing else listens.
func (n *realNetwork) Listen(addr netip.Addr) (uint16, error) {
	l, err := net.ListenTCP("tcp", net.TCPAddrFromAddrPort(netip.AddrPortFrom(addr, 0)))
	if err != nil {
		return 0, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.listeners = append(n.listeners, l)
	return l.Addr().(*net.TCPAddr).AddrPort().Port(), nil
}

// Silence keeps segments to some ports of an address from being answered.
func (n *realNetwork) Silence(src netip.Addr, ports int) (uint16, io.Closer, error) {
	if n.spare != nil {
		return n.spare.silence(ports)
	}
	return afpacket.SilencePorts(src, ports)
}

// Close completes the recording. It may be called twice.
func (n *realNetwork) Close() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, l := range n.listeners {
		l.Close()
	}
	n.listeners = nil
	if n.spare != nil {
		n.spare.close()
	}
	if n.file == nil {
		return nil
	}
	err := errors.Join(n.recording.Flush(), n.file.Close())
	n.file, n.recording = nil, nil
	if err != nil {
		return partial(fmt.Errorf("the recording is incomplete: %w", err), "free the disk, or record elsewhere")
	}
	return nil
}
