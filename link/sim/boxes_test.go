package sim

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whorl/link"
	"whorl/packet"
)

// at puts a node at the other end of a new net.
func at(node link.Node) *Net {
	n := New(Options{})
	n.Add(them, node)
	return n
}

// answers sends a packet and describes what comes back.
func answers(t *testing.T, n *Net, q *packet.Packet) string {
	t.Helper()
	send(t, n, q)
	var out []string
	for p, _ := recv(t, n); p != nil; p, _ = recv(t, n) {
		switch p.Transport {
		case packet.TCP:
			out = append(out, fmt.Sprintf("%v:%d>%d %v seq %d ack %d win %d ttl %d", p.Src, p.TCP.SrcPort, p.TCP.DstPort,
				p.TCP.Flags, p.TCP.Seq, p.TCP.Ack, p.TCP.Window, p.TTL))
		case packet.ICMP:
			out = append(out, fmt.Sprintf("%v ICMP %d ttl %d, %d bytes", p.Src, p.ICMP.Type, p.TTL, len(p.Payload)))
		default:
			out = append(out, fmt.Sprintf("%v %d ttl %d", p.Src, p.Proto, p.TTL))
		}
	}
	return strings.Join(out, "; ")
}

func udp() *packet.Packet {
	return &packet.Packet{Network: packet.IPv4, Transport: packet.UDP, Src: us, Dst: them, TTL: 40, UDP: packet.UDPHeader{SrcPort: 1, DstPort: 2}}
}

func echo() *packet.Packet {
	return &packet.Packet{Network: packet.IPv4, Transport: packet.ICMP, Src: us, Dst: them, TTL: 40,
		ICMP: packet.ICMPHeader{Type: packet.ICMPEchoRequest}, Payload: make([]byte, 56)}
}

// flags makes a segment of a SYN.
func flags(p *packet.Packet, f packet.Flags, data int) *packet.Packet {
	p.TCP.Flags, p.TCP.Ack, p.Payload = f, 7000, make([]byte, data)
	return p
}

func ttl(p *packet.Packet, n uint8) *packet.Packet { p.TTL = n; return p }

const back = "192.0.2.2:80>4000 S seq 1000 ack 0 win 5 ttl "

type exchange struct {
	name string
	q    *packet.Packet
	want string
}

func check(t *testing.T, n *Net, cases []exchange) {
	t.Helper()
	for _, c := range cases {
		if d := cmp.Diff(c.want, answers(t, n, c.q)); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
	}
}

func TestNAT(t *testing.T) {
	inside := netip.MustParseAddr("10.0.0.5")
	var seen string
	server := nodeFunc(func(now time.Time, p *packet.Packet, out link.Outlet) {
		seen = fmt.Sprintf("%v:%d ttl %d", p.Dst, p.TCP.DstPort, p.TTL)
		q := *p
		q.Src, q.Dst, q.TTL = p.Dst, p.Src, uint8(p.TCP.Window)
		q.TCP.SrcPort, q.TCP.DstPort = p.TCP.DstPort, p.TCP.SrcPort
		out.Send(ms, &q)
	})
	nat := &NAT{Public: them, Box: mirror(0), TCP: map[uint16]Inside{80: {server, inside, 8080}}}
	withTTL := func(p *packet.Packet, window uint16) *packet.Packet { p.TCP.Window = window; return p }
	check(t, at(nat), []exchange{
		{"forwarded", withTTL(syn(80), 64), "192.0.2.2:80>4000 S seq 1000 ack 0 win 64 ttl 63"},
		{"another port is the box's own", syn(81), "192.0.2.2:81>4000 S seq 1000 ack 0 win 5 ttl 64"},
		{"so is ICMP", echo(), "192.0.2.2 ICMP 8 ttl 64, 56 bytes"},
		{"UDP to the forwarded number", udp(), "192.0.2.2 17 ttl 64"},
		{"runs out on the way in", ttl(syn(80), 1), ""},
		{"runs out on the way out", withTTL(syn(80), 1), ""},
	})
	if seen != "10.0.0.5:8080 ttl 39" {
		t.Errorf("the host inside was asked at %s", seen)
	}
	nat.Box = nil
	check(t, at(nat), []exchange{{"no box", echo(), ""}})
}

func TestRelay(t *testing.T) {
	r := &Relay{Node: mirror(0), Ports: map[uint16]bool{80: true}, TTL: 63, Window: 0, Options: []byte{2, 4, 5, 0xb4}, DF: true}
	n := at(r)
	got := answers(t, n, syn(80))
	want := fmt.Sprintf("192.0.2.2:80>4000 AS seq %d ack 1001 win 0 ttl 63", cookie(syn(80)))
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if again := answers(t, n, syn(80)); again != got {
		t.Errorf("the same SYN gives %s, then %s", got, again)
	}
	other := syn(80)
	other.TCP.SrcPort++
	if cookie(other) == cookie(syn(80)) {
		t.Error("the cookie does not depend on the port")
	}
	check(t, n, []exchange{
		{"another port passes", syn(81), "192.0.2.2:81>4000 S seq 1000 ack 0 win 5 ttl 64"},
		{"what is no SYN passes", flags(syn(80), packet.ACK, 0), "192.0.2.2:80>4000 A seq 1000 ack 7000 win 5 ttl 64"},
		{"SYN and FIN pass", flags(syn(80), packet.SYN|packet.FIN, 0), "192.0.2.2:80>4000 SF seq 1000 ack 7000 win 5 ttl 64"},
		{"ICMP passes", echo(), "192.0.2.2 ICMP 8 ttl 64, 56 bytes"},
	})
}

// Forged resets have the numbers of RFC 9293 section 3.10.7.1.
func TestForger(t *testing.T) {
	f := &Forger{Node: mirror(0), Pass: map[uint16]bool{80: true}, TTL: 60}
	const rst = "192.0.2.2:81>4000 "
	check(t, at(f), []exchange{
		{"passes", syn(80), back + "64"},
		{"SYN", syn(81), rst + "AR seq 0 ack 1001 win 0 ttl 60"},
		{"FIN with data", flags(syn(81), packet.FIN|packet.PSH|packet.URG, 10), rst + "AR seq 0 ack 1011 win 0 ttl 60"},
		{"nothing", flags(syn(81), 0, 0), rst + "AR seq 0 ack 1000 win 0 ttl 60"},
		{"ACK", flags(syn(81), packet.ACK, 0), rst + "R seq 7000 ack 0 win 0 ttl 60"},
		{"RST is not answered", flags(syn(81), packet.RST, 0), ""},
		{"UDP is dropped", udp(), ""},
		{"ICMP passes", echo(), "192.0.2.2 ICMP 8 ttl 64, 56 bytes"},
	})
}

func TestSilent(t *testing.T) {
	s := &Silent{Node: mirror(0), Pass: map[uint16]bool{80: true}}
	check(t, at(s), []exchange{
		{"SYN to an open port", syn(80), back + "64"},
		{"with ECN", flags(syn(80), packet.SYN|packet.ECE|packet.CWR, 0), "192.0.2.2:80>4000 CES seq 1000 ack 7000 win 5 ttl 64"},
		{"another port", syn(81), ""},
		{"ACK", flags(syn(80), packet.ACK, 0), ""},
		{"no flags", flags(syn(80), 0, 0), ""},
		{"UDP", udp(), ""},
		{"ICMP", echo(), ""},
	})
}

func TestHops(t *testing.T) {
	inner := uint8(0)
	node := nodeFunc(func(now time.Time, p *packet.Packet, out link.Outlet) {
		inner = p.TTL
		q := *p
		q.Src, q.Dst, q.TTL = p.Dst, p.Src, uint8(p.TCP.Window)
		q.TCP.SrcPort, q.TCP.DstPort = p.TCP.DstPort, p.TCP.SrcPort
		out.Send(0, &q)
	})
	window := func(p *packet.Packet, n uint16) *packet.Packet { p.TCP.Window = n; return p }
	n := at(&Hops{Node: node, N: 3, Router: router})
	check(t, n, []exchange{
		{"there and back", window(syn(80), 64), "192.0.2.2:80>4000 S seq 1000 ack 0 win 64 ttl 61"},
		{"just enough", window(ttl(syn(80), 4), 4), "192.0.2.2:80>4000 S seq 1000 ack 0 win 4 ttl 1"},
		{"runs out", ttl(syn(80), 3), "192.0.2.254 ICMP 11 ttl 64, 28 bytes"},
		{"runs out on the way back", window(syn(80), 3), ""},
	})
	if inner != 37 {
		t.Errorf("the node saw a TTL of %d", inner)
	}
	check(t, at(&Hops{Node: node, N: 3}), []exchange{{"a router that says nothing", ttl(syn(80), 3), ""}})

	send(t, n, ttl(syn(81), 2))
	p, _ := recv(t, n)
	var q packet.Packet
	if !p.Quoted(&q) || q.Dst != them || q.TCP.DstPort != 81 || q.TCP.Seq != 1000 {
		t.Errorf("the quote is of %v port %d", q.Dst, q.TCP.DstPort)
	}
}

// Each impairment by itself, in both directions together.
func TestImpair(t *testing.T) {
	const many = 2000
	for _, c := range []struct {
		name          string
		m             Impair
		least, most   int           // packets that come back
		soonest, last time.Duration // after they were sent
		leastS, mostS int           // of them at the soonest time
	}{
		{name: "nothing", least: many, most: many, soonest: ms, last: ms, mostS: many, leastS: many},
		{name: "delay", m: Impair{Delay: 10 * ms}, least: many, most: many, soonest: 21 * ms, last: 21 * ms, mostS: many, leastS: many},
		{name: "jitter", m: Impair{Delay: 10 * ms, Jitter: 2 * ms}, least: many, most: many, soonest: 17 * ms, last: 25 * ms, mostS: 9},
		{name: "more jitter than delay", m: Impair{Delay: ms, Jitter: 5 * ms}, least: many, most: many, soonest: ms, last: 13 * ms, leastS: 200, mostS: 450},
		{name: "loss", m: Impair{Loss: 0.5}, least: 400, most: 600, soonest: ms, last: ms, leastS: 400, mostS: 600},
		{name: "loss of all", m: Impair{Loss: 1}},
		{name: "double", m: Impair{Double: 0.5}, least: 4200, most: 4800, soonest: ms, last: ms, leastS: 4200, mostS: 4800},
		{name: "reorder", m: Impair{Delay: 10 * ms, Reorder: 0.5}, least: many, most: many, soonest: ms, last: 21 * ms, leastS: 400, mostS: 600},
	} {
		c.m.Node, c.m.Rand = mirror(ms), rand.New(rand.NewPCG(4, 2))
		n := at(&c.m)
		came, soon := 0, 0
		for range many {
			sent := send(t, n, syn(80))
			for p, now := recv(t, n); p != nil; p, now = recv(t, n) {
				came++
				after := now.Sub(sent)
				if after < c.soonest || after > c.last {
					t.Fatalf("%s: after %v, want %v to %v", c.name, after, c.soonest, c.last)
				}
				if after == c.soonest {
					soon++
				}
			}
		}
		if came < c.least || came > c.most || soon < c.leastS || soon > c.mostS {
			t.Errorf("%s: %d of %d came, %d of them after %v", c.name, came, many, soon, c.soonest)
		}
	}
}

// Boxes stand in front of each other.
func TestBoxesInFrontOfBoxes(t *testing.T) {
	host := &Hops{N: 2, Node: &Forger{TTL: 255, Pass: map[uint16]bool{80: true}, Node: &Hops{N: 4, Node: mirror(ms)}}}
	check(t, at(host), []exchange{
		{"host", syn(80), back + "58"},
		{"forger", syn(81), "192.0.2.2:81>4000 AR seq 0 ack 1001 win 0 ttl 253"},
	})
}

// A connection stays with its host, and other ports and ICMP with the first.
func TestBalancer(t *testing.T) {
	second := nodeFunc(func(now time.Time, p *packet.Packet, out link.Outlet) {
		q := *p
		q.Src, q.Dst, q.TTL = p.Dst, p.Src, 128
		q.TCP.SrcPort, q.TCP.DstPort = p.TCP.DstPort, p.TCP.SrcPort
		out.Send(0, &q)
	})
	n := at(&Balancer{Nodes: []link.Node{mirror(0), second}, Ports: map[uint16]bool{80: true}})
	odd := func() *packet.Packet { p := syn(80); p.TCP.SrcPort += 3; return p }
	check(t, n, []exchange{
		{"second", syn(80), back + "128"},
		{"second again", flags(syn(80), packet.RST, 0), "192.0.2.2:80>4000 R seq 1000 ack 7000 win 5 ttl 128"},
		{"first", odd(), "192.0.2.2:80>4003 S seq 1000 ack 0 win 5 ttl 64"},
		{"another port", syn(81), "192.0.2.2:81>4000 S seq 1000 ack 0 win 5 ttl 64"},
		{"ICMP", echo(), "192.0.2.2 ICMP 8 ttl 64, 56 bytes"},
	})
}
