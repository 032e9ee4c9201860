package watch

import (
	"net/netip"
	"time"

	"whorl/packet"
)

// suspect is a client that lets a server repeat.
type suspect struct {
	since   time.Time
	packets bool // it has sent something else than a SYN since
	arp     bool // ... and that was ARP or neighbour discovery: it is a host of the segment
}

// silentSource is a client that has let a server repeat three times.
type silentSource struct {
	addr netip.Addr
	at   time.Time
}

const (
	maxSuspects = 1024
	crowded     = 5 // more sources than that in a minute are no tool's
)

// suspect begins to look whether a client is there.
func (s *silence) suspect(a netip.Addr, at time.Time) {
	known := s.suspects[a]
	if known != nil && at.Sub(known.since) <= quiet {
		return
	}
	if len(s.suspects) >= maxSuspects && at.Sub(s.cleared) >= time.Second {
		s.cleared = at
		for b, u := range s.suspects {
			if at.Sub(u.since) > quiet {
				delete(s.suspects, b)
			}
		}
	}
	if known != nil || len(s.suspects) < maxSuspects {
		s.suspects[a] = &suspect{since: at}
	}
}

// present notes a packet of a client, if it shows that the client is there. A SYN does not:
// its source can be made up.
func (s *silence) present(p *packet.Packet) {
	if len(s.suspects) == 0 || p.Transport == packet.TCP && p.TCP.Flags&(packet.SYN|packet.ACK) == packet.SYN {
		return
	}
	if u := s.suspects[p.Src]; u != nil {
		u.packets = true
	}
	switch n, ok := p.Neighbor(); {
	case ok && p.ICMP.Type == packet.ICMPv6NeighborAdv:
		s.alive(n.Target)
	case ok:
		s.alive(p.Src)
	}
}

// alive notes that a host of the segment speaks ARP or neighbour discovery.
func (s *silence) alive(a netip.Addr) {
	if u := s.suspects[a]; u != nil {
		u.arp = true
	}
}

// manySources reports whether more than a few sources were silent within a minute, with
// this one.
func (s *silence) manySources(a netip.Addr, at time.Time) bool {
	n, known := 1, false
	for i := range s.crowd {
		c := &s.crowd[i]
		switch {
		case c.addr == a:
			c.at, known = at, true
		case c.addr.IsValid() && at.Sub(c.at) < time.Minute:
			n++
		}
	}
	if !known {
		s.crowd[s.next] = silentSource{a, at}
		s.next = (s.next + 1) % len(s.crowd)
	}
	return n > crowded
}
