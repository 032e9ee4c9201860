package main

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"sync"

	"whorl/link"
	"whorl/link/afpacket"
	"whorl/packet"
)

// realNetwork is this machine's: routes of the kernel, links over AF_PACKET.
type realNetwork struct {
	via    link.Via
	record string

	mu      sync.Mutex
	writers map[packet.LinkType]*os.File
	files   []*os.File
}

// network prepares the way out; it fails at once if a capability is missing.
func (a *app) network(o *scanOptions) (*realNetwork, error) {
	if err := link.Capable(link.NetRaw); err != nil {
		return nil, err
	}
	n := &realNetwork{via: link.Via{Interface: o.iface}, record: o.record}
	if o.source != "" {
		src, err := netip.ParseAddr(o.source)
		if err != nil {
			return nil, usage(fmt.Errorf("source address: %w", err), "-S with an address of this machine")
		}
		n.via.Src = src
	}
	return n, nil
}

func (n *realNetwork) Route(addr netip.Addr) (link.Route, error) { return link.RouteTo(addr, n.via) }

func (n *realNetwork) Open(r link.Route) (link.Conn, error) {
	filter := afpacket.Towards(r.Link, netip.PrefixFrom(r.Src, r.Src.BitLen()))
	if r.Local { // every local address answers from itself
		filter = nil
	}
	c, err := afpacket.Open(afpacket.Options{Route: r, Filter: filter})
	if err != nil || n.record == "" {
		return c, err
	}
	return c, err
}

// Close completes the recordings.
func (n *realNetwork) Close() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	var errs []error
	for _, w := range n.writers {
		errs = append(errs, w.Close())
	}
	for _, f := range n.files {
		errs = append(errs, f.Close())
	}
	n.writers, n.files = nil, nil
	if err := errors.Join(errs...); err != nil {
		return partial(fmt.Errorf("the recording is incomplete: %w", err), "free the disk, or record elsewhere")
	}
	return nil
}
