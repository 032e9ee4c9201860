package spare

import (
	"sync"
	"sync/atomic"
	"time"

	"whorl/link"
	"whorl/packet"
)

// Conn is a link with an address of its own. Its methods may be called as those of any
// link.Conn, Silence from any goroutine.
type Conn struct {
	link.Conn
	home
	p     packet.Packet // the frame heard last
	frame []byte        // the answer to it
	ended atomic.Bool

	sending sync.Mutex // answers leave from Recv, beside Send

	mu     sync.Mutex
	silent []*silence
}

var (
	_ link.Conn        = (*Conn)(nil)
	_ link.BatchSender = (*Conn)(nil)
	_ link.Counter     = (*Conn)(nil)
)

// New lends the source address of the route to a link of that route.
func New(c link.Conn, r link.Route) *Conn {
	return &Conn{Conn: c, home: home{addr: r.Src, mac: r.SrcMAC}}
}

// Send puts one frame on the link.
func (c *Conn) Send(frame []byte) (time.Time, error) {
	c.sending.Lock()
	defer c.sending.Unlock()
	return c.Conn.Send(frame)
}

// SendBatch sends the frames in order, one by one if the link has no better way.
func (c *Conn) SendBatch(frames [][]byte, sent []time.Time) (n int, err error) {
	c.sending.Lock()
	defer c.sending.Unlock()
	if b, ok := c.Conn.(link.BatchSender); ok {
		return b.SendBatch(frames, sent)
	}
	for n < len(frames) {
		if sent[n], err = c.Conn.Send(frames[n]); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// Recv gives the next frame, which has been answered if it was for us to answer. The error
// is a *Conflict if somebody else uses the address.
func (c *Conn) Recv(buf []byte, deadline time.Time) (int, time.Time, error) {
	n, at, err := c.Conn.Recv(buf, deadline)
	if err != nil {
		return n, at, err
	}
	p := &c.p
	p.Decode(c.LinkType(), buf[:n])
	if p.VLANs > 0 { // of another segment
		return n, at, nil
	}
	if mac, taken := c.taken(p); taken {
		return 0, at, &Conflict{c.addr, mac}
	}
	if p.Transport == packet.TCP && p.Dst == c.addr && p.DstMAC == c.mac {
		c.refuse(p)
	} else if q := c.answer(p); q != nil {
		c.reply(q)
	}
	return n, at, nil
}

// broken are segments that nobody answers.
const broken = packet.OddChecksum | packet.OddIPChecksum | packet.OddShort | packet.OddIPLength | packet.OddTCPOffset | packet.OddFragment

// refuse resets the connection of a segment, as RFC 9293 section 3.10.7.1 has it where there
// is none. Linux, too, sends these with TTL 64, over IPv4 with DF and IP ID 0.
func (c *Conn) refuse(p *packet.Packet) {
	h := &p.TCP
	somebody := p.Src.IsGlobalUnicast() || p.Src.Is6() && p.Src.IsLinkLocalUnicast()
	if h.Flags.Has(packet.RST) || p.Odd&broken != 0 || !somebody || c.isSilent(h.DstPort) {
		return
	}
	q := packet.Packet{DstMAC: p.SrcMAC, Network: p.Network, Src: p.Dst, Dst: p.Src, TTL: 64, IPv4: packet.IPv4Header{DF: true},
		Transport: packet.TCP, TCP: packet.TCPHeader{SrcPort: h.DstPort, DstPort: h.SrcPort, Seq: h.Ack, Flags: packet.RST}}
	if !h.Flags.Has(packet.ACK) {
		q.TCP.Seq, q.TCP.Ack, q.TCP.Flags = 0, h.Seq+length(p), packet.RST|packet.ACK
	}
	c.reply(&q)
}

// length is how many sequence numbers a segment takes (RFC 9293 section 3.4).
func length(p *packet.Packet) uint32 {
	n := uint32(len(p.Payload))
	for _, f := range []packet.Flags{packet.SYN, packet.FIN} {
		if p.TCP.Flags.Has(f) {
			n++
		}
	}
	return n
}

// reply sends a packet. If it is lost, it is asked for again.
func (c *Conn) reply(p *packet.Packet) {
	p.Link, p.SrcMAC = c.LinkType(), c.mac
	frame, err := p.Append(c.frame[:0])
	if err != nil {
		return // an address that no frame can be sent to
	}
	c.frame = frame
	c.Send(frame)
}

// Drops is how many frames the link has lost, if it can tell.
func (c *Conn) Drops() uint64 {
	if n, ok := c.Conn.(link.Counter); ok {
		return n.Drops()
	}
	return 0
}

// Close gives the address back and closes the link.
func (c *Conn) Close() error {
	c.ended.Store(true)
	return c.Conn.Close()
}

// Ended reports whether the address is no longer answered for.
func (c *Conn) Ended() bool { return c.ended.Load() }
