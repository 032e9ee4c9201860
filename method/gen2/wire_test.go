package gen2

import (
	"encoding/binary"
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

	target = Target{Addr: them, OpenTCP: 80, ClosedTCP: 81, ClosedUDP: 40000, ClosedKnown: true}
)

const ms = time.Millisecond

// wire drives a machine in virtual time. Packets go through their bytes both ways.
type wire struct {
	m     *Machine
	host  func(w *wire, which Probe, n int, q *packet.Packet) // answers the n-th send of a probe, from 1
	busy  func(time.Time) time.Time                           // when the driver really comes to poll
	leave func(Probe) time.Duration                           // from Poll to Sent

	now   time.Time
	sent  []sending
	due   []arrival
	trace []arrival // all packets of both sides, in order of time
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

func newWire(t Target, host func(*wire, Probe, int, *packet.Packet), o Options) *wire {
	return &wire{m: NewMachine(t, method.Key{1}.Stream(t.Addr, "gen2"), o), host: host, now: epoch}
}

// reply lets a packet arrive after a delay. Addresses are those of the answer to q
// unless they are set.
func (w *wire) reply(after time.Duration, q, r *packet.Packet) {
	if !r.Src.IsValid() {
		r.Src, r.Dst = q.Dst, q.Src
	}
	w.arrive(after, frameOf(r))
}

func (w *wire) arrive(after time.Duration, frame []byte) {
	w.due = append(w.due, arrival{frame, w.now.Add(after)})
	slices.SortStableFunc(w.due, func(a, b arrival) int { return a.at.Compare(b.at) })
}

// run drives the machine to its end and gives the time it took.
func (w *wire) run(t testing.TB) time.Duration {
	t.Helper()
	var out method.Outbox
	for range 10_000 {
		out.Reset()
		wake := w.m.Poll(w.now, &out)
		w.flush(t, &out)
		if wake.IsZero() {
			return w.now.Sub(epoch)
		}
		if len(w.due) > 0 && !w.due[0].at.After(wake) {
			a := w.due[0]
			w.due = w.due[1:]
			w.now = later(w.now, a.at)
			w.trace = append(w.trace, a)
			w.m.Receive(read(a.frame), a.at)
			continue
		}
		if w.busy != nil {
			wake = later(w.busy(wake), wake)
		}
		w.now = later(w.now, wake)
	}
	t.Fatal("the machine does not end")
	return 0
}

func (w *wire) flush(t testing.TB, out *method.Outbox) {
	if out.Len() > 1 {
		t.Errorf("%d packets leave at once", out.Len())
	}
	for i := range out.Len() {
		q, tag := out.At(i)
		q.Src = us
		frame := frameOf(q)
		if w.leave != nil {
			w.now = w.now.Add(w.leave(Probe(tag)))
		}
		w.m.Sent(tag, w.now)
		w.trace = append(w.trace, arrival{frame, w.now})
		w.sends[tag]++
		got := read(frame)
		w.sent = append(w.sent, sending{Probe(tag), w.now.Sub(epoch), got})
		if w.host != nil {
			w.host(w, Probe(tag), w.sends[tag], got)
		}
	}
}

// linux answers as Linux 6.18 does (measured over one hop with an MTU of 1500),
// but for initial sequence numbers and clock, which are plain counters here.
func linux(w *wire, which Probe, n int, q *packet.Packet) {
	if r := linuxAnswer(w, which, q); r != nil {
		w.reply(ms, q, r)
	}
}

func linuxAnswer(w *wire, which Probe, q *packet.Packet) *packet.Packet {
	r := &packet.Packet{TTL: 64, Transport: q.Transport}
	switch h := &q.TCP; {
	case q.Transport == packet.ICMP:
		r.ICMP, r.Payload = q.ICMP, q.Payload
		r.ICMP.Type, r.IPv4.ID = packet.ICMPEchoReply, 26625+5*uint16(which-IE1)
	case q.Transport == packet.UDP:
		r.Transport, r.TOS = packet.ICMP, 0xc0
		r.ICMP = packet.ICMPHeader{Type: packet.ICMPUnreachable, Code: packet.CodePortUnreachable}
		r.Payload = frameOf(q)
	default:
		r.IPv4.DF = true
		r.TCP = packet.TCPHeader{SrcPort: h.DstPort, DstPort: h.SrcPort}
		switch open := h.DstPort == 80; {
		case which == T2 || which == T3:
			return nil
		case h.Flags.Has(packet.ACK):
			r.TCP.Seq, r.TCP.Flags = h.Ack, packet.RST
		case !open:
			r.TCP.Ack, r.TCP.Flags = h.Seq+1, packet.RST|packet.ACK
		default:
			linuxSYNACK(w, which, h, &r.TCP)
		}
	}
	return r
}

func linuxSYNACK(w *wire, which Probe, h, r *packet.TCPHeader) {
	r.Ack, r.Flags, r.Window = h.Seq+1, packet.SYN|packet.ACK, 0xfe88
	if which == ECN {
		r.Flags |= packet.ECE
		r.Window = 0xfaf0
	}
	// Steps of 1, 2, 3, 4 and 5 between S1 and S6; repeats get a number of their own.
	r.Seq = 1_000_000 + uint32(which)*(uint32(which)+1)/2
	r.Options = []byte{packet.OptMSS, 4, 0x05, 0xb4}
	_, _, ts := h.Timestamp()
	switch sack := h.SACKPermitted(); {
	case sack && ts:
		r.Options = append(r.Options, packet.OptSACKOK, 2)
	case ts:
		r.Options = append(r.Options, packet.OptNOP, packet.OptNOP)
	case sack:
		r.Options = append(r.Options, packet.OptNOP, packet.OptNOP, packet.OptSACKOK, 2)
	}
	if ts {
		r.Options = append(r.Options, stamp(5_000_000+uint32(w.now.Sub(epoch)/ms), 0xffffffff)...)
	}
	if _, ok := h.WScale(); ok {
		r.Options = append(r.Options, packet.OptNOP, packet.OptWScale, 3, 10)
	}
}

// stamp is a timestamps option.
func stamp(val, echo uint32) []byte {
	b := binary.BigEndian.AppendUint32([]byte{packet.OptTimestamp, 10}, val)
	return binary.BigEndian.AppendUint32(b, echo)
}

// linuxPrint is what linux measures as.
const linuxPrint = `SEQ(SP=20%GCD=1%ISR=27%TI=Z%CI=Z%II=I%TS=A)
` + methodtest.LinuxAnswers

// later is the later of two times.
func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// printOf is an exchange measured, as text.
func printOf(e *Exchange) string { return Fingerprint{Tests: e.Measure()}.String() }

// linuxExchange is a whole exchange with linux.
func linuxExchange(t testing.TB) *Exchange {
	t.Helper()
	w := newWire(target, linux, Options{})
	w.run(t)
	return &w.m.Exchange
}
