package listen

import (
	"encoding/binary"
	"iter"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whorl"
	"whorl/method/icmp"
	"whorl/method/syn"
	"whorl/packet"
)

var start = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

var server = netip.MustParseAddr("198.51.100.1")

// options of SYNs, but for the timestamps.
const (
	linuxOptions   = "\x02\x04\x05\xb4\x04\x02\x08\x0a" // then the timestamps, NOP and the scale
	windowsOptions = "\x02\x04\x05\xb4\x01\x03\x03\x08\x01\x01\x04\x02"
)

func linux(stamp uint32) string {
	b := binary.BigEndian.AppendUint32([]byte(linuxOptions), stamp)
	return string(append(b, 0, 0, 0, 0, 1, 3, 3, 7))
}

// segment is what a test sends.
type segment struct {
	from, to     netip.Addr
	sport, dport uint16
	flags        packet.Flags
	seq, ack     uint32
	ttl          uint8
	window       uint16
	options      string
}

func (s segment) frame(t testing.TB) []byte {
	t.Helper()
	p := packet.Packet{Link: packet.Raw, Network: packet.IPv4, Src: s.from, Dst: s.to, TTL: s.ttl, Proto: packet.ProtoTCP, Transport: packet.TCP}
	p.IPv4.DF, p.IPv4.ID = true, 7
	if s.from.Is6() {
		p.Network = packet.IPv6
	}
	p.TCP = packet.TCPHeader{SrcPort: s.sport, DstPort: s.dport, Seq: s.seq, Ack: s.ack, Flags: s.flags, Window: s.window, Options: []byte(s.options)}
	b, err := p.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (s segment) feed(t testing.TB, l *Listener, after time.Duration) {
	t.Helper()
	l.Frame(packet.Raw, s.frame(t), start.Add(after))
}

// asks is a SYN as current Linux sends it.
func asks(from netip.Addr, sport uint16, seq uint32) segment {
	seq++ // zero is odd
	return segment{from: from, to: server, sport: sport, dport: 443, flags: packet.SYN, seq: seq, ttl: 64, window: 64240, options: linux(1000 + seq)}
}

// answers is the SYN-ACK to it.
func (s segment) answers(seq uint32) segment {
	a := s
	a.from, a.to, a.sport, a.dport = s.to, s.from, s.dport, s.sport
	a.flags, a.seq, a.ack, a.window = packet.SYN|packet.ACK, seq, s.seq+1, 65160
	return a
}

// client is the n-th of many addresses.
func client(n int) netip.Addr {
	return netip.AddrFrom4([4]byte{10, byte(n >> 16), byte(n >> 8), byte(n)})
}

// records are the hosts of a Listener, by address.
func records(l *Listener) map[netip.Addr]*whorl.Host {
	out := map[netip.Addr]*whorl.Host{}
	for h := range l.Hosts() {
		out[h.Addr] = Clone(h)
	}
	return out
}

func prints(h *whorl.Host) (out []string) {
	for _, o := range h.Observations {
		out = append(out, o.Print)
	}
	return out
}

const synLine = "Syn(V=4%TTL=40%H=3C%DF=Y%ID=N%W=FAF0%MSS=5B4%WS=7%O=MSTNW)\n"
const answerLine = "SynAck(V=4%TTL=40%H=3C%DF=Y%ID=N%W=FE88%MSS=5B4%WS=7%O=MSTNW"

func TestHandshake(t *testing.T) {
	l := New(Options{})
	s := asks(client(1), 40000, 7)
	s.feed(t, l, 0)
	s.feed(t, l, time.Second)
	s.feed(t, l, 3*time.Second)
	s.answers(99).feed(t, l, 3*time.Second+time.Millisecond)
	s.answers(99).feed(t, l, 4*time.Second)
	asks(client(1), 40001, 8).feed(t, l, 5*time.Second)
	got := records(l)
	want := map[netip.Addr][]string{
		client(1): {synLine + "Seen(N=2%F=1%L=2%P=1BB)\n", "Again(T=3E8,BB8)\n"},
		server:    {answerLine + "%SO=WST%SM=5B4)\nSeen(N=1%F=1%L=1%P=1BB)\n"},
	}
	for addr, lines := range want {
		if diff := cmp.Diff(lines, prints(got[addr])); diff != "" {
			t.Errorf("%v (-want +got):\n%s", addr, diff)
		}
	}
	if c := l.Counts(); c.SYNs != 2 || c.SYNACKs != 1 || c.Unpaired != 0 || c.Repetitions != 3 || c.Frames != 6 {
		t.Errorf("%+v", c)
	}
	h := got[client(1)]
	if h.Seen.First != start || h.Seen.Last != start.Add(5*time.Second) || *h.Distance != (whorl.Hops{Count: 0, Method: whorl.DistanceGuess}) || h.Status.Reason != "syn" {
		t.Errorf("%+v %+v %+v", h.Seen, h.Distance, h.Status)
	}
}

// A SYN-ACK whose SYN was not seen, or is of another connection, is one to an unknown SYN.
func TestUnpaired(t *testing.T) {
	for name, before := range map[string]func(*Listener, segment){
		"alone":         func(*Listener, segment) {},
		"another SYN":   func(l *Listener, s segment) { s.seq += 1 << 20; s.feed(t, l, 0) },
		"other way":     func(l *Listener, s segment) { a := s.answers(5); a.flags = packet.SYN; a.feed(t, l, 0) },
		"only a client": func(l *Listener, s segment) { s.flags = packet.ACK; s.feed(t, l, 0) },
	} {
		l := New(Options{})
		s := asks(client(1), 40000, 7)
		before(l, s)
		s.answers(5).feed(t, l, time.Second)
		s.answers(5).feed(t, l, 2*time.Second)
		found := false
		for _, p := range prints(records(l)[server]) {
			found = found || strings.HasPrefix(p, answerLine+")\n")
		}
		if c := l.Counts(); !found || c.Unpaired != 1 || c.SYNACKs != 1 || c.Repetitions != 1 {
			t.Errorf("%s: %v, %+v", name, found, c)
		}
	}
}

// A flood of SYNs from random addresses displaces only itself, and every host that goes is
// handed over.
func TestFlood(t *testing.T) {
	const limit, friends, flood = 200, 100, 20_000
	gone := 0
	l := New(Options{Hosts: limit, Flows: 1, Gone: func(h *whorl.Host) { gone++ }})
	for round := range 2 {
		for n := range friends {
			asks(client(n), uint16(1000+round), uint32(round)).feed(t, l, time.Duration(round)*time.Second)
		}
	}
	rng := rand.New(rand.NewPCG(3, 4))
	for n := range flood {
		s := asks(netip.AddrFrom4([4]byte{100, 64 + byte(n>>16), byte(n >> 8), byte(n)}), 5, rng.Uint32())
		s.window, s.ttl = uint16(rng.Uint32()), uint8(1+rng.IntN(255)) // its own signature each
		s.feed(t, l, 3*time.Second)
	}
	got := records(l)
	for n := range friends {
		if h := got[client(n)]; h == nil || !strings.HasSuffix(h.Observations[0].Print, "Seen(N=2%F=1%L=2%P=1BB)\n") {
			t.Fatalf("host %d: %+v", n, h)
		}
	}
	if len(got) != limit || l.Len() != limit || gone != friends+flood-limit || l.Counts().Forgotten != gone {
		t.Errorf("%d hosts, %d gone, %+v", len(got), gone, l.Counts())
	}
	if n := l.signatures.known.len(); n > limit || len(l.signatures.ids) != n || int(l.hosts.all.used) > limit+1 {
		t.Errorf("%d kinds of packets, %d places", n, l.hosts.all.used)
	}
}

// Hosts that came back give way to others when they take too much room.
func TestFamiliarGiveWay(t *testing.T) {
	l := New(Options{Hosts: 8})
	for n := range 50 {
		asks(client(n), 1, 1).feed(t, l, 0)
		asks(client(n), 2, 2).feed(t, l, 0)
	}
	got := records(l)
	if len(got) != 8 || got[client(49)] == nil || got[client(48)] == nil || got[client(0)] != nil {
		t.Errorf("%d hosts", len(got))
	}
}

// A host that shows more kinds of packets than are kept loses the rarest.
func TestManyKinds(t *testing.T) {
	l := New(Options{})
	for n := range 100 {
		s := asks(client(1), uint16(n), uint32(n))
		if n%2 == 1 {
			s.window = uint16(n)
		}
		s.feed(t, l, time.Duration(n)*time.Second)
	}
	h := records(l)[client(1)]
	if len(h.Observations) != 6 || h.Observations[0].Print != synLine+"Seen(N=32%F=1%L=63%P=1BB)\n" {
		t.Errorf("%q", prints(h))
	}
	if n := l.signatures.known.len(); n != 6 {
		t.Errorf("%d kinds of packets, want 6", n)
	}
}

func TestUptime(t *testing.T) {
	l := New(Options{})
	for n := range 4 {
		s := asks(client(1), uint16(1000+n), uint32(n))
		s.to = client(100 + n)
		at := time.Duration(n) * 10 * time.Second
		stamp := func(after time.Duration) string { return linux(uint32(5_000_000 + (at+after)/time.Millisecond)) }
		s.options = stamp(0)
		s.feed(t, l, at)
		s.flags, s.options = packet.ACK, stamp(2*time.Second)
		s.feed(t, l, at+2*time.Second)
	}
	h := records(l)[client(1)]
	if h.Uptime == nil || h.Uptime.Seconds < 5025 || h.Uptime.Seconds > 5035 {
		t.Errorf("%+v, want 5030 s", h.Uptime)
	}
}

func TestSkipped(t *testing.T) {
	good := asks(client(1), 1, 1)
	whole := good.frame(t)
	change := func(at int, to byte) []byte {
		b := append([]byte(nil), whole...)
		b[at] = to
		return b
	}
	reset, multicast := good, good
	reset.flags |= packet.RST
	multicast.from = netip.MustParseAddr("224.0.0.1")
	tests := []struct {
		link  packet.LinkType
		frame []byte
		want  Reason
	}{
		{packet.Ethernet, whole[:10], BadLink},
		{packet.Raw, whole[:30], CutShort},
		{packet.Raw, change(0, 0x44), BadHeader},
		{packet.Raw, change(32, 0xf0), BadHeader},
		{packet.Raw, change(6, 0x20), Fragmented},
		{packet.Raw, reset.frame(t), BadFlags},
		{packet.Raw, multicast.frame(t), BadSource},
	}
	for _, tt := range tests {
		l := New(Options{})
		l.Frame(tt.link, tt.frame, start)
		if c := l.Counts(); c.Skipped[tt.want] != 1 || l.Len() != 0 {
			t.Errorf("%v: %+v, %d hosts", tt.want, c, l.Len())
		}
	}
	l := New(Options{})
	l.Frame(packet.Raw, change(9, packet.ProtoUDP), start) // another protocol is no fault
	if c := l.Counts(); c.Skipped != [numReasons]int{} || c.Frames != 1 {
		t.Errorf("UDP: %+v", c)
	}
}

func TestNews(t *testing.T) {
	l := New(Options{Hosts: 2})
	news := func() (out []netip.Addr) {
		for h := range l.News() {
			out = append(out, h.Addr)
		}
		return out
	}
	expect := func(want ...netip.Addr) {
		t.Helper()
		if got := news(); !cmp.Equal(got, want, cmp.Comparer(func(a, b netip.Addr) bool { return a == b })) {
			t.Errorf("news of %v, want %v", got, want)
		}
	}
	asks(client(1), 1, 1).feed(t, l, 0)
	expect(client(1))
	asks(client(1), 2, 2).feed(t, l, 0)
	expect()
	s := asks(client(1), 3, 3)
	s.window = 1
	s.feed(t, l, 0)
	expect(client(1))
	for n := range 1000 { // nobody asks
		asks(client(n), 4, 4).feed(t, l, 0)
	}
	if len(l.news.list) > 3 {
		t.Errorf("%d in the list of two hosts", len(l.news.list))
	}
}

// In a steady state nothing is allocated: not for a known host, a new one that displaces
// another, a connection, or data.
func TestNoAllocations(t *testing.T) {
	l := New(Options{Hosts: 512, Flows: 512})
	var frames [][]byte
	for n := range 4096 {
		s := asks(client(n%1024), uint16(n), uint32(n))
		d := s
		d.flags = packet.ACK
		frames = append(frames, s.frame(t), s.answers(3).frame(t), d.frame(t))
	}
	at := start
	round := func() {
		for _, f := range frames {
			at = at.Add(time.Millisecond)
			l.Frame(packet.Raw, f, at)
		}
	}
	for range 4 {
		round()
	}
	if n := testing.AllocsPerRun(3, round); n > 4 { // maps that forget tidy up now and then
		t.Errorf("%v allocations for %d frames", n, len(frames))
	}
}

func BenchmarkFrame(b *testing.B) {
	l := New(Options{})
	var frames [][]byte
	for n := range 20_000 {
		frames = append(frames, asks(client(n), uint16(n), uint32(n)).frame(b))
	}
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		l.Frame(packet.Raw, frames[n%len(frames)], start)
	}
}

// No frame does harm, and what comes out can be judged.
func FuzzFrame(f *testing.F) {
	f.Add(asks(client(1), 1, 1).frame(f), asks(client(1), 1, 1).answers(4).frame(f), int64(0))
	f.Add([]byte{0x60}, []byte{}, int64(1<<62))
	q := dns(client(1), 1)
	cause, _ := q.Append(nil)
	p := refused(f, q, client(1), 28)
	message, _ := p.Append(nil)
	f.Add(cause, message, int64(0))
	f.Fuzz(func(t *testing.T, a, b []byte, at int64) {
		l := New(Options{Hosts: 1, Flows: 1, Talk: func(d *Talk) {
			if len(d.Payload) == 0 || !d.Client.IsValid() || !d.Server.IsValid() {
				t.Errorf("%+v", d)
			}
		}, Ran: func(r *Ran) {
			if r.Up < 0 || r.Up > r.Modulo || r.Hz <= 0 {
				t.Errorf("%+v", r)
			}
		}})
		for _, link := range []packet.LinkType{packet.Raw, packet.Ethernet} {
			l.Frame(link, a, time.Unix(0, at))
			l.Frame(link, b, time.Unix(0, -at))
			l.Frame(link, a, time.Time{})
		}
		for _, hosts := range []iter.Seq[*whorl.Host]{l.Hosts(), l.Sayers()} {
			for h := range hosts {
				for _, o := range h.Observations {
					if err := readable(o); err != nil {
						t.Errorf("%q: %v", o.Print, err)
					}
				}
			}
		}
	})
}

// readable is why an observation cannot be read again.
func readable(o whorl.Observation) (err error) {
	switch o.Method {
	case "icmp":
		_, err = icmp.Parse(o.Print)
		return err
	case "claim":
		return nil
	}
	switch test, _, _ := strings.Cut(o.Print, "("); test {
	case syn.TestAgain, syn.TestAgainAnswer:
		_, err = syn.ParseRepeats(o.Print)
	case syn.TestHabits:
		_, err = syn.ParseHabits(o.Print)
	case syn.TestClocks, syn.TestCounters:
		_, err = syn.ParseSeveral(o.Print)
	default:
		_, err = syn.ParsePrint(o.Print)
	}
	return err
}
