package listen

import (
	"net/netip"
	"time"

	"whorl/method/syn"
	"whorl/packet"
)

// Until when a segment that comes again is a copy that the capture made, and until when it
// is a repetition, milliseconds.
const (
	copied      = 5
	longestWait = 300_000
)

// telling is how many repetitions tell most timers apart.
const telling = 2

// repeated notes that the segment came again that a connection waits with: its SYN, or its
// SYN-ACK once that was seen. A connection whose SYN came more than once tells nothing of
// the timer behind its SYN-ACKs, as each SYN gets one.
func (l *Listener) repeated(f *flow, from netip.Addr, answer bool, at time.Time) {
	ms := (at.UnixNano() - f.begun) / int64(time.Millisecond)
	last := int64(0)
	if n := f.repeats.N; n > 0 {
		last = int64(f.repeats.After[n-1])
	}
	if ms < last+copied && f.repeats.Answer == answer {
		return
	}
	if f.refused {
		f.refused, f.spoiled = false, true
		if i := l.hosts.find(from); i != 0 {
			l.hosts.habitsOf(l.hosts.all.at(i)).retried()
		}
	}
	if f.spoiled || f.repeats.Answer != answer {
		f.spoiled = true
		return
	}
	if ms > longestWait || !f.repeats.Add(uint32(ms)) {
		return
	}
	if i := l.hosts.find(from); i != 0 {
		if longest := l.hosts.timesOf(l.hosts.all.at(i)).longest(answer); longest.N < f.repeats.N {
			*longest = f.repeats
			if f.repeats.N == telling {
				l.changed(i)
			}
		}
	}
}

// accepted notes that a connection waits with its SYN-ACK from now on.
func (f *flow) accepted(at time.Time) {
	f.spoiled = f.spoiled || !f.asked || f.repeats.N > 0
	f.begun, f.repeats = at.UnixNano(), syn.Repeats{Answer: true}
}

// reset takes a RST. One that refuses a SYN shows habits of both ends.
func (l *Listener) reset(p *packet.Packet) {
	e, low := endsOf(p.Src, p.Dst, p.TCP.SrcPort, p.TCP.DstPort)
	_, _, f := l.flows.find(&e)
	if f == nil || !f.asked || f.answered || f.low == low || f.refused {
		return
	}
	f.refused = true
	if i := l.hosts.find(p.Dst); i != 0 {
		l.hosts.habitsOf(l.hosts.all.at(i)).refused()
	}
	if i := l.hosts.find(p.Src); i != 0 && p.Network == packet.IPv4 {
		l.hosts.habitsOf(l.hosts.all.at(i)).reset(p.IPv4.ID)
	}
}
