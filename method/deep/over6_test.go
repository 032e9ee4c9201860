package deep

import (
	"bytes"
	"testing"
	"time"

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

// Over IPv6 the probes of TCP go out, as they do over IPv4, and then L1-L17.
func TestOver6(t *testing.T) {
	w, over4 := newWire(target6, linux, Options{Burst: true}), newWire(target, linux, Options{Burst: true})
	over4.m.Numbers = w.m.Numbers
	took := w.Run(t)
	over4.Run(t)
	const want = "K1 0, AE 25, AN 50, MD5 75, K2 100, AO 125, K3 300, K4 450" +
		", L1 475, L2 475, L3 475, L4 475, L5 475, L6 475, L7 475" +
		", L8 805, L9 805, L10 805, L11 805, L12 805, L13 1135, L14 1135, L15 1135, L16 1135, L17 1135" +
		", MD5 1160, AO 1185"
	if d := cmp.Diff(want, plan(w.Sent)); d != "" || took != 1285*ms {
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
		if Over(packet.IPv6, l.Test) {
			want6 = append(want6, l)
		}
	}
	want6 = append(want6, methodtest.Lines(t, "BU6(N=6%L=6)")...)
	if d := cmp.Diff(want6, w.m.Measure()); d != "" || len(want6) != 7 {
		t.Error(d)
	}
}

// A host of the link has a zone, which packets do not tell. Without a port what goes to it is
// not asked, and without bursts none.
func TestTarget6(t *testing.T) {
	zoned, filtered, nothing := target6, target6, Target{Addr: target6.Addr}
	zoned.Addr = zoned.Addr.WithZone("eth0")
	filtered.ClosedUDP = 0
	for _, c := range []struct {
		t           Target
		o           Options
		sent, lines int
	}{
		{zoned, Options{Burst: true}, 27, 7}, {filtered, Options{Burst: true}, 10, 6},
		{target6, Options{}, 10, 6}, {nothing, Options{Burst: true}, 0, 0},
	} {
		w := newWire(c.t, linux, c.o)
		w.Run(t)
		if n := len(w.m.Measure()); len(w.Sent) != c.sent || n != c.lines {
			t.Errorf("%+v: %d packets, %d lines", c.t, len(w.Sent), n)
		}
	}
}

// Probes that go over one version of IP alone are none over the other, so that others may
// send the like.
func TestReplayOver(t *testing.T) {
	ports := method.Ports{OpenTCP: 80, ClosedTCP: 81, ClosedUDP: 40000}
	probe := func(n packet.Network, which Probe) *packet.Packet {
		p, f := packet.Packet{Src: methodtest.Us}, method.Fields{Dst: methodtest.Them, Ports: ports, PortBase: 20000, TTL: 64}
		if n == packet.IPv4 {
			Probes[which].Packet(&f, &p)
		} else {
			p.Src, f.Dst = methodtest.Us6, methodtest.Them6
			Probes[which].Packet6(&f, &p)
		}
		return methodtest.Read(methodtest.Frame(&p))
	}
	for _, n := range []packet.Network{packet.IPv4, packet.IPv6} {
		for which := range NumProbes {
			var r Replay
			if which > Q1 && r.Add(probe(n, which), methodtest.Epoch) {
				t.Errorf("%s over %v: taken with nothing before it", Probes[which].Name, n)
			}
			for _, before := range []Probe{K1, Q1} {
				if which > Q1 {
					r.Add(probe(n, before), methodtest.Epoch)
				}
			}
			alike := which > Q1 && which != L1 && which <= L1+6 // B1-B6 are L2-L7 but for the version
			if mine := r.Add(probe(n, which), methodtest.Epoch); mine != which.Over(n) && !alike {
				t.Errorf("%s over %v: taken is %v", Probes[which].Name, n, mine)
			}
		}
	}
}

// How many errors come, and when the datagrams leave.
func TestLimit(t *testing.T) {
	errors := func(first, second, third Probe) node {
		return func(which Probe, n int, at time.Duration, q *packet.Packet) *packet.Packet {
			switch {
			case which < L1:
				return linux(which, n, at, q)
			case which < L1+7 && which >= L1+first, which >= L1+7 && which < L1+12 && which >= L1+7+second, which >= L1+12+third:
				return nil
			}
			return linux(L1, n, at, q)
		}
	}
	none := func(*Exchange) {}
	later := func(from Probe, by time.Duration) func(*Exchange) {
		return func(e *Exchange) {
			for which := from; which < NumProbes; which++ {
				e.Slots[which].Sent = e.Slots[which].Sent.Add(by)
			}
		}
	}
	for _, c := range []struct {
		name   string
		host   node
		change func(*Exchange)
		want   string
	}{
		{"Linux since 6.18.15", errors(6, 3, 3), none, "BU6(N=6%L=6)"},
		{"Linux before, by a /64", errors(6, 1, 1), none, "BU6(N=6%L=2)"},
		{"Linux before, by a default route", errors(6, 5, 5), none, "BU6(N=6%L=A)"},
		{"no limit", errors(7, 5, 5), none, "BU6(N=7%L=A)"},
		{"none after the burst", errors(1, 0, 0), none, "BU6(N=1%L=0)"},
		{"none in the burst", errors(0, 5, 5), none, ""},
		{"a little late", errors(6, 3, 3), later(lots[1], limitSlack), "BU6(N=6%L=6)"},
		{"second lot late", errors(6, 3, 3), later(lots[1], limitSlack+ms), "BU6(N=6)"},
		{"third lot late", errors(6, 3, 3), later(lots[2], limitSlack+ms), "BU6(N=6)"},
		{"within a lot", errors(6, 3, 3), later(NumProbes-1, limitSlack+ms), "BU6(N=6)"},
		{"within the burst", errors(6, 3, 3), later(L1+6, limitSlack+ms), ""},
		{"out of order", errors(6, 3, 3), later(lots[2], -limitPause-ms), "BU6(N=6)"},
		{"a lot that was not sent", errors(6, 3, 3), func(e *Exchange) { e.Slots[NumProbes-1] = Slot{} }, "BU6(N=6)"},
		{"a burst that was cut", errors(6, 3, 3), func(e *Exchange) { e.Slots[L1] = Slot{} }, ""},
	} {
		w := newWire(target6, c.host, Options{Burst: true})
		w.Run(t)
		c.change(&w.m.Exchange)
		if l, ok := w.m.Measure().Test("BU6"); ok != (c.want != "") || ok && l.String() != c.want {
			t.Errorf("%s: %s, want %q", c.name, l, c.want)
		}
	}
}
