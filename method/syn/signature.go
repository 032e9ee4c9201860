package syn

import (
	"encoding/binary"

	"whorl/packet"
)

// Signature is what one SYN or SYN-ACK tells of its sender: the packet without what
// differs from one connection to the next. It is a value without pointers that can be
// compared and be the key of a map.
type Signature struct {
	Answer    bool   // a SYN-ACK
	Version   uint8  // of IP: 4 or 6
	TTL       uint8  // or hop limit, as received
	IPOptions uint8  // length of IPv4 options, bytes
	Scale     uint8  // shift of the window; 0 if there is none
	Data      bool   // has a payload
	MSS       uint16 // bytes; 0 if there is none
	Window    uint16 // as on the wire
	Headers   uint16 // length of the headers of IP and TCP with all options, bytes
	Quirks    Quirks
	Layout    Layout
}

// maxOptionBytes is what a TCP header has room for (RFC 9293 section 3.1).
const maxOptionBytes = 40

// From takes the signature of a packet. ok is false if it is no SYN or SYN-ACK, a
// fragment, or cut off before the end of its TCP header. Checksums are not looked at:
// those of packets captured where they are sent are often not filled in.
func From(p *packet.Packet) (s Signature, ok bool) {
	const broken = packet.OddLink | packet.OddShort | packet.OddTCPOffset | packet.OddFragment | packet.OddExtension
	if p.Transport != packet.TCP || p.Odd&broken != 0 ||
		p.TCP.Flags&(packet.SYN|packet.RST|packet.FIN) != packet.SYN {
		return s, false
	}
	h := &p.TCP
	s.Answer = h.Flags.Has(packet.ACK)
	s.TTL, s.Window, s.Data = p.TTL, h.Window, len(p.Payload) > 0
	s.Headers = uint16(20 + len(h.Options))
	switch p.Network {
	case packet.IPv4:
		s.Version = 4
		s.IPOptions = uint8(len(p.IPv4.Options))
		s.Headers += 20 + uint16(len(p.IPv4.Options))
		s.Quirks = quirks4(&p.IPv4)
	case packet.IPv6:
		s.Version = 6
		s.Headers += 40 + uint16(len(p.IPv6.Extensions))
		s.note(Flow, p.IPv6.FlowLabel != 0)
	default:
		return s, false
	}
	s.note(ECN, p.TOS&3 != 0 || h.Flags&(packet.ECE|packet.CWR) != 0 || h.Reserved&1 != 0)
	s.note(SeqZero, h.Seq == 0)
	s.note(ACKPlus, !s.Answer && h.Ack != 0)
	s.note(ACKZero, s.Answer && h.Ack == 0)
	s.note(UrgPlus, !h.Flags.Has(packet.URG) && h.Urgent != 0)
	s.note(URG, h.Flags.Has(packet.URG))
	s.note(PSH, h.Flags.Has(packet.PSH))
	s.options(h.Options)
	return s, true
}

func (s *Signature) note(q Quirks, is bool) {
	if is {
		s.Quirks |= q
	}
}

func quirks4(h *packet.IPv4Header) (q Quirks) {
	switch {
	case h.DF && h.ID != 0:
		q = DF | IDPlus
	case h.DF:
		q = DF
	case h.ID == 0:
		q = IDMinus
	}
	if h.Reserved {
		q |= MBZ
	}
	return q
}

// options walks the options as p0f does: one with a wrong length is read at its usual
// place, one that does not fit ends the walk, and both are [Bad].
func (s *Signature) options(raw []byte) {
	for len(raw) > 0 {
		kind := raw[0]
		if !s.Layout.add(kind) {
			s.Quirks |= Bad
			return
		}
		if kind == packet.OptEOL {
			s.Layout.pad = uint8(len(raw) - 1)
			for _, b := range raw[1:] {
				s.note(OptPlus, b != 0)
			}
			return
		}
		n := s.option(kind, raw)
		if n == 0 {
			s.Quirks |= Bad
			return
		}
		raw = raw[n:]
	}
}

// option reads one option and gives its length; 0 if it does not fit.
func (s *Signature) option(kind uint8, raw []byte) int {
	if kind == packet.OptNOP {
		return 1
	}
	usual := sizeOf(kind)
	if usual == 0 {
		least, most := 2, maxOptionBytes
		if kind == packet.OptSACK {
			least, most = 10, 34
		}
		if len(raw) < 2 || int(raw[1]) < least || int(raw[1]) > most || int(raw[1]) > len(raw) {
			return 0
		}
		return int(raw[1])
	}
	if len(raw) < usual {
		return 0
	}
	s.note(Bad, int(raw[1]) != usual)
	switch kind {
	case packet.OptMSS:
		s.MSS = binary.BigEndian.Uint16(raw[2:])
	case packet.OptWScale:
		s.Scale = raw[2]
		s.note(ExWS, s.Scale > 14)
	case packet.OptTimestamp:
		s.note(TS1Zero, binary.BigEndian.Uint32(raw[2:]) == 0)
		s.note(TS2Plus, !s.Answer && binary.BigEndian.Uint32(raw[6:]) != 0)
	}
	return usual
}
