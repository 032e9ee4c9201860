package seek

import (
	"bytes"
	"net/netip"
	"slices"
	"time"

	"whorl/packet"
)

// Replay finds in a capture which ports of hosts have answered a search, and which hosts
// have told their hardware address over IPv6. Give it all packets in order of time with
// Add.
type Replay struct {
	asked map[asked]struct{}
	ports map[netip.Addr][]State

	synacks map[netip.AddrPort][]byte
	macs    map[netip.Addr]packet.MAC
}

// asked is a SYN of a search.
type asked struct {
	us, host  netip.Addr
	from, to  uint16
	following uint32 // its sequence number and one
}

// Bounds of what is kept.
const (
	maxAsked = 1 << 20
	maxPorts = 1 << 12 // of one host
	maxMACs  = 1 << 17
)

// Add takes one packet; what belongs to no search is passed over.
func (r *Replay) Add(p *packet.Packet, _ time.Time) {
	if p.Transport == packet.ICMPv6 {
		r.advertised(p)
	}
	if p.Transport != packet.TCP {
		return
	}
	h := &p.TCP
	if h.Flags == packet.SYN && (bytes.Equal(h.Options, mssOption) || bytes.Equal(h.Options, mssOption6)) {
		if r.asked == nil {
			r.asked, r.ports, r.synacks = map[asked]struct{}{}, map[netip.Addr][]State{}, map[netip.AddrPort][]byte{}
		}
		if len(r.asked) < maxAsked {
			r.asked[asked{p.Src, p.Dst, h.SrcPort, h.DstPort, h.Seq + 1}] = struct{}{}
		}
		return
	}
	if _, ok := r.asked[asked{p.Dst, p.Src, h.DstPort, h.SrcPort, h.Ack}]; ok {
		r.answer(p)
	}
}

// answer notes the state of a port; of several answers the first counts.
func (r *Replay) answer(p *packet.Packet) {
	s := State{Port: p.TCP.SrcPort, TTL: p.TTL}
	switch f := p.TCP.Flags; {
	case f.Has(packet.RST):
		s.Closed, s.Reason = true, "reset"
	case f.Has(packet.SYN | packet.ACK):
		s.Open, s.Reason = true, "syn-ack"
	default:
		return
	}
	known := r.ports[p.Src]
	if len(known) < maxPorts && !slices.ContainsFunc(known, func(k State) bool { return k.Port == s.Port }) {
		r.ports[p.Src] = append(known, s)
		if s.Open {
			r.synacks[netip.AddrPortFrom(p.Src, s.Port)] = headers(p)
		}
	}
}

// Ports are those of a host that have answered, in the order of their answers.
func (r *Replay) Ports(host netip.Addr) []State { return r.ports[host] }

// SYNACK is the answer of a port of a host, or of its first open one if that is none, as
// Result has it.
func (r *Replay) SYNACK(host netip.Addr, port uint16) []byte {
	if raw := r.synacks[netip.AddrPortFrom(host, port)]; raw != nil {
		return raw
	}
	for _, s := range r.ports[host] {
		if s.Open {
			return r.synacks[netip.AddrPortFrom(host, s.Port)]
		}
	}
	return nil
}

// advertised notes the hardware address that an advertisement tells.
func (r *Replay) advertised(p *packet.Packet) {
	host, mac, ok := advertised(p)
	if !ok || mac.IsZero() || len(r.macs) == maxMACs {
		return
	}
	if r.macs == nil {
		r.macs = map[netip.Addr]packet.MAC{}
	}
	r.macs[host] = mac
}

// MAC is the hardware address that a host has advertised; zero: none was seen.
func (r *Replay) MAC(host netip.Addr) packet.MAC { return r.macs[host] }
