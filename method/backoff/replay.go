package backoff

import (
	"bytes"
	"net/netip"
	"time"

	"whorl/packet"
)

// Replay finds exchanges of [Machine] in a capture, also what it heard of RSTs of our own
// kernel. Give it all packets in order of time with Add; of a host that was timed twice it
// keeps the first.
//
// Connections of other programs may begin with the same SYN. They are not of ports that
// follow one another, or have other windows later.
type Replay struct {
	talks map[peers]*talk
	first map[netip.Addr]peers // by host
	kept  int                  // packets of all talks
	full  bool                 // there was no room for some
}

// Full reports whether there was more than is kept, so that exchanges may be missing or cut
// short.
func (r *Replay) Full() bool { return r.full }

// peers are a prober and the port that it asks.
type peers struct {
	us   netip.Addr
	host netip.AddrPort
}

// talk is what passed between them.
type talk struct {
	port    uint16 // from which the first SYN left
	packets []passed
}

type passed struct {
	p  *packet.Packet
	at time.Time
	us bool // sent by the prober
}

// Bounds of what is kept, and of the ports that SYNs come from.
const (
	maxTalks    = 1 << 17
	maxPerTalk  = 1024    // packets; no exchange has so many
	maxPackets  = 1 << 22 // of all talks: 32 of each
	lowestPort  = 10000
	highestPort = 20000
)

// Add takes a packet of an exchange, and reports whether it was one.
func (r *Replay) Add(p *packet.Packet, at time.Time) (mine bool) {
	switch p.Transport {
	case packet.TCP:
	case packet.ICMP, packet.ICMPv6:
		var q packet.Packet
		return p.Quoted(&q) && q.Transport == packet.TCP && r.keep(peersOf(&q), q.TCP.SrcPort, passed{p, at, false})
	default:
		return false
	}
	if k := peersOf(p); r.talks[k] != nil || isSYN(p) && r.begin(k, p.TCP.SrcPort) {
		if r.keep(k, p.TCP.SrcPort, passed{p, at, true}) {
			return true
		}
	}
	back := peers{p.Dst, netip.AddrPortFrom(p.Src, p.TCP.SrcPort)}
	return r.keep(back, p.TCP.DstPort, passed{p, at, false})
}

// peersOf are those of a packet of the prober.
func peersOf(p *packet.Packet) peers { return peers{p.Src, netip.AddrPortFrom(p.Dst, p.TCP.DstPort)} }

// isSYN reports whether a packet looks like the SYN of a flow.
func isSYN(p *packet.Packet) bool {
	h := &p.TCP
	if h.Flags != packet.SYN || h.Window != window || h.SrcPort < lowestPort || h.SrcPort >= highestPort {
		return false
	}
	value, _, _ := h.Timestamp()
	return bytes.Equal(h.Options, synOptions(p.Network, value))
}

func (r *Replay) begin(k peers, port uint16) bool {
	if len(r.talks) == maxTalks || r.kept == maxPackets { // a talk has its first packet
		r.full = true
		return false
	}
	if r.talks == nil {
		r.talks, r.first = map[peers]*talk{}, map[netip.Addr]peers{}
	}
	r.talks[k] = &talk{port: port}
	if _, ok := r.first[k.host.Addr()]; !ok {
		r.first[k.host.Addr()] = k
	}
	return true
}

// keep adds a packet of one of our ports to a talk, if it is of one.
func (r *Replay) keep(k peers, ours uint16, x passed) bool {
	t := r.talks[k]
	if t == nil || int(ours-t.port) >= NumPorts || len(t.packets) == maxPerTalk {
		return false
	}
	if r.kept == maxPackets {
		r.full = true
		return false
	}
	x.p = x.p.Clone()
	t.packets = append(t.packets, x)
	r.kept++
	return true
}

// Of is the exchange with a host; nil if there is none.
func (r *Replay) Of(host netip.Addr) *Exchange {
	k, ok := r.first[host]
	if !ok {
		return nil
	}
	m := r.talks[k].machine(k)
	if m == nil {
		return nil
	}
	for _, x := range r.talks[k].packets {
		for i := range m.Flows {
			m.Flows[i].lapse(x.at)
		}
		switch {
		case !x.us:
			m.Receive(x.p, x.at)
		case !m.resent(x.p, x.at):
			return nil
		}
	}
	for i := range m.Flows {
		if f := &m.Flows[i]; f.Opened == nil { // the last SYN was waited for
			f.lapse(f.Asked.Add(lost))
		}
	}
	return &m.Exchange
}

// machine has the flows of a talk, of which nothing was sent yet; nil if they are none of
// ours.
func (t *talk) machine(k peers) *Machine {
	lowest, states, ok := t.states()
	if !ok {
		return nil
	}
	m := &Machine{portBase: t.port - uint16(lowest)*(resyns+1), label: t.packets[0].p.IPv6.FlowLabel}
	m.Target = Target{k.host.Addr(), k.host.Port()}
	m.First = t.packets[0].at
	for s := range numProbed {
		if states.Has(s) {
			m.Flows = append(m.Flows, Flow{State: s})
		}
	}
	return m
}

// states are those of the flows, and the one with the lowest ports, of which there are
// four for each state. What we told the host gives them away: a request is of FinWait1, a
// FIN of LastAck, or of Held, two states on.
func (t *talk) states() (lowest State, all States, ok bool) {
	last := State(0) // after the lowest
	for _, x := range t.packets {
		if !x.us {
			continue
		}
		after := State(x.p.TCP.SrcPort-t.port) / (resyns + 1)
		if isSYN(x.p) {
			all |= 1 << after
			last = max(last, after)
		}
		switch f := x.p.TCP.Flags; {
		case len(x.p.Payload) > 0 && after <= FinWait1:
			lowest = FinWait1 - after
		case f.Has(packet.FIN) && (after == 0 || after == Held-LastAck):
			lowest = LastAck
		}
	}
	return lowest, all << lowest, lowest+last < numProbed
}

// resent notes that a packet of ours left, or that our kernel reset a connection. It
// reports false for what no flow sends.
func (m *Machine) resent(p *packet.Packet, at time.Time) bool {
	h := &p.TCP
	f := m.Exchange.flow(State(h.SrcPort-m.portBase) / (resyns + 1))
	if f == nil {
		return false
	}
	if f.over() && !h.Flags.Has(packet.RST) { // by the recording's clock; what leaves a moment later changes nothing
		m.Packets++
		return true
	}
	which := ACK
	switch {
	case isSYN(p):
		which = SYN
		f.ask(h.SrcPort, h.Seq)
	case h.Flags.Has(packet.RST):
		which = RST
	case h.Window != window || f.Opened == nil: // nothing follows a SYN that was not answered
		return false
	case len(p.Payload) > 0 || h.Flags.Has(packet.FIN):
		if which = f.said(); f.tells == 0 {
			f.advance(which, len(p.Payload))
		}
	}
	m.Last = later(m.Last, at)
	if which == RST && m.kernels(p) {
		m.Receive(p, at)
		return true
	}
	m.Packets++
	if which == RST && h.SrcPort != f.Port {
		return true // to a SYN that was given up
	}
	if which == RST {
		f.stop(at, "")
	}
	f.sent(which, at)
	return true
}

// kernels reports whether a RST is of our kernel: its have the IP ID 0, which ours never
// have, and over IPv6 another flow label than all packets of the machine.
func (m *Machine) kernels(p *packet.Packet) bool {
	if p.Network == packet.IPv6 {
		return p.IPv6.FlowLabel != m.label
	}
	return p.IPv4.ID == 0
}
