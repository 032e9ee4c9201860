package deep

import (
	"encoding/binary"
	"time"

	"whorl/method"
	"whorl/method/methodtest"
	"whorl/packet"
)

var target = Target{Addr: methodtest.Them, OpenTCP: 80, ClosedTCP: 81, ClosedUDP: 40000, ClosedKnown: true}

// target6 is the same over IPv6.
var target6 = Target{Addr: methodtest.Them6, OpenTCP: 80, ClosedTCP: 81, ClosedUDP: 40000, ClosedKnown: true}

const ms = time.Millisecond

// node answers the n-th send of a probe, from 1, at a time since the first; nil is
// silence.
type node func(which Probe, n int, at time.Duration, q *packet.Packet) *packet.Packet

// wire is a line with its machine.
type wire struct {
	*methodtest.Wire
	m    *Machine
	host node
}

func newWire(t Target, host node, o Options) *wire {
	w := &wire{m: NewMachine(t, method.Key{1}.Stream(t.Addr, "deep"), o), host: host}
	w.Wire = methodtest.New(w.m, func(tag method.Tag, n int, at time.Duration, q *packet.Packet) *packet.Packet {
		return w.host(Probe(tag), n, at, q)
	})
	return w
}

// linux answers as Linux 6.18 does over one hop: one clock, ISNs from a clock of 64 ns,
// no answer to unknown signatures, six errors at once less the one that U1 took, and over
// IPv6 one more each 100 ms.
func linux(which Probe, n int, at time.Duration, q *packet.Packet) *packet.Packet {
	r := &packet.Packet{TTL: 64, Transport: q.Transport, IPv4: packet.IPv4Header{DF: true}}
	h := &q.TCP
	r.TCP = packet.TCPHeader{SrcPort: h.DstPort, DstPort: h.SrcPort, Ack: h.Seq + 1}
	switch {
	case which == MD5, which == AO, which >= B5 && which < L1, which == L1+6, which >= L1+10 && which < L1+12, which >= L1+15:
		return nil
	case which == EC:
		r.ICMP, r.Payload, r.TOS, r.IPv4 = q.ICMP, q.Payload, q.TOS, packet.IPv4Header{ID: 4711}
		r.ICMP.Type = packet.ICMPEchoReply
	case which >= L1:
		r.Transport, r.Payload = packet.ICMPv6, methodtest.Frame(q)
		r.ICMP = packet.ICMPHeader{Type: packet.ICMPv6Unreachable, Code: packet.ICMPv6CodePortUnrea}
	case which >= Q1:
		r.Transport, r.TOS, r.IPv4 = packet.ICMP, 0xc0, packet.IPv4Header{ID: 4711}
		r.ICMP = packet.ICMPHeader{Type: packet.ICMPUnreachable, Code: packet.CodePortUnreachable}
		raw := methodtest.Frame(q)
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
