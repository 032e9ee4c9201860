package main

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"sync"

	"whorl/link"
	"whorl/link/afpacket"
	"whorl/link/spare"
	"whorl/packet"
)

// spareSource is a source address of a segment that we are on and that nobody owns.
type spareSource struct {
	addr   netip.Addr
	home   link.Interface // on that segment
	groups []io.Closer    // that the interface is in for it

	mu   sync.Mutex
	lent *spare.Conn // the link that answers for it; nil: none yet
}

// claimSpare makes a source address usable that is not one of this machine. It is nil if
// the address is one.
func claimSpare(src netip.Addr, iface string) (*spareSource, error) {
	const otherwise = "-S with an address of this machine, or a free one of its segment"
	all, err := link.Interfaces()
	if err != nil || link.Owns(all, src) {
		return nil, err
	}
	why := errors.New("there is no interface to use it on")
	for _, i := range all {
		if iface != "" && i.Name != iface || i.Loopback {
			continue
		}
		if why = i.Lends(src); why != nil {
			continue
		}
		s := &spareSource{addr: src, home: i}
		if err = s.claim(); err != nil {
			s.close()
		}
		if taken := (*spare.Conflict)(nil); errors.As(err, &taken) {
			err = usage(err, otherwise)
		}
		return s, err
	}
	return nil, usage(fmt.Errorf("source address: not of this machine, and %w", why), otherwise)
}

// claim asks the segment for the address.
func (s *spareSource) claim() error {
	over := packet.IPv4
	if s.addr.Is6() {
		over = packet.IPv6
	}
	forwards, err := link.Forwards(s.home.Name, over)
	switch {
	case err != nil:
		return err
	case forwards != "":
		return usage(fmt.Errorf("this machine forwards packets that come in over %s, and would tell hosts that %v is not there", s.home.Name, s.addr),
			"-S with an address of this machine, or sysctl -w "+forwards+"=0")
	}
	var groups []netip.Prefix
	for _, g := range spare.Groups(s.addr) {
		member, err := afpacket.Join(s.home.Index, g)
		if err != nil {
			return err
		}
		s.groups = append(s.groups, member)
		groups = append(groups, netip.PrefixFrom(g, g.BitLen()))
	}
	r := s.home.Route()
	r.Src = s.addr
	c, err := afpacket.Open(afpacket.Options{Route: r, Filter: afpacket.WithARP(afpacket.Towards(r.Link, groups...))})
	if err != nil {
		return err
	}
	defer c.Close()
	return spare.Claim(c, r)
}

// close leaves the groups. It may be called twice.
func (s *spareSource) close() {
	for _, g := range s.groups {
		g.Close()
	}
	s.groups = nil
}

// reach refuses a route that the address is of no use on.
func (s *spareSource) reach(r link.Route) error {
	if r.Index == s.home.Index && !r.Local {
		return nil
	}
	return fmt.Errorf("%v is reached over %s, and the spare address %v is on %s", r.NextHop, r.Interface, s.addr, s.home.Name)
}

// lend lets one open link answer for the address; all hear what comes.
func (s *spareSource) lend(c link.Conn, r link.Route) link.Conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lent != nil && !s.lent.Ended() {
		return c
	}
	s.lent = spare.New(c, r)
	return s.lent
}

// silence leaves segments to n ports of the address unanswered.
func (s *spareSource) silence(n int) (first uint16, ports io.Closer, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	first, ports = s.lent.Silence(n)
	return first, ports, nil
}
