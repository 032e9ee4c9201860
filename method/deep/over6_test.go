package deep

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whorl/method"
	"whorl/method/methodtest"
	"whorl/packet"
)

// segment is a TCP packet from its transport header on, but for the checksum, which is of
// the addresses too, and the class or TOS before it.
func segment(q *packet.Packet) []byte {
	b := methodtest.Frame(q)
	b = b[len(b)-20-len(q.TCP.Options):]
	return bytes.Join([][]byte{{q.TOS}, b[:16], b[18:]}, nil)
}

// Over IPv6 the probes of TCP go out, as they do over IPv4, and nothing else is asked.
func TestOver6(t *testing.T) {
	w, over4 := newWire(target6, linux, Options{Burst: true}), newWire(target, linux, Options{Burst: true})
	over4.m.Numbers = w.m.Numbers
	took := w.Run(t)
	over4.Run(t)
	const want = "K1 0, AE 25, AN 50, MD5 75, K2 100, AO 125, K3 300, K4 450, MD5 475, AO 500"
	if d := cmp.Diff(want, plan(w.Sent)); d != "" || took != 600*ms {
		t.Errorf("took %v: %s", took, d)
	}
	for _, s := range w.Sent {
		for _, s4 := range over4.Sent {
			if s4.Tag == s.Tag && !bytes.Equal(segment(s.Q), segment(s4.Q)) {
				t.Errorf("%s: %x, over IPv4 %x", Probes[s.Tag].Name, segment(s.Q), segment(s4.Q))
			}
		}
		if s.Q.Network != packet.IPv6 || s.Q.Dst != methodtest.Them6 || s.Q.IPv6.FlowLabel != 0 || len(s.Q.IPv6.Extensions) > 0 || s.Q.TTL < 37 || s.Q.TTL > 59 {
			t.Errorf("%s: %+v", Probes[s.Tag].Name, s.Q)
		}
	}
	var want6 Print
	for _, l := range over4.m.Measure() {
		if Over6(l.Test) {
			want6 = append(want6, l)
		}
	}
	if d := cmp.Diff(want6, w.m.Measure()); d != "" || len(want6) != 6 {
		t.Error(d)
	}
}

// A host of the link has a zone, which packets do not tell. Without an open port nothing is
// asked.
func TestTarget6(t *testing.T) {
	zoned, closed := target6, target6
	zoned.Addr = zoned.Addr.WithZone("eth0")
	closed.OpenTCP = 0
	for _, c := range []struct {
		t    Target
		sent int
	}{{zoned, 10}, {closed, 0}} {
		w := newWire(c.t, linux, Options{Burst: true})
		w.Run(t)
		if n := len(w.m.Measure()); len(w.Sent) != c.sent || (n > 0) != (c.sent > 0) {
			t.Errorf("%+v: %d packets, %d lines", c.t, len(w.Sent), n)
		}
	}
}

// Probes that go over IPv4 alone are none over IPv6, so that others may send the like.
func TestReplayOver6(t *testing.T) {
	var r Replay
	for which := range NumProbes {
		p := packet.Packet{Src: methodtest.Us6}
		Probes[which].Packet6(&method.Fields{Dst: methodtest.Them6, Ports: method.Ports{OpenTCP: 80, ClosedTCP: 81, ClosedUDP: 40000}, PortBase: 20000, TTL: 64}, &p)
		if mine := r.Add(methodtest.Read(methodtest.Frame(&p)), methodtest.Epoch); mine != which.Over6() {
			t.Errorf("%s: taken is %v", Probes[which].Name, mine)
		}
	}
}
