package listen

import (
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"
	"time"

	"whorl"
	"whorl/packet"
)

var resolver = netip.MustParseAddr("198.51.100.53")

// dns is a datagram to a host, as the answer of a resolver that nobody waits for any more.
func dns(to netip.Addr, id uint16) packet.Packet {
	p := packet.Packet{Link: packet.Raw, Network: packet.IPv4, Src: resolver, Dst: to, TTL: 60, Proto: packet.ProtoUDP, Transport: packet.UDP,
		UDP: packet.UDPHeader{SrcPort: 53, DstPort: 40000}, Payload: []byte(strings.Repeat("answer", 20))}
	p.IPv4.ID = id
	return p
}

// refused is what a host sends back that quotes so many bytes.
func refused(t testing.TB, q packet.Packet, from netip.Addr, bytes int) packet.Packet {
	t.Helper()
	quote, err := q.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	return packet.Packet{Link: packet.Raw, Network: packet.IPv4, Src: from, Dst: q.Src, TTL: 64, Proto: packet.ProtoICMP, Transport: packet.ICMP,
		ICMP: packet.ICMPHeader{Type: packet.ICMPUnreachable, Code: packet.CodePortUnreachable}, Payload: quote[:min(len(quote), bytes)]}
}

// pinged is an echo request to a host.
func pinged(to netip.Addr, seq uint16) packet.Packet {
	p := dns(to, 77)
	p.Proto, p.Transport, p.ICMP = packet.ProtoICMP, packet.ICMP, packet.ICMPHeader{Type: packet.ICMPEchoRequest, Rest: packet.Echo(9, seq)}
	p.IPv4.DF = true
	return p
}

func send(t testing.TB, l *Listener, p packet.Packet, after time.Duration) {
	t.Helper()
	b, err := p.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	l.Frame(packet.Raw, b, start.Add(after))
}

// icmpOf are the prints of messages in a record, each in one line.
func icmpOf(h *whorl.Host) (out []string) {
	for _, o := range h.Observations {
		if o.Method == "icmp" {
			out = append(out, strings.ReplaceAll(strings.TrimSpace(o.Print), "\n", " "))
		}
	}
	return out
}

// What a host's messages tell stands beside its handshakes, and is news if it is new.
func TestMessages(t *testing.T) {
	l := New(Options{})
	a := client(1)
	asks(a, 1000, 1).feed(t, l, 0)
	for range l.News() {
	}
	news := func(want ...string) {
		t.Helper()
		var got []string
		for h := range l.News() {
			got = append(got, icmpOf(h)...)
		}
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("news %q, want %q", got, want)
		}
	}
	q := dns(a, 0x1234)
	send(t, l, q, time.Second)
	send(t, l, refused(t, q, a, 28), time.Second+time.Millisecond)
	const once = "U1(R=Y%DF=N%T=40%IPL=38%UN=0%RIPL=G%RID=G%RIPCK=G%RUCK=G%RUD=G) QU(TOS=0) Heard(N=1%TTL=40)"
	news(once)
	send(t, l, refused(t, q, a, 28), 2*time.Second)
	news()
	reply := pinged(a, 1)
	send(t, l, reply, 3*time.Second)
	reply.Src, reply.Dst, reply.ICMP.Type = a, resolver, packet.ICMPEchoReply
	send(t, l, reply, 3*time.Second)
	news(strings.Replace(once, "N=1", "N=2", 1), "IE(DFI=Y|S%TG=40) EC(ID=S) Heard(N=1%TTL=3C)")
}

// Errors that are not the host's own are not taken for it: of routers, firewalls, or in
// answer to what somebody else sent.
func TestMessagesOfOthers(t *testing.T) {
	l := New(Options{})
	a := client(1)
	asks(a, 1000, 1).feed(t, l, 0)
	q := dns(a, 1)
	for name, change := range map[string]func(*packet.Packet){
		"a router":       func(p *packet.Packet) { p.Src = netip.MustParseAddr("203.0.113.1") },
		"time exceeded":  func(p *packet.Packet) { p.ICMP.Type, p.ICMP.Code = packet.ICMPTimeExceed, 0 },
		"prohibited":     func(p *packet.Packet) { p.ICMP.Code = 13 },
		"to another":     func(p *packet.Packet) { p.Dst = server },
		"no host's":      func(p *packet.Packet) { p.Src = netip.MustParseAddr("224.0.0.1") },
		"an echo reply":  func(p *packet.Packet) { p.ICMP.Type, p.ICMP.Code = packet.ICMPEchoReply, 0 },
		"a longer quote": func(p *packet.Packet) { p.Payload = p.Payload[:20] },
	} {
		p := refused(t, q, a, 28)
		change(&p)
		send(t, l, p, time.Second)
		if len(l.messengers.ring) > 0 {
			t.Errorf("%s: taken for %v", name, l.messengers.ring[0].addr.addr())
			l.messengers = messengers{}
		}
	}
}

// A datagram is the cause as long as an answer may come, and a later one of the flow takes
// its place.
func TestCauses(t *testing.T) {
	a := client(1)
	for _, tt := range []struct {
		name  string
		after time.Duration
		later bool
		want  string
	}{
		{"at once", time.Millisecond, false, "%RID=G%"},
		{"after a minute", time.Minute, false, "%RIPL=G%RIPCK=G%"},
		{"after another", time.Millisecond, true, "%RIPL=G%RIPCK=G%"},
	} {
		l := New(Options{})
		q := dns(a, 0x1234)
		send(t, l, q, 0)
		if tt.later {
			other := dns(a, 0x99)
			other.Payload = []byte("another answer")
			send(t, l, other, 0)
		}
		send(t, l, refused(t, q, a, 28), tt.after)
		var got []string
		for h := range l.Sayers() {
			got = append(got, icmpOf(h)...)
		}
		if len(got) != 1 || !strings.Contains(got[0], tt.want) {
			t.Errorf("%s: %q, want %s", tt.name, got, tt.want)
		}
	}
}

// Messages of two machines that take turns are news once.
func TestMessagesInTurns(t *testing.T) {
	l := New(Options{})
	a := client(1)
	asks(a, 1000, 1).feed(t, l, 0)
	news := 0
	for n := range 10 {
		p := refused(t, dns(a, 1), a, 28)
		p.TTL = [...]uint8{64, 128}[n%2]
		send(t, l, p, time.Duration(n)*time.Second)
		for range l.News() {
			news++
		}
	}
	if news != 2 {
		t.Errorf("%d times news, want 2", news)
	}
}

// Hosts that only sent messages have a record of their own, once, and none of a handshake.
func TestMessagesAlone(t *testing.T) {
	l := New(Options{})
	for n := range 3 {
		send(t, l, refused(t, dns(client(n), 1), client(n), 100), time.Second)
	}
	tell(t, l, client(1), get("Mozilla/5.0 (Windows NT 10.0; Win64)"), 2*time.Second)
	asks(client(2), 1000, 1).feed(t, l, 2*time.Second)
	var got []string
	for h := range l.Sayers() {
		got = append(got, h.Addr.String()+" "+h.Status.Reason)
		if len(icmpOf(h)) != 1 || h.Seen.Last.IsZero() {
			t.Errorf("%v: %+v", h.Addr, h)
		}
	}
	if want := []string{client(1).String() + " says", client(0).String() + " icmp"}; strings.Join(got, ",") != strings.Join(want, ",") {
		t.Errorf("%v, want %v", got, want)
	}
}

// A flood of messages and of their causes takes no more than the tables have, displaces no
// host that has shown a handshake, and costs no memory once they are full.
func TestMessageFlood(t *testing.T) {
	l := New(Options{Hosts: 64, Flows: 64})
	asks(client(1), 1000, 1).feed(t, l, 0)
	send(t, l, refused(t, dns(client(1), 1), client(1), 28), 0)
	rng := rand.New(rand.NewPCG(1, 2))
	quote := refused(t, dns(client(9), 1), client(9), 28)
	at := start
	flood := func() {
		at = at.Add(time.Microsecond)
		from := [4]byte{100, byte(rng.Uint32()), byte(rng.Uint32()), byte(rng.Uint32())}
		p := quote
		p.Src, p.Proto, p.IPv4.TotalLen = netip.AddrFrom4(from), packet.ProtoICMP, 56
		copy(p.Payload[16:], from[:])
		l.Packet(&p, at)
		q := dns(p.Src, uint16(rng.Uint32()))
		q.IPv4.TotalLen = 148
		l.Packet(&q, at)
	}
	for range 2 * maxMessengers {
		flood()
	}
	if n := len(l.messengers.ring); n > maxMessengers || len(l.messengers.places) != n {
		t.Errorf("%d messengers, %d places", n, len(l.messengers.places))
	}
	if len(l.causes.sets) != causeSets || len(l.hosts.places) != 1 {
		t.Errorf("%d sets of causes, %d hosts", len(l.causes.sets), len(l.hosts.places))
	}
	// The datagram of the test takes two allocations, its payload.
	if n := testing.AllocsPerRun(2000, flood); n > 2 {
		t.Errorf("%v allocations a flood", n)
	}
	// A host that shows a handshake has room even now.
	asks(client(2), 1000, 1).feed(t, l, time.Minute)
	send(t, l, refused(t, dns(client(2), 1), client(2), 28), time.Minute)
	hosts := 0
	for h := range l.Hosts() {
		if hosts++; len(icmpOf(h)) != 1 {
			t.Errorf("%v: %q", h.Addr, icmpOf(h))
		}
	}
	if hosts != 2 {
		t.Errorf("%d hosts, want 2", hosts)
	}
}

// Datagrams of many flows, which may be causes.
func BenchmarkCauses(b *testing.B) {
	var frames [][]byte
	for n := range 10_000 {
		p := dns(client(n), uint16(n))
		f, err := p.Append(nil)
		if err != nil {
			b.Fatal(err)
		}
		frames = append(frames, f)
	}
	l := New(Options{})
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		l.Frame(packet.Raw, frames[n%len(frames)], start)
	}
}
