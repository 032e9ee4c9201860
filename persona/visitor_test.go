package persona_test

import (
	"errors"
	"testing"
	"time"

	"whorl/link"
	"whorl/link/sim"
	"whorl/packet"
)

// visitor is a TCP client at the near end of a simulated internet. It sends as much as it may,
// begins anew at what is missing, and reads as fast as it is told to.
type visitor struct {
	tb      testing.TB
	net     *sim.Net
	port    uint16
	options string

	iss, una, nxt, rcv uint32
	window             int // of the persona, bytes
	edge               uint32
	open, reset        bool
	same               int       // acknowledgements of the same byte in a row
	due                time.Time // when what is under way is sent again

	says    []byte // all of it
	closes  bool   // a FIN follows
	closed  bool   // which is acknowledged
	got     []byte
	unread  int
	eats    int // bytes it reads in a tick; 0: all at once
	fin     bool
	mute    bool // acknowledges nothing any more
	longest int  // bytes under way from the persona that no window had room for
	held    int  // ticks with a window of nothing
}

const (
	visitorSegment = 1460
	visitorRoom    = 64 << 10
	visitorFlight  = 8 * visitorSegment
	visitorTick    = 10 * time.Millisecond
	visitorRTO     = 300 * time.Millisecond
)

func (v *visitor) room() int { return max(visitorRoom-v.unread, 0) }

func (v *visitor) send(flags packet.Flags, seq uint32, data []byte) {
	p := packet.Packet{Link: packet.Raw, Network: packet.IPv4, Transport: packet.TCP, Src: scanners[0], Dst: victim, TTL: 64, Payload: data,
		TCP: packet.TCPHeader{SrcPort: v.port, DstPort: 22, Seq: seq, Flags: flags, Window: uint16(min(v.room(), 0xffff))}}
	if flags.Has(packet.SYN) {
		p.TCP.Options = []byte(v.options)
	} else {
		p.TCP.Ack = v.rcv
		v.edge = v.rcv + uint32(min(v.room(), 0xffff))
	}
	frame, err := p.Append(nil)
	if err != nil {
		v.tb.Fatal(err)
	}
	v.net.Send(frame)
}

// push sends what the window allows, from una on after a pause or three equal acknowledgements.
func (v *visitor) push(now time.Time) {
	switch {
	case v.reset || v.mute && v.open:
		return
	case !v.open:
		if !now.Before(v.due) {
			v.send(packet.SYN, v.iss, nil)
			v.due = now.Add(time.Second)
		}
		return
	case v.nxt != v.una && (!now.Before(v.due) || v.same == 3):
		v.nxt, v.same = v.una, 4
	}
	for !v.closed {
		done := int(v.nxt - v.iss - 1)
		flying := int(v.nxt - v.una)
		rest := v.says[min(done, len(v.says)):]
		n := min(len(rest), visitorSegment, visitorFlight-flying, max(v.window-flying, 0))
		if v.window == 0 && flying == 0 && len(rest) > 0 && !now.Before(v.due) {
			n = 1
		}
		switch {
		case n > 0:
			v.send(packet.ACK, v.nxt, rest[:n])
			v.nxt += uint32(n)
		case len(rest) == 0 && v.closes && done == len(v.says):
			v.send(packet.ACK|packet.FIN, v.nxt, nil)
			v.nxt++
		default:
			return
		}
		v.due = now.Add(visitorRTO)
	}
}

func (v *visitor) receive(p *packet.Packet) {
	h := &p.TCP
	switch {
	case h.DstPort != v.port:
		return
	case h.Flags.Has(packet.RST):
		v.reset = true
		return
	case h.Flags.Has(packet.SYN):
		if !v.open {
			v.open, v.una, v.nxt, v.rcv = true, v.iss+1, v.iss+1, h.Seq+1
			v.window = int(h.Window)
		}
		v.send(packet.ACK, v.nxt, nil)
		return
	case !v.open:
		return
	}
	ahead := h.Ack - v.una
	switch {
	case ahead == 0:
		v.same++
		v.window = int(h.Window)
	case int32(ahead) > 0:
		v.una, v.same, v.window = h.Ack, 0, int(h.Window)
		if int32(v.nxt-v.una) < 0 {
			v.nxt = v.una
		}
		v.closed = v.closes && int(v.una-v.iss-1) > len(v.says)
	}
	if v.mute || len(p.Payload) == 0 && !h.Flags.Has(packet.FIN) {
		return
	}
	if over := int(int32(h.Seq + uint32(len(p.Payload)) - v.edge)); over > v.longest {
		v.longest = over
	}
	if skip := v.rcv - h.Seq; int(skip) <= len(p.Payload) && !v.fin {
		fresh := p.Payload[skip:]
		fresh = fresh[:min(len(fresh), v.room())]
		v.got = append(v.got, fresh...)
		v.rcv += uint32(len(fresh))
		if v.eats > 0 {
			v.unread += len(fresh)
		}
		if h.Flags.Has(packet.FIN) && int(skip)+len(fresh) == len(p.Payload) {
			v.fin = true
			v.rcv++
		}
	}
	v.send(packet.ACK, v.nxt, nil)
}

// read lets the program before the visitor read, and tells of the room.
func (v *visitor) read() {
	before := v.room()
	if before == 0 {
		v.held++
	}
	v.unread = max(v.unread-v.eats, 0)
	if v.open && !v.mute && before < visitorRoom/2 && v.room() >= visitorRoom/2 {
		v.send(packet.ACK, v.nxt, nil)
	}
}

// run goes on until something is so, or that long; it reports whether it is so.
func (v *visitor) run(most time.Duration, until func() bool) bool {
	buf := make([]byte, 4096)
	end := v.net.Now().Add(most)
	tick := v.net.Now()
	for v.net.Now().Before(end) {
		if until() {
			return true
		}
		if now := v.net.Now(); !now.Before(tick) {
			v.read()
			tick = now.Add(visitorTick)
		}
		v.push(v.net.Now())
		n, _, err := v.net.Recv(buf, tick)
		if errors.Is(err, link.ErrTimeout) {
			continue
		}
		if err != nil {
			v.tb.Fatal(err)
		}
		var p packet.Packet
		p.Decode(packet.Raw, buf[:n])
		if p.Transport == packet.TCP {
			v.receive(&p)
		}
	}
	return until()
}
