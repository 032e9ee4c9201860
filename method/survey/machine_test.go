package survey

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"whorl/method"
	"whorl/packet"
)

var them = netip.MustParseAddr("192.0.2.2")

// run drives a machine in virtual time. Each packet is answered after rtt by answer, or
// not. It gives what was sent, and when the machine ended.
func run(t testing.TB, m *Machine, rtt time.Duration, answer func(n int, p *packet.Packet) *packet.Packet) (sent []packet.Packet, took time.Duration) {
	t.Helper()
	type arrival struct {
		p  *packet.Packet
		at time.Time
	}
	start := time.Unix(1e9, 0)
	var coming []arrival
	var out method.Outbox
	last := time.Time{}
	for now, turns := start, 0; ; turns++ {
		if turns > 1000 {
			t.Fatal("the machine does not end")
		}
		out.Reset()
		wake := m.Poll(now, &out)
		if out.Len() > 1 || out.Len() == 1 && now.Sub(last) < gap {
			t.Fatalf("%d packets at once, %v after the last", out.Len(), now.Sub(last))
		}
		for i := range out.Len() {
			p, tag := out.At(i)
			m.Sent(tag, now)
			last = now
			sent = append(sent, *p)
			if a := answer(len(sent)-1, p); a != nil {
				coming = append(coming, arrival{a, now.Add(rtt)})
			}
		}
		if wake.IsZero() {
			return sent, now.Sub(start)
		}
		if len(coming) > 0 && !coming[0].at.After(wake) {
			now = coming[0].at
			if !m.Receive(coming[0].p, now) {
				t.Fatalf("%v is not taken", coming[0].p)
			}
			coming = coming[1:]
			continue
		}
		now = wake
	}
}

// back answers a packet: even ports accept, odd ones refuse.
func back(_ int, p *packet.Packet) *packet.Packet {
	r := &packet.Packet{Network: p.Network, Transport: p.Transport, Src: p.Dst, TTL: 63, ICMP: p.ICMP}
	switch p.Transport {
	case packet.ICMP:
		r.ICMP.Type = packet.ICMPEchoReply
		return r
	case packet.ICMPv6:
		r.ICMP.Type = packet.ICMPv6EchoReply
		return r
	}
	r.TCP = packet.TCPHeader{SrcPort: p.TCP.DstPort, DstPort: p.TCP.SrcPort, Ack: p.TCP.Seq + 1, Flags: packet.RST | packet.ACK}
	if p.TCP.DstPort%2 == 0 {
		r.TCP.Flags, r.TCP.Seq, r.TCP.Options = packet.SYN|packet.ACK, 7, []byte{2, 4, 5, 0xb4}
	}
	return r
}

func ports(n int, from uint16) (out []uint16) {
	for i := range n {
		out = append(out, from+2*uint16(i))
	}
	return out
}

func newMachine(open, closed []uint16) *Machine { return newMachineTo(them, open, closed) }

func newMachineTo(them netip.Addr, open, closed []uint16) *Machine {
	return NewMachine(Target{Addr: them, Open: open, Closed: closed}, method.Key{}.Stream(them, "survey"))
}

// However many ports there are, the packets stay within bounds, each from a port of its
// own, and take about half a second.
func TestBounds(t *testing.T) {
	for _, c := range []struct{ open, closed, packets, each int }{
		{0, 0, 6, 0}, {1, 0, 12, 6}, {1, 1, 18, 6}, {2, 1, 24, 6}, {3, 1, 15, 3}, {8, 3, 30, 3}, {50, 50, MaxPackets, 3},
	} {
		name := fmt.Sprintf("%d open and %d closed", c.open, c.closed)
		m := newMachine(ports(c.open, 80), ports(c.closed, 81))
		sent, took := run(t, m, 40*time.Millisecond, back)
		if len(sent) != c.packets || took < span/2 || took > span+300*time.Millisecond {
			t.Errorf("%s: %d packets in %v, want %d", name, len(sent), took, c.packets)
		}
		var from []uint16
		for i := range sent {
			if p := &sent[i]; p.Transport == packet.TCP {
				from = append(from, p.TCP.SrcPort)
			}
		}
		if n := len(from); len(slices.Compact(slices.Sorted(slices.Values(from)))) != n {
			t.Errorf("%s: source ports %v", name, from)
		}
		for _, p := range m.Measure() {
			if p.Number != 0 && p.Number%2 == 0 && (p.Sent != c.each || len(p.Answers) != c.each) {
				t.Errorf("%s: port %d was asked %d times, want %d", name, p.Number, p.Sent, c.each)
			}
		}
		if m.Answered() != c.packets {
			t.Errorf("%s: %d of %d answered", name, m.Answered(), c.packets)
		}
	}
}

// What came back is what is measured.
func TestMeasure(t *testing.T) {
	m := newMachine([]uint16{80}, []uint16{81})
	run(t, m, 40*time.Millisecond, back)
	const want = `TCP80(N=6%AT=28,7B,CE,121,175,1C8%T=3F%DF=N%TOS=0%ID=0%F=AS%W=0%O=M5B4%SEQ=7%A=S+%TS=-)
TCP81(N=6%AT=43,97,EA,13D,191,1E4%T=3F%DF=N%TOS=0%ID=0%F=AR%W=0%O=%SEQ=0%A=S+%TS=-)
ECHO(N=6%AT=5F,B2,106,159,1AC,200%T=3F%DF=N%TOS=0%ID=0)
`
	if got := m.Measure().String(); got != want {
		t.Errorf("got\n%s", got)
	}
}

// What is lost is missing, and waited for no longer than the path takes.
func TestLoss(t *testing.T) {
	m := newMachine([]uint16{80}, []uint16{81})
	_, took := run(t, m, 40*time.Millisecond, func(n int, p *packet.Packet) *packet.Packet {
		if n%2 == 0 {
			return nil
		}
		return back(n, p)
	})
	if m.Answered() != 9 || m.Packets != 18 || took > time.Second {
		t.Errorf("%d of %d answered in %v", m.Answered(), m.Packets, took)
	}
	silent := newMachine([]uint16{80}, []uint16{81})
	if _, took := run(t, silent, 0, func(int, *packet.Packet) *packet.Packet { return nil }); took > span+settleBlind || silent.Answered() != 0 {
		t.Errorf("silence took %v", took)
	}
	for _, p := range silent.Measure() {
		if p.Sent == 0 || p.Answers != nil {
			t.Errorf("%+v", p)
		}
	}
}

// Packets that do not answer one of ours are left to others; of two answers the first counts.
func TestReceive(t *testing.T) {
	m := newMachine([]uint16{80}, nil)
	var out method.Outbox
	now := time.Unix(1e9, 0)
	m.Poll(now, &out)
	p, tag := out.At(0)
	m.Sent(tag, now)
	for name, change := range map[string]func(*packet.Packet){
		"another host":         func(r *packet.Packet) { r.Src = netip.MustParseAddr("192.0.2.3") },
		"another port":         func(r *packet.Packet) { r.TCP.SrcPort = 82 },
		"not yet sent":         func(r *packet.Packet) { r.TCP.DstPort++ },
		"far beyond":           func(r *packet.Packet) { r.TCP.DstPort += 1000 },
		"before":               func(r *packet.Packet) { r.TCP.DstPort -= 1000 },
		"another number":       func(r *packet.Packet) { r.TCP.Ack++ },
		"a reset of the like":  func(r *packet.Packet) { r.TCP.Flags, r.TCP.Ack = packet.RST|packet.ACK, 99 },
		"neither":              func(r *packet.Packet) { r.TCP.Flags = packet.ACK },
		"UDP":                  func(r *packet.Packet) { r.Transport = packet.UDP },
		"an echo reply for it": func(r *packet.Packet) { r.Transport, r.ICMP.Rest = packet.ICMP, packet.Echo(m.Numbers.EchoID, 0) },
	} {
		r := back(0, p)
		change(r)
		if m.Receive(r, now) {
			t.Errorf("%s is taken", name)
		}
	}
	first, second := back(0, p), back(0, p)
	second.TTL = 1
	if !m.Receive(first, now) || !m.Receive(second, now) || m.Slots[0].Reply.TTL != 63 {
		t.Errorf("%+v", m.Slots[0].Reply)
	}
	m.Sent(99, now) // of nobody
}

// A reset from port 0 to the port that a SYN in the place of a ping would have come from
// is no answer to the ping.
func TestPingIsNoSYN(t *testing.T) {
	m := newMachine([]uint16{80}, nil)
	m.Packets = 2
	r := &packet.Packet{Network: packet.IPv4, Transport: packet.TCP, Src: them, TTL: 63,
		TCP: packet.TCPHeader{DstPort: m.Numbers.PortBase + 1, Flags: packet.RST}}
	if m.Slots[1].Port != echo || m.Receive(r, time.Unix(1e9, 0)) {
		t.Errorf("taken for the answer to %+v", m.Slots[1])
	}
}
