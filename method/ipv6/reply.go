package ipv6

import (
	"slices"
	"time"

	"whorl/packet"
)

// Reply is the answer to one probe.
type Reply struct {
	Packet   []byte // from the IPv6 header on; at most MaxPacket bytes
	At       time.Time
	Doubtful bool  // does not fit its probe: a better answer may replace it
	Copies   uint8 // further answers to the same probe, counted up to 255
	accepts  bool  // it is a SYN-ACK
}

// MaxPacket is how much is kept of an answer, in bytes: an IPv6 packet over Ethernet.
// Errors have at most 1280 (RFC 4443 section 2.4).
const MaxPacket = 1500

// newReply keeps p, written anew: of a well-formed packet that gives the same bytes.
func newReply(p *packet.Packet, at time.Time) *Reply {
	q := *p
	q.Link = packet.Raw
	raw, _ := q.Append(nil) // what was decoded as IPv6 can be written
	accepts := p.Transport == packet.TCP && p.TCP.Flags&(packet.SYN|packet.ACK|packet.RST) == packet.SYN|packet.ACK
	return &Reply{Packet: slices.Clip(raw[:min(len(raw), MaxPacket)]), At: at, accepts: accepts}
}

// synAck reports whether the answer accepts the connection.
func (r *Reply) synAck() bool { return r != nil && r.accepts }

// decode takes the answer apart; nil if there is none.
func (r *Reply) decode() *packet.Packet {
	if r == nil {
		return nil
	}
	p := new(packet.Packet)
	p.Decode(packet.Raw, r.Packet)
	return p
}
