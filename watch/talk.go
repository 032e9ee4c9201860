package watch

import (
	"net/netip"
	"time"

	"whorl/packet"
)

// talk is what one source asks one target, and what it hears.
type talk struct {
	source, target netip.Addr
	heard          bool // something that the target sent was seen
	asked          []asked
	next           int // place in asked of the next one, when it is full
	numbers        numbers
	kept           []kept
}

// maxAsked bounds the probes that wait for an answer; the oldest go.
const maxAsked = 64

// asked is a probe by what its answer brings back.
type asked struct {
	proto    packet.Transport
	src, dst uint16 // ports, or identifier and sequence number of an echo
	kind     uint8  // index into the kinds of the contact
	answered bool
}

// kept is a packet that is measured in the end.
type kept struct {
	p  *packet.Packet
	at time.Time
}

// talk gives that of a source and a target, which it begins if there is room; nil: there
// is none.
func (c *contact) talk(source, target netip.Addr) *talk {
	if t := c.findTalk(source, target); t != nil {
		return t
	}
	if len(c.talks) == maxTalks {
		return nil
	}
	t := &talk{source: source, target: target}
	c.talks = append(c.talks, t)
	return t
}

func (c *contact) findTalk(source, target netip.Addr) *talk {
	for _, t := range c.talks {
		if t.source == source && t.target == target {
			return t
		}
	}
	return nil
}

// tagOf is what the answer to a packet brings back.
func tagOf(p *packet.Packet) (a asked) {
	a.proto = p.Transport
	switch p.Transport {
	case packet.TCP:
		a.src, a.dst = p.TCP.SrcPort, p.TCP.DstPort
	case packet.UDP:
		a.src, a.dst = p.UDP.SrcPort, p.UDP.DstPort
	case packet.ICMP, packet.ICMPv6:
		a.src, a.dst = p.ICMP.ID(), p.ICMP.Seq()
	}
	return a
}

// ask notes a probe that may be answered.
func (t *talk) ask(p *packet.Packet, kind int) {
	a := tagOf(p)
	if old := t.find(a); old != nil { // once more, or in another round
		old.kind, old.answered = uint8(kind), false
		return
	}
	a.kind = uint8(kind)
	if len(t.asked) < maxAsked {
		t.asked = append(t.asked, a)
		return
	}
	t.asked[t.next] = a
	t.next = (t.next + 1) % maxAsked
}

func (t *talk) find(a asked) *asked {
	for i := range t.asked {
		if b := &t.asked[i]; b.proto == a.proto && b.src == a.src && b.dst == a.dst {
			return b
		}
	}
	return nil
}

// answers finds the probe that a packet of the target answers; nil: none.
func (t *talk) answers(p *packet.Packet) *asked {
	var q packet.Packet
	switch {
	case p.Transport == packet.TCP:
		return t.find(asked{proto: packet.TCP, src: p.TCP.DstPort, dst: p.TCP.SrcPort})
	case p.Transport == packet.UDP:
		return t.find(asked{proto: packet.UDP, src: p.UDP.DstPort, dst: p.UDP.SrcPort})
	case p.Transport == packet.ICMPv6 && p.ICMP.Type == packet.ICMPv6NeighborAdv: // its flags stand where echoes have numbers
		return t.find(asked{proto: packet.ICMPv6})
	case p.Transport == packet.ICMP && p.ICMP.Type != packet.ICMPEchoRequest || p.Transport == packet.ICMPv6:
		if p.Quoted(&q) {
			return t.find(tagOf(&q))
		}
		return t.find(tagOf(p))
	}
	return nil
}

// relations is a set of laws that the numbers of an exchange keep.
type relations uint8

// The relations.
const (
	samePorts relations = 1 << iota // source ports count from one base
	sameSeq                         // sequence numbers count from one base
	sameAck                         // acknowledgement fields are one constant
	sameEcho                        // echo identifiers count from one base
	inOrder                         // probes come in the order of the method
)

// count is how many there are.
func (r relations) count() (n int) {
	for ; r != 0; r &= r - 1 {
		n++
	}
	return n
}

// numbers are those of an exchange as its probes show them.
type numbers struct {
	tcp      *kind // the first over TCP; nil: none yet
	base     uint16
	seq, ack uint32
	echo     *kind
	id       uint16
	order    uint8 // of the last probe that was new
}

// settle tells which of several kinds with the same header a packet is; the first if no
// numbers are known or none fits.
func (n *numbers) settle(k *kind, h *packet.TCPHeader) *kind {
	if n.tcp == nil || n.fits(k, h) {
		return k
	}
	for _, other := range k.alike {
		if n.fits(other, h) {
			return other
		}
	}
	return k
}

// fits reports whether the numbers of a packet are those of a probe of the exchange.
func (n *numbers) fits(k *kind, h *packet.TCPHeader) bool {
	return h.SrcPort-k.place.port == n.base && h.Seq-k.place.seq == n.seq
}

// fit tells what a probe shares with those before it, and takes its numbers if it shares
// nothing: every try of a tool has its own. backwards is set if it came before its turn.
func (n *numbers) fit(m *mark, p *packet.Packet, fresh bool) (found relations, backwards bool) {
	at := &m.kind.place
	if at.order == 0 || m.tier == shape {
		return 0, false
	}
	if fresh && n.order > 0 {
		if at.order > n.order {
			found |= inOrder
		}
		backwards = at.order < n.order
	}
	n.order = max(n.order, at.order)
	switch p.Transport {
	case packet.TCP:
		found |= n.fitTCP(m.kind, &p.TCP)
	case packet.ICMP:
		id := p.ICMP.ID() - at.port
		if n.echo != nil && n.echo != m.kind && n.id == id {
			found |= sameEcho
		}
		n.echo, n.id = m.kind, id
	}
	return found, backwards
}

func (n *numbers) fitTCP(k *kind, h *packet.TCPHeader) (found relations) {
	base, seq := h.SrcPort-k.place.port, h.Seq-k.place.seq
	if n.tcp != nil && n.tcp != k {
		if base == n.base {
			found |= samePorts
		}
		if seq == n.seq {
			found |= sameSeq
		}
		if !k.place.numbed && h.Ack == n.ack && h.Ack != 0 {
			found |= sameAck
		}
	}
	if found == 0 {
		n.tcp, n.base, n.seq = k, base, seq
	}
	if !k.place.numbed {
		n.ack = h.Ack
	}
	return found
}
