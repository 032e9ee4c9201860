package listen

import (
	"net/netip"
	"time"

	"whorl/packet"
)

// Talk is the first data that one end of a connection has sent.
type Talk struct {
	At             time.Time
	Client, Server netip.AddrPort
	Answer         bool // the server sent it
	Payload        []byte
}

// Ran is how long a host has run, as the timestamps of a connection of it show.
type Ran struct {
	At             time.Time
	Client, Server netip.AddrPort
	Answer         bool // the server did
	Up, Modulo     time.Duration
	Hz             float64 // rate of the clock as measured
}

// talk hands over the first data of an end.
func (l *Listener) talk(p *packet.Packet, at time.Time) {
	e, low := endsOf(p.Src, p.Dst, p.TCP.SrcPort, p.TCP.DstPort)
	_, _, f := l.flows.find(&e)
	if f == nil {
		return
	}
	t := Talk{At: at, Answer: low != f.low, Payload: p.Payload}
	spoke := &f.spoke[0]
	if t.Answer {
		spoke = &f.spoke[1]
	}
	if *spoke {
		return
	}
	*spoke = true
	t.Client, t.Server = between(p, t.Answer)
	l.o.Talk(&t)
}

// ran hands over how long the sender of a packet has run, once for each connection.
func (l *Listener) ran(p *packet.Packet, t *times, at time.Time) {
	up, modulo, ok := t.clock.Uptime(at)
	if !ok || t.given {
		return
	}
	t.given = true
	hz, _ := t.clock.Rate()
	r := Ran{At: at, Answer: t.answer, Up: up, Modulo: modulo, Hz: hz}
	r.Client, r.Server = between(p, t.answer)
	l.o.Ran(&r)
}

// between are the ends of a packet that the server sent, or the client.
func between(p *packet.Packet, answer bool) (client, server netip.AddrPort) {
	from, to := netip.AddrPortFrom(p.Src, p.TCP.SrcPort), netip.AddrPortFrom(p.Dst, p.TCP.DstPort)
	if answer {
		return to, from
	}
	return from, to
}
