package deep

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"testing"
	"time"

	"whorl/method"
	"whorl/packet"
)

var (
	us     = netip.MustParseAddr("192.0.2.1")
	them   = netip.MustParseAddr("192.0.2.2")
	epoch  = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	target = Target{Addr: them, OpenTCP: 80, ClosedTCP: 81, ClosedUDP: 40000, ClosedKnown: true}
)

const ms = time.Millisecond

// node answers the n-th send of a probe, from 1, at a time since the first; nil is
// silence.
type node func(which Probe, n int, at time.Duration, q *packet.Packet) *packet.Packet

// wire drives a machine in virtual time. Packets go through their bytes both ways.
type wire struct {
	m     *Machine
	host  node
	trip  time.Duration
	now   time.Time
	sent  []sending
	due   []arrival
	sends [NumProbes]int
}

type sending struct {
	which Probe
	at    time.Duration // after the first poll
	q     *packet.Packet
}

type arrival struct {
	frame []byte
	at    time.Time
}

func newWire(t Target, host node, o Options) *wire {
	return &wire{m: NewMachine(t, method.Key{1}.Stream(t.Addr, "deep"), o), host: host, trip: ms, now: epoch}
}

// frameOf writes a packet as raw IP.
func frameOf(p *packet.Packet) []byte {
	p.Network, p.Link = packet.IPv4, packet.Raw
	b, err := p.Append(nil)
	if err != nil {
		panic(err)
	}
	return b
}

func read(frame []byte) *packet.Packet {
	p := new(packet.Packet)
	p.Decode(packet.Raw, frame)
	return p
}

// run drives the machine to its end and gives the time it took.
func (w *wire) run(t testing.TB) time.Duration {
	t.Helper()
	var out method.Outbox
	for range 10_000 {
		out.Reset()
		wake := w.m.Poll(w.now, &out)
		w.flush(&out)
		if wake.IsZero() {
			return w.now.Sub(epoch)
		}
		if len(w.due) > 0 && !w.due[0].at.After(wake) {
			a := w.due[0]
			w.due = w.due[1:]
			w.now = later(w.now, a.at)
			w.m.Receive(read(a.frame), a.at)
			continue
		}
		w.now = later(w.now, wake)
	}
	t.Fatal("the machine does not end")
	return 0
}

func (w *wire) flush(out *method.Outbox) {
	for i := range out.Len() {
		p, tag := out.At(i)
		p.Src = us
		q, which := read(frameOf(p)), Probe(tag)
		w.m.Sent(tag, w.now)
		w.sends[which]++
		w.sent = append(w.sent, sending{which, w.now.Sub(epoch), q})
		if r := w.host(which, w.sends[which], w.now.Sub(epoch), q); r != nil {
			r.Src, r.Dst = them, us
			w.due = append(w.due, arrival{frameOf(r), w.now.Add(w.trip)})
			slices.SortStableFunc(w.due, func(a, b arrival) int { return a.at.Compare(b.at) })
		}
	}
}

// linux answers as Linux 6.18 does over one hop: one clock, ISNs from a clock of 64 ns,
// no answer to unknown signatures, six errors at once less the one that U1 took.
func linux(which Probe, n int, at time.Duration, q *packet.Packet) *packet.Packet {
	r := &packet.Packet{TTL: 64, Transport: q.Transport, IPv4: packet.IPv4Header{DF: true}}
	h := &q.TCP
	r.TCP = packet.TCPHeader{SrcPort: h.DstPort, DstPort: h.SrcPort, Ack: h.Seq + 1}
	switch {
	case which == MD5, which == AO, which >= B5:
		return nil
	case which == EC:
		r.ICMP, r.Payload, r.TOS, r.IPv4 = q.ICMP, q.Payload, q.TOS, packet.IPv4Header{ID: 4711}
		r.ICMP.Type = packet.ICMPEchoReply
	case which >= Q1:
		r.Transport, r.TOS, r.IPv4 = packet.ICMP, 0xc0, packet.IPv4Header{ID: 4711}
		r.ICMP = packet.ICMPHeader{Type: packet.ICMPUnreachable, Code: packet.CodePortUnreachable}
		raw := frameOf(q)
		r.Payload = raw[:min(len(raw), 548)]
	case which == RT:
		r.TOS, r.TCP.Flags = q.TOS&^3, packet.RST|packet.ACK
	default:
		r.TCP.Flags = packet.SYN | packet.ACK | h.Flags&packet.ECE
		r.TCP.Seq = uint32(h.SrcPort)<<24 + uint32(at/64)
		r.TCP.Options = stamp(5_000_000 + uint32(at/ms))
	}
	return r
}

// stamp is a timestamps option.
func stamp(val uint32) []byte {
	b := binary.BigEndian.AppendUint32([]byte{1, 1, packet.OptTimestamp, 10}, val)
	return binary.BigEndian.AppendUint32(b, 1)
}

// but is linux with another answer to some probes.
func but(change func(which Probe, n int, at time.Duration, r *packet.Packet) *packet.Packet) node {
	return func(which Probe, n int, at time.Duration, q *packet.Packet) *packet.Packet {
		r := linux(which, n, at, q)
		if r == nil {
			return nil
		}
		return change(which, n, at, r)
	}
}
