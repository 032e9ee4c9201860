package decoy

import (
	"fmt"
	"net/netip"
	"time"

	"whorl/method"
	"whorl/packet"
)

// How a segment is asked for an address (RFC 5227 section 1.1).
const (
	probeWait    = time.Second // before the first probe, at most
	probes       = 3
	probeLeast   = time.Second // between two probes
	probeMost    = 2 * time.Second
	announceWait = 2 * time.Second // after the last probe; nothing is announced then
)

const (
	asksPerSecond = 1000    // addresses that are first asked for in a second
	maxAsked      = 1 << 16 // addresses of a segment
)

// Conflict is an address that somebody else has.
type Conflict struct {
	Addr  netip.Addr
	MAC   packet.MAC // of who says so
	At    time.Time
	Owned bool // it was a decoy until then
}

func (c Conflict) String() string {
	if c.Owned {
		return fmt.Sprintf("%v is used by %v now; the decoy there has ended", c.Addr, c.MAC)
	}
	return fmt.Sprintf("%v belongs to %v; no decoy is put there", c.Addr, c.MAC)
}

// claims are the addresses of a segment on their way from asked for to owned or lost.
type claims struct {
	asking map[netip.Addr]struct{}
	lost   map[netip.Addr]struct{}
	total  int // addresses that decoys were to have
}

// open reports whether an address may be answered for, as far as the segment is concerned.
func (c *claims) open(addr netip.Addr) bool {
	if len(c.asking)+len(c.lost) == 0 {
		return true
	}
	_, asking := c.asking[addr]
	return !asking && !c.isLost(addr)
}

// isLost reports whether somebody else has an address.
func (c *claims) isLost(addr netip.Addr) bool {
	_, lost := c.lost[addr]
	return lost
}

// claim begins to ask for the addresses; with a gateway for that alone, as the others are
// routed to it.
func (n *Network) claim(now time.Time) error {
	c := &n.claims
	c.asking, c.lost = map[netip.Addr]struct{}{}, map[netip.Addr]struct{}{}
	if n.o.Free || n.link != packet.Ethernet {
		n.ready()
		return nil
	}
	asked := n.wanted()
	if len(asked) > maxAsked {
		return fmt.Errorf("decoy: more than %d addresses are too many to ask a segment for; have them routed here, to a gateway address", maxAsked)
	}
	c.total = len(asked)
	luck := n.o.Key.Stream(netip.IPv4Unspecified(), "decoy claim")
	for i, addr := range asked {
		c.asking[addr] = struct{}{}
		wait := time.Duration(i) * time.Second / asksPerSecond
		n.probe(now, addr, wait+time.Duration(luck.Between(0, int(probeWait))), probes, &luck)
	}
	return nil
}

// wanted are the addresses of the segment that are to be ours, one more than maxAsked at most.
func (n *Network) wanted() (all []netip.Addr) {
	if n.o.routed() {
		return n.o.gateways()
	}
	n.groups.each(func(g *Group, addr netip.Addr) bool {
		if g.live(n.o.Key, addr) {
			all = append(all, addr)
			if also := g.also(addr); also.IsValid() {
				all = append(all, also)
			}
		}
		return len(all) <= maxAsked
	})
	return all
}

// probe asks for an address after a while, that many times, and owns it if nobody speaks up.
func (n *Network) probe(now time.Time, addr netip.Addr, wait time.Duration, times int, luck *method.Stream) {
	n.queue.must(event{due: now.Add(wait), do: func(now time.Time) {
		if _, asking := n.claims.asking[addr]; !asking {
			return
		}
		switch {
		case n.silent(): // what has not been asked cannot be told
			n.probe(now, addr, announceWait, max(times, 1), luck)
			return
		case times == 0:
			n.settled(addr)
			return
		}
		if mac := n.macOf(addr); addr.Is6() {
			n.solicit(addr, mac, times == probes)
		} else {
			n.sendARP(packet.Broadcast, mac, packet.ARPHeader{Op: packet.ARPRequest, SenderMAC: mac, SenderIP: netip.IPv4Unspecified(), TargetIP: addr})
		}
		next := announceWait
		if times > 1 {
			next = time.Duration(luck.Between(int(probeLeast), int(probeMost)))
		}
		n.probe(now, addr, next, times-1, luck)
	}})
}

// settled ends the asking for an address.
func (n *Network) settled(addr netip.Addr) {
	delete(n.claims.asking, addr)
	if len(n.claims.asking) == 0 {
		n.ready()
	}
}

func (n *Network) ready() {
	if n.o.Ready != nil {
		n.o.Ready()
	}
}

// arp takes heed of what others say of our addresses, and answers who asks for one (RFC 826).
func (n *Network) arp(p *packet.Packet) {
	a := &p.ARP
	n.heed(a.SenderIP, a.SenderMAC, false)
	if a.Op == packet.ARPRequest && a.SenderIP.IsUnspecified() {
		n.heed(a.TargetIP, a.SenderMAC, true)
	}
	if a.Op != packet.ARPRequest || !n.arpFor(a.TargetIP) || !n.claims.open(a.TargetIP) || !station(p.SrcMAC) ||
		n.silent() || !n.limits.take(a.SenderIP, n.now) {
		return
	}
	mac := n.macOf(a.TargetIP)
	n.sendARP(p.SrcMAC, mac, packet.ARPHeader{Op: packet.ARPReply, SenderMAC: mac, SenderIP: a.TargetIP, TargetMAC: a.SenderMAC, TargetIP: a.SenderIP})
}

// heed gives an address up that somebody uses, or, as long as we ask for it too, wants.
func (n *Network) heed(addr netip.Addr, mac packet.MAC, wants bool) {
	if !n.arpFor(addr) || mac == n.macOf(addr) {
		return
	}
	_, asking := n.claims.asking[addr]
	if asking || !wants && n.claims.open(addr) {
		n.lose(Conflict{Addr: addr, MAC: mac, At: n.now, Owned: !asking})
	}
}

// arpFor reports whether ARP, or a solicitation, for an address is ours to answer, once it is
// owned.
func (n *Network) arpFor(addr netip.Addr) bool {
	if n.o.routed() {
		return n.o.isGateway(addr)
	}
	g := n.groups.of(addr)
	return g != nil && g.live(n.o.Key, g.first(addr))
}

// macOf is the hardware address that goes with one of ours.
func (n *Network) macOf(addr netip.Addr) packet.MAC {
	if h := n.hosts.remembered(addr); h != nil {
		return h.mac
	}
	if g := n.groups.of(addr); g != nil {
		return n.hosts.mac(g, g.first(addr))
	}
	return n.o.MAC
}

// lose gives an address up for good.
func (n *Network) lose(c Conflict) {
	n.claims.lost[c.Addr] = struct{}{}
	n.hosts.forget(c.Addr)
	if n.o.Conflict != nil {
		n.o.Conflict(c)
	}
	if !c.Owned {
		n.settled(c.Addr)
	}
}

// allLost reports whether no address is left.
func (n *Network) allLost() bool { return n.claims.total > 0 && len(n.claims.lost) == n.claims.total }

func (n *Network) sendARP(to, from packet.MAC, h packet.ARPHeader) {
	p := packet.Packet{Link: packet.Ethernet, DstMAC: to, SrcMAC: from, Network: packet.ARP, ARP: h}
	if frame, err := p.Append(n.memory()); err == nil {
		n.out = append(n.out, frame)
	}
}
