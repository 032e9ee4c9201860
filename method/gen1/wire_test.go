package gen1

import (
	"encoding/binary"
	"testing"
	"time"

	"whorl/method"
	"whorl/method/methodtest"
	"whorl/packet"
)

var target = Target{Addr: methodtest.Them, OpenTCP: 80, ClosedTCP: 81, ClosedUDP: 81, ClosedKnown: true}

const ms = time.Millisecond

// node answers the n-th send of a probe, from 1, at a time since the first; nil is
// silence.
type node func(which Probe, n int, at time.Duration, q *packet.Packet) *packet.Packet

func newWire(t Target, host node) (*methodtest.Wire, *Machine) {
	m := NewMachine(t, method.Key{1}.Stream(t.Addr, "gen1"))
	return methodtest.New(m, func(tag method.Tag, n int, at time.Duration, q *packet.Packet) *packet.Packet {
		return host(Probe(tag), n, at, q)
	}), m
}

// exchange is a whole one with a host.
func exchange(t testing.TB, host node) *Exchange {
	t.Helper()
	w, m := newWire(target, host)
	w.Run(t)
	return &m.Exchange
}

// windows answers as a Windows of the time: counters, no answer to the odd ones but
// resets, and quotes of eight bytes.
func windows(which Probe, _ int, at time.Duration, q *packet.Packet) *packet.Packet {
	h := &q.TCP
	r := &packet.Packet{TTL: 128, Transport: q.Transport, IPv4: packet.IPv4Header{ID: uint16(100 + at/ms + time.Duration(which))}}
	r.TCP = packet.TCPHeader{SrcPort: h.DstPort, DstPort: h.SrcPort}
	a := &r.TCP
	switch which {
	case T1, T3, S1, S2, S3, S4, S5, S6:
		r.IPv4.DF, r.IPv4.ID = true, 100+uint16(which)
		a.Flags, a.Window, a.Ack = packet.SYN|packet.ACK, 0xfaf0, h.Seq+1
		a.Options = []byte("\x02\x04\x05\xb4\x01\x03\x03\x00\x01\x01\x08\x0a\x00\x00\x00\x00\x00\x00\x00\x00")
		a.Seq = 1_000_000 + uint32(which)*uint32(which)*1000
	case T2:
		a.Flags, a.Ack = packet.RST|packet.ACK, h.Seq
	case T4, T6:
		a.Flags = packet.RST
	case T5, T7:
		a.Flags, a.Ack = packet.RST|packet.ACK, h.Seq+1
	case PU:
		r.Transport, r.ICMP = packet.ICMP, packet.ICMPHeader{Type: packet.ICMPUnreachable, Code: packet.CodePortUnreachable}
		r.Payload = methodtest.Frame(q)[:28]
	}
	return r
}

// but is windows with another answer to some probes.
func but(change func(which Probe, n int, at time.Duration, r *packet.Packet) *packet.Packet) node {
	return func(which Probe, n int, at time.Duration, q *packet.Packet) *packet.Packet {
		return change(which, n, at, windows(which, n, at, q))
	}
}

// without is windows that is silent to some probes.
func without(silent ...Probe) node {
	return but(func(which Probe, _ int, _ time.Duration, r *packet.Packet) *packet.Packet {
		for _, s := range silent {
			if s == which {
				return nil
			}
		}
		return r
	})
}

func silent(Probe, int, time.Duration, *packet.Packet) *packet.Packet { return nil }

const windowsPrint = `TSeq(Class=TD%gcd=3E8%SI=3%IPID=I%TS=0)
T1(Resp=Y%DF=Y%W=FAF0%ACK=S++%Flags=AS%Ops=MNWNNT)
T2(Resp=Y%DF=N%W=0%ACK=S%Flags=AR%Ops=)
T3(Resp=Y%DF=Y%W=FAF0%ACK=S++%Flags=AS%Ops=MNWNNT)
T4(Resp=Y%DF=N%W=0%ACK=O%Flags=R%Ops=)
T5(Resp=Y%DF=N%W=0%ACK=S++%Flags=AR%Ops=)
T6(Resp=Y%DF=N%W=0%ACK=O%Flags=R%Ops=)
T7(Resp=Y%DF=N%W=0%ACK=S++%Flags=AR%Ops=)
PU(Resp=Y%DF=N%TOS=0%IPLEN=38%RIPTL=148%RID=E%RIPCK=E%UCK=E%ULEN=134%DAT=E)
`

// stamp is a timestamps option, padded to whole words.
func stamp(val uint32) []byte {
	b := binary.BigEndian.AppendUint32([]byte{1, 1, packet.OptTimestamp, 10}, val)
	return binary.BigEndian.AppendUint32(b, 0)
}
