package seek

import (
	"net/netip"
	"time"

	"whorl/method"
	"whorl/packet"
)

var _ method.Machine = (*Neighbour)(nil)

// Neighbour asks a segment for the hardware address of one of its hosts (RFC 826).
// The answer is also the surest sign that the host is up.
type Neighbour struct {
	MAC   packet.MAC // zero until answered
	us    netip.Addr
	mac   packet.MAC
	addr  netip.Addr
	sends int
	sent  time.Time
	RTT   method.RTT
}

// arpTries and arpWait: three questions in 0.9 s, as hosts on a segment answer at once.
const (
	arpTries = 3
	arpWait  = 300 * time.Millisecond
)

// NewNeighbour asks for addr in the name of us, who has the hardware address mac.
func NewNeighbour(addr, us netip.Addr, mac packet.MAC) *Neighbour {
	return &Neighbour{addr: addr, us: us, mac: mac}
}

// Poll sends the question, up to three times.
func (n *Neighbour) Poll(now time.Time, out *method.Outbox) (wake time.Time) {
	if !n.MAC.IsZero() {
		return time.Time{}
	}
	if n.sends > 0 && now.Before(n.sent.Add(arpWait)) {
		return n.sent.Add(arpWait)
	}
	if n.sends == arpTries {
		return time.Time{}
	}
	n.sends++
	n.sent = now
	p := out.Put(method.Tag(n.sends))
	p.Network = packet.ARP
	p.DstMAC = packet.Broadcast
	p.ARP = packet.ARPHeader{Op: packet.ARPRequest, SenderMAC: n.mac, SenderIP: n.us, TargetIP: n.addr}
	return now.Add(arpWait)
}

// Sent corrects the time of a question.
func (n *Neighbour) Sent(_ method.Tag, at time.Time) { n.sent = at }

// Receive takes the answer.
func (n *Neighbour) Receive(p *packet.Packet, at time.Time) (mine bool) {
	if p.Network != packet.ARP || p.ARP.Op != packet.ARPReply || p.ARP.SenderIP != n.addr || p.ARP.SenderMAC.IsZero() {
		return false
	}
	if n.sends == 1 && n.MAC.IsZero() {
		n.RTT.Add(at.Sub(n.sent))
	}
	n.MAC = p.ARP.SenderMAC
	return true
}
