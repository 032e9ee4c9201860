package backoff

import (
	"cmp"
	"net/netip"
	"slices"
	"testing"
	"time"

	"whorl/method"
	"whorl/method/methodtest"
	"whorl/packet"
)

var (
	us, them, epoch = methodtest.Us, methodtest.Them, methodtest.Epoch
	frameOf, read   = methodtest.Frame, methodtest.Read

	us6, them6 = methodtest.Us6, methodtest.Them6
)

const ms = time.Millisecond

// host is a simulated server: what it sends when, and what it is sent.
type host struct {
	syn, fin    []time.Duration // gaps of SYN-ACK and FIN
	reset       time.Duration   // after the last SYN-ACK; 0: none
	banner      string          // sent when the connection is open
	answer      string          // to a request, before the FIN
	window      uint16          // of the SYN-ACK
	opens       time.Duration   // a window of zero is opened after; until then all is lost
	defers      bool            // ignores an ACK without data
	keeps       bool            // never closes
	lose        int             // SYNs that get lost
	deaf        int             // RSTs that get lost
	double      bool            // every frame comes twice
	bare        bool            // no timestamps
	conns       map[uint16]*conn
	ttl         func(n int) uint8 // of the n-th SYN-ACK of a connection
	refuse      bool
	unreachable bool
	finUnheard  int // FINs and requests of ours that get lost
}

// conn is one connection of a host.
type conn struct {
	synAcks, fins int // sent
	open, closed  bool
	opened        time.Duration
	iss, rcvNxt   uint32
	sndNxt        uint32 // of the host, its FIN excluded
	finned        bool
}

// wire drives a machine in virtual time against a host. Packets go through their bytes
// both ways.
type wire struct {
	t     testing.TB
	m     *Machine
	host  *host
	us    netip.Addr
	trip  time.Duration
	now   time.Time
	sent  []sending
	due   []event
	extra func(w *wire) // called after every poll
	trace []passing     // what passed us
}

// passing is a frame that we sent or got.
type passing struct {
	frame []byte
	at    time.Time
}

type sending struct {
	which Probe
	state State
	at    time.Duration // after the first poll
	q     *packet.Packet
}

// event is a frame for the machine, or a timer of the host.
type event struct {
	at    time.Time
	frame []byte
	timer func()
}

func newWire(t testing.TB, h *host, o Options) *wire { return newWireTo(t, us, them, h, o) }

// newWire6 is one over IPv6.
func newWire6(t testing.TB, h *host, o Options) *wire { return newWireTo(t, us6, them6, h, o) }

func newWireTo(t testing.TB, us, them netip.Addr, h *host, o Options) *wire {
	h.conns = map[uint16]*conn{}
	if h.window == 0 && h.opens == 0 {
		h.window = 65160
	}
	m := NewMachine(Target{Addr: them, Port: 80}, method.Key{1}.Stream(them, "backoff"), o)
	return &wire{t: t, m: m, host: h, us: us, trip: ms, now: epoch}
}

// run drives the machine to its end and gives the time it took.
func (w *wire) run() time.Duration {
	w.t.Helper()
	var out method.Outbox
	for range 100_000 {
		out.Reset()
		wake := w.m.Poll(w.now, &out)
		w.flush(&out)
		if wake.IsZero() {
			took := w.now.Sub(epoch)
			w.drain()
			return took
		}
		if w.extra != nil {
			w.extra(w)
		}
		if len(w.due) > 0 && !w.due[0].at.After(wake) {
			e := w.due[0]
			w.due = w.due[1:]
			w.now = later(w.now, e.at)
			if e.timer != nil {
				e.timer()
			} else {
				w.trace = append(w.trace, passing{e.frame, e.at})
				w.m.Receive(read(e.frame), e.at)
			}
			continue
		}
		w.now = later(w.now, wake)
	}
	w.t.Fatal("the machine does not end")
	return 0
}

// drain lets the host have what is on its way.
func (w *wire) drain() {
	end := w.now.Add(w.trip)
	for len(w.due) > 0 && !w.due[0].at.After(end) {
		e := w.due[0]
		w.due = w.due[1:]
		if e.timer != nil {
			e.timer()
		}
	}
}

func (w *wire) flush(out *method.Outbox) {
	for i := range out.Len() {
		p, tag := out.At(i)
		p.Src = w.us
		frame := frameOf(p)
		q := read(frame)
		w.trace = append(w.trace, passing{frame, w.now})
		w.m.Sent(tag, w.now)
		state := w.m.Flows[int(tag)/int(NumProbes)].State
		w.sent = append(w.sent, sending{Probe(int(tag) % int(NumProbes)), state, w.now.Sub(epoch), q})
		w.after(w.trip/2, func() { w.arrive(q) })
	}
}

func (w *wire) after(d time.Duration, timer func()) { w.add(event{at: w.now.Add(d), timer: timer}) }

func (w *wire) add(e event) {
	w.due = append(w.due, e)
	slices.SortStableFunc(w.due, func(a, b event) int { return cmp.Compare(a.at.Sub(epoch), b.at.Sub(epoch)) })
}

// fromHost is a packet to us over the version of IP in use.
func (w *wire) fromHost(over packet.Transport, data []byte) *packet.Packet {
	p := &packet.Packet{Network: packet.IPv4, Src: w.m.Target.Addr, Dst: w.us, TTL: 64, Transport: over, Payload: data}
	if w.us.Is6() {
		p.Network = packet.IPv6
	}
	return p
}

// reply sends a segment of the host to us.
func (w *wire) reply(q *packet.Packet, c *conn, flags packet.Flags, seq uint32, data string, n int) {
	p := w.fromHost(packet.TCP, []byte(data))
	p.IPv4 = packet.IPv4Header{DF: true, ID: uint16(n)}
	p.TCP = packet.TCPHeader{SrcPort: q.TCP.DstPort, DstPort: q.TCP.SrcPort, Seq: seq, Ack: c.rcvNxt, Flags: flags, Window: 502}
	switch {
	case flags.Has(packet.SYN):
		p.TCP.Window = w.host.window
		p.TCP.Options = []byte("\x02\x04\x05\xb4\x04\x02\x08\x0a\x00\x00\x00\x09\x00\x00\x00\x00\x01\x03\x03\x07")
		if w.host.bare {
			p.TCP.Options = p.TCP.Options[:4]
		}
		if w.host.ttl != nil {
			p.TTL = w.host.ttl(n)
		}
	case flags.Has(packet.RST):
		p.TCP.Window = 0
	}
	frame := frameOf(p)
	w.add(event{at: w.now.Add(w.trip / 2), frame: frame})
	if w.host.double {
		w.add(event{at: w.now.Add(w.trip/2 + ms), frame: frame})
	}
}

// arrive is the host taking a packet of ours.
func (w *wire) arrive(q *packet.Packet) {
	h, f := w.host, q.TCP.Flags
	c := h.conns[q.TCP.SrcPort]
	switch {
	case f.Has(packet.RST):
		if h.deaf > 0 {
			h.deaf--
		} else if c != nil {
			c.closed = true
		}
	case f.Has(packet.SYN):
		w.syn(q)
	case c == nil || c.closed:
	case !c.open && h.opens > 0 && !c.finned && c.synAcks > 0 && c.opened == 0:
		c.opened = h.opens
		w.after(h.opens, func() {
			c.open = true
			w.reply(q, c, packet.ACK, c.sndNxt, "", 1)
		})
	case !c.open && h.opens > 0: // lost at the proxy
	case !c.open && h.defers && len(q.Payload) == 0 && !f.Has(packet.FIN):
	default:
		w.connected(q, c)
	}
}

func (w *wire) syn(q *packet.Packet) {
	h := w.host
	if h.lose > 0 {
		h.lose--
		return
	}
	c := &conn{iss: uint32(q.TCP.SrcPort) << 16, rcvNxt: q.TCP.Seq + 1}
	c.sndNxt = c.iss + 1
	if h.refuse {
		w.reply(q, c, packet.RST|packet.ACK, 0, "", 1)
		return
	}
	if h.unreachable {
		p := w.fromHost(packet.ICMP, frameOf(q)[:28])
		p.ICMP.Type = packet.ICMPUnreachable
		if q.Network == packet.IPv6 {
			p.Transport, p.ICMP.Type, p.Payload = packet.ICMPv6, packet.ICMPv6Unreachable, frameOf(q)
		}
		w.add(event{at: w.now.Add(w.trip), frame: frameOf(p)})
		return
	}
	h.conns[q.TCP.SrcPort] = c
	w.synAck(q, c)
}

// synAck sends a SYN-ACK and plans the next.
func (w *wire) synAck(q *packet.Packet, c *conn) {
	if c.open || c.closed {
		return
	}
	w.reply(q, c, packet.SYN|packet.ACK, c.iss, "", c.synAcks)
	if c.synAcks++; c.synAcks <= len(w.host.syn) {
		w.after(w.host.syn[c.synAcks-1], func() { w.synAck(q, c) })
	} else if w.host.reset > 0 {
		w.after(w.host.reset, func() {
			if !c.open && !c.closed {
				w.reply(q, c, packet.RST, c.iss+1, "", 0)
			}
		})
	}
}

// connected is the host taking a segment after the handshake.
func (w *wire) connected(q *packet.Packet, c *conn) {
	h := w.host
	if !c.open {
		c.open = true
		if h.banner != "" {
			w.reply(q, c, packet.PSH|packet.ACK, c.sndNxt, h.banner, 7)
			c.sndNxt += uint32(len(h.banner))
		}
	}
	fin := q.TCP.Flags.Has(packet.FIN)
	if !fin && len(q.Payload) == 0 {
		return
	}
	if h.finUnheard > 0 {
		h.finUnheard--
		return
	}
	if c.finned || h.keeps {
		if q.TCP.Seq == c.rcvNxt {
			c.rcvNxt += uint32(len(q.Payload)) + map[bool]uint32{true: 1}[fin]
		}
		w.reply(q, c, packet.ACK, c.sndNxt, "", 8)
		return
	}
	c.finned = true
	c.rcvNxt += uint32(len(q.Payload)) + map[bool]uint32{true: 1}[fin]
	w.reply(q, c, packet.ACK, c.sndNxt, "", 8)
	if h.answer != "" && !fin {
		w.reply(q, c, packet.PSH|packet.ACK, c.sndNxt, h.answer, 9)
		c.sndNxt += uint32(len(h.answer))
	}
	w.finish(q, c)
}

// finish sends a FIN and plans the next.
func (w *wire) finish(q *packet.Packet, c *conn) {
	if c.closed {
		return
	}
	w.reply(q, c, packet.FIN|packet.ACK, c.sndNxt, "", 10+c.fins)
	if c.fins++; c.fins <= len(w.host.fin) {
		w.after(w.host.fin[c.fins-1], func() { w.finish(q, c) })
	}
}

// of are the packets of a state, in order.
func (w *wire) of(s State) (out []sending) {
	for _, x := range w.sent {
		if x.state == s {
			out = append(out, x)
		}
	}
	return out
}

// line is what was measured of a state, as text; empty: nothing.
func (w *wire) line(s State) string {
	l, ok := w.m.Measure().Test(s.String())
	if !ok {
		return ""
	}
	return l.String()
}

func gaps(text string) []time.Duration {
	g, err := parseGaps(text)
	if err != nil {
		panic(err)
	}
	return g
}
