package persona_test

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"whorl/packet"
	"whorl/persona"
)

// wire is a path in virtual time between a persona and one client behind it. Packets go
// through their bytes both ways.
type wire struct {
	tb     testing.TB
	p      *persona.Persona
	six    bool // over IPv6
	now    time.Time
	trip   time.Duration // there and back
	loss   float64       // probability, each way
	rand   *rand.Rand
	queue  []happening
	peers  map[uint16]*client
	heard  []*packet.Packet // from the persona, in order
	at     []time.Time
	resets int // from the persona
}

type happening struct {
	at time.Time
	do func(time.Time)
}

func newWire(tb testing.TB, p *persona.Persona) *wire {
	return &wire{tb: tb, p: p, now: start, trip: time.Millisecond, rand: rand.New(rand.NewPCG(1, 2)), peers: map[uint16]*client{}}
}

func (w *wire) add(after time.Duration, do func(time.Time)) {
	w.queue = append(w.queue, happening{w.now.Add(max(after, 0)), do})
	slices.SortStableFunc(w.queue, func(a, b happening) int { return cmp.Compare(a.at.Sub(start), b.at.Sub(start)) })
}

// After lets the persona's f happen.
func (w *wire) After(d time.Duration, f func(time.Time)) { w.add(d, f) }

// Send takes a packet of the persona to its client.
func (w *wire) Send(after time.Duration, p *packet.Packet) {
	q := *p
	q.Link = packet.Raw
	in := received(q)
	if w.rand.Float64() < w.loss {
		return
	}
	w.add(after+w.trip/2, func(now time.Time) {
		w.heard, w.at = append(w.heard, in), append(w.at, now)
		if c := w.peers[in.TCP.DstPort]; c != nil {
			c.receive(in)
		}
	})
}

// give takes a packet to the persona.
func (w *wire) give(q packet.Packet) {
	in := received(q)
	if w.rand.Float64() < w.loss {
		return
	}
	w.add(w.trip/2, func(now time.Time) { w.p.Receive(now, in, w) })
}

// run lets everything happen that is due within d.
func (w *wire) run(d time.Duration) {
	end := w.now.Add(d)
	for n := 0; len(w.queue) > 0 && !w.queue[0].at.After(end); n++ {
		if n > 1e6 {
			for _, p := range w.heard[len(w.heard)-20:] {
				w.tb.Log(p.TCP.Flags, p.TCP.Seq, p.TCP.Ack, len(p.Payload), w.at[len(w.at)-1])
			}
			w.tb.Fatal("no end of events")
		}
		h := w.queue[0]
		w.queue = w.queue[1:]
		w.now = h.at
		h.do(w.now)
	}
	w.now = end
}

// client is the other end of a connection, as plain as can be: it acknowledges whatever
// comes in order and repeats what it said every second.
type client struct {
	w        *wire
	port, to uint16
	options  string
	window   uint16
	iss      uint32
	rcv      uint32
	said     []byte // all of it
	acked    uint32 // bytes of it, and the FIN
	closes   bool   // a FIN follows
	open     bool
	mute     bool // acknowledges nothing any more
	got      []byte
	fin      bool // of the persona
	reset    bool
	segments int // with data, new ones
}

// dial begins a connection.
func (w *wire) dial(port, to uint16, options string) *client {
	c := &client{w: w, port: port, to: to, options: options, window: 0xfaf0, iss: uint32(port) * 7919}
	w.peers[port] = c
	c.repeat(w.now)
	return c
}

func (c *client) send(flags packet.Flags, seq uint32, data []byte) {
	p := tcp(flags, c.to, "")
	p.TCP.SrcPort, p.TCP.Seq, p.TCP.Ack, p.TCP.Window, p.Payload = c.port, seq, c.rcv, c.window, data
	if c.w.six {
		p.Network, p.Src, p.Dst = packet.IPv6, scanner6, victim6
	}
	if flags.Has(packet.SYN) {
		p.TCP.Options, p.TCP.Ack = []byte(c.options), 0
	}
	c.w.give(p)
}

// repeat sends what is not acknowledged, every second until it is.
func (c *client) repeat(time.Time) {
	switch rest := len(c.said) - int(c.acked); {
	case c.reset:
		return
	case !c.open:
		c.send(packet.SYN, c.iss, nil)
	case rest > 0:
		c.send(packet.ACK|packet.PSH, c.iss+1+c.acked, c.said[c.acked:min(int(c.acked)+1000, len(c.said))])
	case rest == 0 && c.closes:
		c.send(packet.ACK|packet.FIN, c.iss+1+c.acked, nil)
	default:
		return
	}
	c.w.add(time.Second, c.repeat)
}

// say sends data.
func (c *client) say(text string) {
	c.said = append(c.said, text...)
	c.repeat(c.w.now)
}

// close sends a FIN.
func (c *client) close() {
	c.closes = true
	c.repeat(c.w.now)
}

func (c *client) receive(in *packet.Packet) {
	h := &in.TCP
	switch {
	case h.Flags.Has(packet.RST):
		c.reset = true
		c.w.resets++
		return
	case h.Flags.Has(packet.SYN):
		if c.rcv == 0 {
			c.rcv, c.open = h.Seq+1, true
		}
		if !c.mute {
			c.send(packet.ACK, c.iss+1+c.acked, nil)
		}
		return
	case !c.open:
		return
	}
	if n := h.Ack - c.iss - 1; n <= uint32(len(c.said))+1 && n > c.acked {
		more := n < uint32(len(c.said))
		if c.acked = n; more {
			c.repeat(c.w.now)
		}
	}
	if c.mute || h.Seq != c.rcv || len(in.Payload) == 0 && !h.Flags.Has(packet.FIN) {
		if !c.mute && (len(in.Payload) > 0 || h.Flags.Has(packet.FIN)) {
			c.send(packet.ACK, c.iss+1+c.acked, nil)
		}
		return
	}
	if len(in.Payload) > 0 {
		c.segments++
	}
	c.got = append(c.got, in.Payload...)
	if c.rcv += uint32(len(in.Payload)); h.Flags.Has(packet.FIN) {
		c.fin = true
		c.rcv++
	}
	c.send(packet.ACK, c.iss+1+c.acked, nil)
}
