package ipv6

import (
	"encoding/binary"
	"slices"
	"testing"
	"time"

	"whorl/method"
	"whorl/method/methodtest"
	"whorl/packet"
)

var target = Target{Addr: methodtest.Them6, OpenTCP: 80, ClosedTCP: 81, ClosedUDP: 40000, ClosedKnown: true, Direct: true}

const ms = time.Millisecond

// node answers the n-th send of a probe, from 1, at a time since the first; nil is
// silence.
type node func(which Probe, n int, at time.Duration, q *packet.Packet) *packet.Packet

func newWire(t Target, host node, o Options) (*methodtest.Wire, *Machine) {
	m := NewMachine(t, method.Key{1}.Stream(t.Addr, "ipv6"), o)
	return methodtest.New(m, func(tag method.Tag, n int, at time.Duration, q *packet.Packet) *packet.Packet {
		return host(Probe(tag), n, at, q)
	}), m
}

// exchange is a whole one with a host.
func exchange(t testing.TB, host node) *Exchange {
	t.Helper()
	w, m := newWire(target, host, Options{})
	w.Run(t)
	return &m.Exchange
}

func silent(Probe, int, time.Duration, *packet.Packet) *packet.Packet { return nil }

// linux answers as Linux 6.18 does (measured over one hop with an MTU of 1500), but for
// initial sequence numbers and clock, which are plain counters here.
func linux(which Probe, _ int, at time.Duration, q *packet.Packet) *packet.Packet {
	r := &packet.Packet{TTL: 64, Transport: q.Transport}
	r.IPv6.FlowLabel = 0x50000 + uint32(q.TCP.SrcPort)
	switch h := &q.TCP; {
	case which == NS:
		r.SetNeighbor(packet.ICMPv6NeighborAdv, packet.Neighbor{Target: methodtest.Them6, Solicited: true})
		r.IPv6.FlowLabel = 0
	case which == IE1:
		r.ICMP, r.Payload = q.ICMP, q.Payload
		r.ICMP.Type = packet.ICMPv6EchoReply
	case which == IE2:
		return quoting(packet.ICMPv6ParamProblem, 1, 56, q)
	case which == U1:
		return quoting(packet.ICMPv6Unreachable, packet.ICMPv6CodePortUnrea, 0, q)
	default:
		r.TCP = packet.TCPHeader{SrcPort: h.DstPort, DstPort: h.SrcPort}
		return linuxSegment(which, at, h, r)
	}
	return r
}

// linuxSegment completes the answer r to a segment h.
func linuxSegment(which Probe, at time.Duration, h *packet.TCPHeader, r *packet.Packet) *packet.Packet {
	a := &r.TCP
	switch {
	case which == T2, which == T3:
		return nil
	case h.Flags.Has(packet.ACK):
		a.Flags, a.Seq = packet.RST, h.Ack
	case h.DstPort != 80:
		a.Flags, a.Ack = packet.RST|packet.ACK, h.Seq+1
		if h.Flags.Has(packet.FIN) && !h.Flags.Has(packet.SYN) {
			a.Ack = h.Seq + 1
		}
	default:
		a.Flags, a.Window, a.Ack = packet.SYN|packet.ACK, 64260, h.Seq+1
		a.Seq = 1_000_000 + uint32(at/ms)*1000
		a.Options = linuxOptions(h, 1000+uint32(at/ms))
		if which == TECN {
			a.Flags, a.Window = a.Flags|packet.ECE, 64800
		}
	}
	return r
}

// linuxOptions are those of a SYN-ACK to a SYN.
func linuxOptions(h *packet.TCPHeader, clock uint32) []byte {
	_, _, ts := h.Timestamp()
	_, scaled := h.WScale()
	o := []byte("\x02\x04\x05\xa0")
	switch {
	case ts && h.SACKPermitted():
		o = append(o, 4, 2)
	case ts:
		o = append(o, 1, 1)
	case h.SACKPermitted():
		o = append(o, 1, 1, 4, 2)
	}
	if ts {
		o = binary.BigEndian.AppendUint32(append(o, 8, 10), clock)
		o = binary.BigEndian.AppendUint32(o, 0xffffffff)
	}
	if scaled {
		o = append(o, 1, 3, 3, 10)
	}
	return o
}

// quoting is an error about q.
func quoting(kind, code uint8, rest uint32, q *packet.Packet) *packet.Packet {
	r := &packet.Packet{TTL: 64, Transport: packet.ICMPv6, Payload: methodtest.Frame(q)}
	r.ICMP = packet.ICMPHeader{Type: kind, Code: code, Rest: rest}
	return r
}

// without is linux that is silent to the first sends of some probes.
func without(probes ...Probe) node {
	return func(which Probe, n int, at time.Duration, q *packet.Packet) *packet.Packet {
		if n == 1 && slices.Contains(probes, which) {
			return nil
		}
		return linux(which, n, at, q)
	}
}

const linuxPrint = `SEQ6(SP=0%GCD=186A0%ISR=9F%TS=A%FL=F)
OPS6(O1=M5A0ST11NWA%O2=M5A0ST11NWA%O3=M5A0NNT11NWA%O4=M5A0ST11NWA%O5=M5A0ST11NWA%O6=M5A0ST11)
WIN6(W1=FB04%W2=FB04%W3=FB04%W4=FB04%W5=FB04%W6=FB04)
ECN6(R=Y%HL=40%TC=0%FL=O%W=FD20%O=M5A0NNSNWA%CC=Y%Q=)
T1_6(R=Y%HL=40%TC=0%FL=O%S=O%A=S+%F=AS%RD=0%Q=)
T2_6(R=N)
T3_6(R=N)
T4_6(R=Y%HL=40%TC=0%FL=O%W=0%S=A%A=Z%F=R%O=%RD=0%Q=)
T5_6(R=Y%HL=40%TC=0%FL=O%W=0%S=Z%A=S+%F=AR%O=%RD=0%Q=)
T6_6(R=Y%HL=40%TC=0%FL=O%W=0%S=A%A=Z%F=R%O=%RD=0%Q=)
T7_6(R=Y%HL=40%TC=0%FL=O%W=0%S=Z%A=S+%F=AR%O=%RD=0%Q=)
U1_6(R=Y%HL=40%TC=0%FL=Z%PL=164%ET=1%EC=4%UN=0%RPL=G%RFL=G%RUCK=G%RUD=G)
IE1_6(R=Y%HL=40%TC=0%FL=O%PL=80%CD=S)
IE2_6(R=Y%HL=40%TC=0%FL=Z%PL=58%ET=4%EC=1%EP=38)
NS6(R=Y%HL=FF%TC=0%FL=Z%PL=18%NF=S)
`

// late is a machine whose packets leave later than it thought.
type late struct {
	*Machine
	by func(Probe) time.Duration
}

func (l *late) Sent(tag method.Tag, at time.Time) { l.Machine.Sent(tag, at.Add(l.by(Probe(tag)))) }
