// Package methodtest drives machines in virtual time against hosts that are
// functions. It is for tests of methods; link/sim with personas is the whole network.
package methodtest

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"whorl/method"
	"whorl/packet"
)

// The ends of a wire over both versions of IP, and when it begins to be used.
var (
	Us    = netip.MustParseAddr("192.0.2.1")
	Them  = netip.MustParseAddr("192.0.2.2")
	Us6   = netip.MustParseAddr("2001:db8::1")
	Them6 = netip.MustParseAddr("2001:db8::2")
	Epoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
)

// Host answers the n-th packet of a tag, from 1, at a time since the first poll; nil
// is silence. The version of IP is that of the packet, and addresses are filled in unless
// they are set.
type Host func(tag method.Tag, n int, at time.Duration, q *packet.Packet) *packet.Packet

// Wire is a line between a machine and a host. Packets go through their bytes both
// ways.
type Wire struct {
	Machine method.Machine
	Host    Host
	Trip    time.Duration // from a packet to its answer
	Sent    []Sending

	now   time.Time
	due   []Taped
	tape  []Taped
	sends map[method.Tag]int
}

// Sending is a packet that the machine sent.
type Sending struct {
	Tag method.Tag
	At  time.Duration // after the first poll
	Q   *packet.Packet
}

// Taped is a frame and when it passes.
type Taped struct {
	Frame []byte
	At    time.Time
}

// New is a wire with an answer after a millisecond.
func New(m method.Machine, h Host) *Wire {
	return &Wire{Machine: m, Host: h, Trip: time.Millisecond, now: Epoch, sends: map[method.Tag]int{}}
}

// Frame writes a packet as raw IP, version 4 unless it says 6.
func Frame(p *packet.Packet) []byte {
	p.Link = packet.Raw
	if p.Network != packet.IPv6 {
		p.Network = packet.IPv4
	}
	b, err := p.Append(nil)
	if err != nil {
		panic(err)
	}
	return b
}

// Read reads raw IP.
func Read(frame []byte) *packet.Packet {
	p := new(packet.Packet)
	p.Decode(packet.Raw, frame)
	return p
}

// Now is the virtual time.
func (w *Wire) Now() time.Time { return w.now }

// Sends is how many packets of a tag have left.
func (w *Wire) Sends(tag method.Tag) int { return w.sends[tag] }

// Arrive lets a frame come at that time after the first poll.
func (w *Wire) Arrive(at time.Duration, frame []byte) {
	w.due = append(w.due, Taped{frame, Epoch.Add(at)})
	slices.SortStableFunc(w.due, sooner)
}

func sooner(a, b Taped) int { return a.At.Compare(b.At) }

// Tape is what the machine and the host have sent, in order of time.
func (w *Wire) Tape() []Taped {
	slices.SortStableFunc(w.tape, sooner)
	return w.tape
}

// Run drives the machine to its end and gives the time it took.
func (w *Wire) Run(t testing.TB) time.Duration {
	t.Helper()
	var out method.Outbox
	for range 10_000 {
		out.Reset()
		wake := w.Machine.Poll(w.now, &out)
		w.flush(&out)
		if wake.IsZero() {
			return w.now.Sub(Epoch)
		}
		if len(w.due) > 0 && !w.due[0].At.After(wake) {
			a := w.due[0]
			w.due = w.due[1:]
			w.pass(a.At)
			w.Machine.Receive(Read(a.Frame), a.At)
			continue
		}
		w.pass(wake)
	}
	t.Fatal("the machine does not end")
	return 0
}

// pass lets time go on to t.
func (w *Wire) pass(t time.Time) {
	if t.After(w.now) {
		w.now = t
	}
}

func (w *Wire) flush(out *method.Outbox) {
	for i := range out.Len() {
		p, tag := out.At(i)
		us, them := Us, Them
		if p.Network == packet.IPv6 {
			us, them = Us6, Them6
		}
		p.Src = us
		frame, at := Frame(p), w.now.Sub(Epoch)
		w.tape = append(w.tape, Taped{frame, w.now})
		q := Read(frame)
		w.Machine.Sent(tag, w.now)
		w.sends[tag]++
		w.Sent = append(w.Sent, Sending{tag, at, q})
		r := w.Host(tag, w.sends[tag], at, q)
		if r == nil {
			continue
		}
		if r.Network = q.Network; !r.Src.IsValid() {
			r.Src, r.Dst = them, us
		}
		frame = Frame(r)
		w.tape = append(w.tape, Taped{frame, w.now.Add(w.Trip)})
		w.Arrive(at+w.Trip, frame)
	}
}
