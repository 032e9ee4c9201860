package gen2

import (
	"bytes"
	"net/netip"
	"slices"
	"time"

	"whorl/method"
	"whorl/packet"
)

// Replay finds exchanges in a capture, from the probes of this package or from
// Nmap's, which look alike. Give it all packets in order of time with Add, then
// take the Exchanges.
type Replay struct {
	talks  method.Talks[talk]
	macs   map[netip.Addr]packet.MAC // from ARP answers
	resets map[corner]bool           // ports that sent a reset
	kept   int                       // packets of all talks
}

// corner is a port of a host, as a prober sees it.
type corner struct {
	method.Peers
	port uint16
}

// talk is what one prober sent to one host and heard from it.
type talk struct{ packets []seen }

type seen struct {
	p  *packet.Packet
	at time.Time
	us bool // sent by the prober
}

// Bounds of what is kept.
const (
	maxPerTalk = 1024 // packets
	maxPackets = 1 << 23
)

// Add takes one packet. What cannot belong to an exchange is passed over.
func (r *Replay) Add(p *packet.Packet, at time.Time) {
	switch {
	case p.Network == packet.ARP && p.ARP.Op == packet.ARPReply:
		if r.macs == nil {
			r.macs = map[netip.Addr]packet.MAC{}
		}
		if len(r.macs) < method.MaxTalks {
			r.macs[p.ARP.SenderIP] = p.ARP.SenderMAC
		}
	case p.Network == packet.IPv4:
		if c := (corner{method.Answering(p), p.TCP.SrcPort}); p.Transport == packet.TCP && p.TCP.Flags.Has(packet.RST) && len(r.resets) < method.MaxTalks {
			if r.resets == nil {
				r.resets = map[corner]bool{}
			}
			r.resets[c] = true
		}
		if likeProbe(p) {
			r.asked(p, at)
		}
		if t := r.talks.Of(method.Answering(p)); t != nil {
			r.keep(t, seen{p, at, false})
		}
	}
}

// Full reports whether there was more than is kept, so that exchanges may be missing.
func (r *Replay) Full() bool { return r.talks.Full() || r.kept == maxPackets }

// MAC is the hardware address that a host gave in an answer to ARP; zero: none was seen.
func (r *Replay) MAC(host netip.Addr) packet.MAC { return r.macs[host] }

// asked keeps a packet of a prober.
func (r *Replay) asked(p *packet.Packet, at time.Time) {
	t := r.talks.Of(method.Asking(p))
	if t == nil {
		if t = new(talk); !r.talks.Begin(method.Asking(p), t) {
			return
		}
	}
	r.keep(t, seen{p, at, true})
}

func (r *Replay) keep(t *talk, s seen) {
	if len(t.packets) < maxPerTalk && r.kept < maxPackets {
		s.p = s.p.Clone()
		t.packets = append(t.packets, s)
		r.kept++
	}
}

// likeProbe reports whether a packet has the shape of a probe.
func likeProbe(p *packet.Packet) bool {
	for i := range Probes {
		if matches(Probe(i), p) {
			return true
		}
	}
	return false
}

// matches reports whether a packet has the shape of a probe, wherever it goes.
func matches(which Probe, p *packet.Packet) bool {
	s := &Probes[which]
	if p.Network != packet.IPv4 || p.Transport != s.Proto || p.IPv4.DF != s.DF || len(p.Payload) != s.DataLen {
		return false
	}
	switch s.Proto {
	case packet.TCP:
		h := &p.TCP
		return h.Flags == s.Flags && h.Window == s.Window && h.Urgent == s.Urgent && h.Reserved == s.Reserved && bytes.Equal(h.Options, s.Options)
	case packet.UDP:
		return p.IPv4.ID == s.IPID && bytes.Count(p.Payload, []byte{s.Fill}) == s.DataLen
	case packet.ICMP:
		return p.ICMP.Type == packet.ICMPEchoRequest && p.ICMP.Code == s.Code && p.ICMP.Seq() == s.Seq
	}
	return false
}

// Exchanges rebuilds what was found: hosts that were sent a few probes at least, in
// the order of their first. Of a host that was asked in several rounds it is the
// round with the most probes, the first of equals.
func (r *Replay) Exchanges() (out []*Exchange) {
	const fewest = 3
	for k, t := range r.talks.All() {
		rounds := t.rounds()
		best := slices.MaxFunc(rounds, func(a, b round) int { return a.probes - b.probes })
		if best.probes >= fewest {
			out = append(out, r.rebuild(k, best.packets))
		}
	}
	return out
}

func (r *Replay) rebuild(k method.Peers, packets []seen) *Exchange {
	e := &Exchange{}
	e.Target.Addr = k.Host
	e.Target.Local = k.Host.IsLoopback() || k.Prober == k.Host
	if mac, ok := r.macs[k.Host]; ok {
		e.Target.Direct, e.Target.MAC = true, mac
	}
	e.Numbers.PortBase = portBase(packets)
	for _, s := range packets { // what was asked, before what was answered
		if which, _, ok := e.recognise(s); ok {
			e.learn(which, s.p)
		}
	}
	e.Target.ClosedKnown = r.resets[corner{k, e.Target.ClosedTCP}]
	for _, s := range packets {
		if which, block, ok := e.recognise(s); ok {
			e.resent(which, block, s.at)
		} else if !s.us {
			e.file(s.p, s.at)
		}
	}
	e.takeBest()
	return e
}

// round is a run of packets that one exchange makes: its probes share their numbers.
type round struct {
	packets []seen
	probes  int
	seq, id *uint32 // of the first probes over TCP and ICMP; nil before
}

// rounds cuts a talk where the prober takes new numbers, as Nmap does for every try.
func (t *talk) rounds() []round {
	out := make([]round, 1)
	for _, s := range t.packets {
		if !out[len(out)-1].take(s) {
			out = append(out, round{})
			out[len(out)-1].take(s)
		}
	}
	return out
}

// take adds a packet unless it is a probe with other numbers than the round's.
func (r *round) take(s seen) bool {
	if s.us {
		same := true
		switch s.p.Transport {
		case packet.TCP:
			same = near(&r.seq, s.p.TCP.Seq, Probes[S6].SeqPlus)
		case packet.ICMP:
			same = near(&r.id, uint32(s.p.ICMP.ID()), uint32(Probes[IE2].PortPlus))
		}
		if !same {
			return false
		}
		r.probes++
	}
	r.packets = append(r.packets, s)
	return true
}

// near reports whether v is within reach of *n, which it sets at first.
func near(n **uint32, v, reach uint32) bool {
	if *n == nil {
		*n = &v
	}
	return modDiff(**n, v) <= reach
}

// portBase is the source port base that most probes agree on. S1-S6 alone look like
// their repeats too, but not with the same sequence number base.
func portBase(packets []seen) (base uint16) {
	type origin struct {
		port uint16
		seq  uint32
	}
	votes := map[origin]int{}
	most := 0
	for _, s := range packets {
		for i := range Probes {
			shape := &Probes[i]
			if !s.us || shape.Proto != packet.TCP || !matches(Probe(i), s.p) {
				continue
			}
			o := origin{s.p.TCP.SrcPort - shape.PortPlus, s.p.TCP.Seq - shape.SeqPlus}
			if votes[o]++; votes[o] > most {
				base, most = o.port, votes[o]
			}
		}
	}
	return base
}

// recognise tells which probe a packet of the prober is, and in which block of
// source ports.
func (e *Exchange) recognise(s seen) (which Probe, block uint16, ok bool) {
	if !s.us {
		return 0, 0, false
	}
	if s.p.Transport != packet.TCP {
		for _, which := range []Probe{U1, IE1, IE2} {
			if matches(which, s.p) {
				return which, 0, true
			}
		}
		return 0, 0, false
	}
	n := s.p.TCP.SrcPort - e.Numbers.PortBase
	which, ok = probeAtPort(n % ports)
	return which, n / ports, ok && n < ports*basePorts && matches(which, s.p)
}

// learn takes the numbers and ports of an exchange from a probe.
func (e *Exchange) learn(which Probe, p *packet.Packet) {
	s := &Probes[which]
	switch which {
	case U1:
		e.Numbers.UDPPort, e.Numbers.UDPTTL, e.Target.ClosedUDP = p.UDP.SrcPort, p.TTL, p.UDP.DstPort
	case IE1, IE2:
		e.Numbers.EchoID = p.ICMP.ID() - s.PortPlus
	default:
		e.Numbers.Seq = p.TCP.Seq - s.SeqPlus
		if !s.NoAck {
			e.Numbers.Ack = p.TCP.Ack
		}
		if s.To == method.ToOpenTCP {
			e.Target.OpenTCP = p.TCP.DstPort
		} else {
			e.Target.ClosedTCP = p.TCP.DstPort
		}
	}
}

// resent notes that a probe left.
func (e *Exchange) resent(which Probe, block uint16, at time.Time) {
	slot := &e.Slots[which]
	if which == S1 && slot.Sends == int(block) && block > 0 {
		e.keepBest()
	}
	if which <= S6 { // a new train forgets the answers of the last
		slot.Sends, slot.Reply = int(block)+1, nil
	} else {
		slot.Sends++
	}
	if e.First.IsZero() {
		e.First = at
	}
	slot.Sent = at.Sub(e.First)
	e.Last = at
	e.Packets++
}
