package sim

import (
	"math/rand/v2"
	"time"

	"whorl/link"
	"whorl/packet"
)

// Scrub is a firewall that rewrites what a host sends, as pf does (pf.conf(5), scrub and
// modulate state). The zero value changes nothing.
type Scrub struct {
	Node     link.Node
	NoDF     bool
	SetDF    bool
	RandomID bool
	ZeroID   bool
	TTL      uint8  // of all packets; 0: as they come
	MSS      uint16 // at most; 0: as they come
	Modulate bool   // ISNs; acknowledgements are brought back
	Rand     *rand.Rand
	Secret   uint32 // of ISNs
}

// Receive brings acknowledgements back to the host's own numbers.
func (s *Scrub) Receive(now time.Time, p *packet.Packet, out link.Outlet) {
	q := *p
	if s.Modulate && q.Transport == packet.TCP && q.TCP.Flags.Has(packet.ACK) {
		q.TCP.Ack -= s.shift(q.TCP.SrcPort, q.TCP.DstPort)
	}
	s.Node.Receive(now, &q, scrubbed{s, out})
}

// shift is what the ISNs of a connection are moved by.
func (s *Scrub) shift(near, far uint16) uint32 {
	h := (uint64(near)<<16 | uint64(far)) ^ uint64(s.Secret)<<32
	h = (h ^ h>>31) * 0x9e3779b97f4a7c15
	h = (h ^ h>>29) * 0xbf58476d1ce4e5b9
	return uint32(h >> 32)
}

type scrubbed struct {
	s *Scrub
	link.Outlet
}

func (o scrubbed) Send(after time.Duration, p *packet.Packet) {
	s, q := o.s, *p
	switch {
	case s.NoDF:
		q.IPv4.DF = false
	case s.SetDF:
		q.IPv4.DF = true
	}
	switch {
	case s.RandomID:
		q.IPv4.ID = uint16(s.Rand.Uint32())
	case s.ZeroID:
		q.IPv4.ID = 0
	}
	if s.TTL > 0 {
		q.TTL = s.TTL
	}
	if q.Transport == packet.TCP {
		s.rewrite(&q.TCP)
	}
	o.Outlet.Send(after, &q)
}

func (s *Scrub) rewrite(h *packet.TCPHeader) {
	if s.Modulate && !h.Flags.Has(packet.RST) {
		h.Seq += s.shift(h.DstPort, h.SrcPort)
	}
	if o := h.Options; s.MSS > 0 && len(o) >= 4 && o[0] == packet.OptMSS && o[1] == 4 {
		if mss := uint16(o[2])<<8 | uint16(o[3]); mss > s.MSS {
			h.Options = append([]byte{packet.OptMSS, 4, byte(s.MSS >> 8), byte(s.MSS)}, o[4:]...)
		}
	}
}
