package scan

import (
	"errors"
	"fmt"
	"net/netip"
	"time"

	"whorl/link"
	"whorl/packet"
)

// receive waits for packets until that time, and then takes what is there already.
func (e *engine) receive(until time.Time) error {
	idle := e.conn.Now()
	for i := range maxDrain {
		n, at, err := e.conn.Recv(e.buf, until)
		if i == 0 {
			e.strain.idle += e.conn.Now().Sub(idle)
		}
		switch {
		case err == nil:
			e.take(e.buf[:n], at)
			until = time.Time{}
		case errors.Is(err, link.ErrTimeout):
			return nil
		default:
			return fmt.Errorf("scan: receiving: %w", err)
		}
	}
	return nil
}

// take hands a frame to the host it comes from or is about.
func (e *engine) take(frame []byte, at time.Time) {
	p := &e.p
	p.Decode(e.conn.LinkType(), frame)
	if p.Odd&(packet.OddChecksum|packet.OddIPChecksum) != 0 {
		return // broken on the way; the probe is repeated
	}
	switch p.Network {
	case packet.ARP:
		if p.ARP.Op != packet.ARPReply {
			return
		}
		for _, f := range e.asking(p.ARP.SenderIP) {
			e.give(f, p, at)
		}
	case packet.IPv6:
		if n, ok := p.Neighbor(); ok && p.ICMP.Type == packet.ICMPv6NeighborAdv {
			if f := e.flows[n.Target]; f != nil && e.give(f, p, at) {
				return
			}
			for _, f := range e.asking(n.Target) {
				e.give(f, p, at)
			}
			return
		}
		if f := e.flows[about(p)]; f != nil {
			e.give(f, p, at)
		} else {
			e.overhear(p, at)
		}
	case packet.IPv4:
		addr := p.Src
		var q packet.Packet
		if p.Transport == packet.ICMP && p.ICMP.Type == packet.ICMPUnreachable && p.Quoted(&q) {
			addr = q.Dst
		}
		if f := e.flows[addr]; f != nil {
			e.give(f, p, at)
		} else {
			e.overhear(p, at)
		}
	}
}

// asking are the hosts whose next hop that address is. All are looked through for a
// gateway alone: neighbours that tell their addresses unasked must not cost as much.
func (e *engine) asking(addr netip.Addr) (out []*flow) {
	if f := e.flows[addr]; f != nil && f.stage == resolving {
		return append(out, f)
	}
	if _, ok := e.behind[addr]; !ok {
		return nil
	}
	for _, f := range e.flows {
		if f.stage == resolving && f.nextHop().WithZone("") == addr {
			out = append(out, f)
		}
	}
	return out
}

// give lets the machine of a host take a packet, and act on it if it is its own.
func (e *engine) give(f *flow, p *packet.Packet, at time.Time) (mine bool) {
	switch {
	case f.temporal.live() && f.temporal.Receive(p, at):
	case f.machine == nil || !f.machine.Receive(p, at):
		return false
	case f.timed():
		e.strain.heard++
		if p.Transport == packet.TCP && p.TCP.Flags.Has(packet.SYN|packet.ACK) {
			f.found.SYNACK = nil // probes tell as much
		}
	}
	e.losses.note(f)
	f.last = at
	e.poll(f, e.conn.Now())
	return true
}
