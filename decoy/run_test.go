package decoy

import (
	"io"
	"net/netip"
	"slices"
	"testing"
	"time"

	"whorl/method"
	"whorl/method/gen2"
	"whorl/packet"
)

func TestAnswers(t *testing.T) {
	n := newNetwork(t, town(t, "198.18.0.0/24", 1))
	out := serve(t, n, &belt{}, syn(t, someone, 40000), syn(t, netip.MustParseAddr("10.1.1.1"), 40000), []byte{1, 2, 3})
	if len(out) == 0 || out[0].Src != someone || !out[0].TCP.Flags.Has(packet.SYN|packet.ACK) || out[0].TCP.DstPort != 40000 ||
		out[0].SrcMAC != itsMAC || out[0].DstMAC != ourMAC {
		t.Errorf("answers %+v", out)
	}
	if c := n.Counts(); c.Received != 3 || c.Sent != len(out) || c.Made != 1 || c.Answered != 1 {
		t.Errorf("%+v", c)
	}
}

// On a TUN there are no hardware addresses, and nobody is asked.
func TestRawLink(t *testing.T) {
	o := town(t, "198.18.0.0/24", 1)
	o.Free = false
	p := synFrom(us, someone, 40000)
	p.Link = packet.Raw
	b := &belt{raw: true}
	out := serve(t, newNetwork(t, o), b, wired(t, p))
	if len(out) == 0 || out[0].Src != someone || out[0].Dst != us {
		t.Errorf("answers %+v", out)
	}
}

// What the link refuses is lost, and what follows is not.
func TestRefusedFrame(t *testing.T) {
	o, told := town(t, "198.18.0.0/24", 1), 0
	o.Late = func(lost int) { told += lost }
	o.Groups[0].Persona.Resend = []time.Duration{}
	n := newNetwork(t, o)
	out := serve(t, n, &belt{fails: 1}, syn(t, someone, 40000), syn(t, someone, 40001), syn(t, someone, 40002))
	if len(out) != 2 || out[0].TCP.DstPort != 40001 || n.Counts().Refused != 1 || told != 1 {
		t.Errorf("%+v, told of %d, answers %+v", n.Counts(), told, out)
	}
}

// Late answers come in order, and SYN-ACKs that are not acknowledged come again.
func TestTime(t *testing.T) {
	o := town(t, "198.18.0.0/24", 1)
	o.Groups[0].Persona.Delay, o.Groups[0].Persona.Resend = 50*time.Millisecond, []time.Duration{time.Second, 2 * time.Second}
	var ports []uint16
	for _, p := range serve(t, newNetwork(t, o), &belt{}, syn(t, someone, 40000), syn(t, someone, 40001)) {
		ports = append(ports, p.TCP.DstPort)
	}
	if want := []uint16{40000, 40001, 40000, 40001, 40000, 40001}; !slices.Equal(ports, want) {
		t.Errorf("answers to %v, want %v", ports, want)
	}
}

// A bad path loses some packets and delays the others.
func TestBadPath(t *testing.T) {
	o := town(t, "198.18.0.0/24", 1)
	o.Groups[0].Loss, o.Groups[0].Jitter = 0.3, 100*time.Millisecond
	o.Groups[0].Persona.Resend = []time.Duration{}
	var in [][]byte
	for port := range uint16(200) {
		in = append(in, syn(t, someone, 40000+port))
	}
	n := newNetwork(t, o)
	answered := map[uint16]bool{}
	for _, p := range serve(t, n, &belt{}, in...) {
		answered[p.TCP.DstPort] = true
	}
	if k := len(answered); k < 60 || k > 140 { // 98 on average
		t.Errorf("%d of 200 answered over a path that loses three of ten each way", k)
	}
}

// Behind routers answers have lower TTLs, and probes that run out get none.
func TestHops(t *testing.T) {
	for _, hops := range []uint8{0, 5} {
		o := town(t, "198.18.0.0/24", 1)
		o.Groups[0].Hops = hops
		o.Groups[0].Persona.Resend = []time.Duration{}
		near := synFrom(us, someone, 40000)
		near.TTL = 5
		out := serve(t, newNetwork(t, o), &belt{}, wired(t, near), syn(t, someone, 40001))
		want := 2
		if hops > 0 {
			want = 1
		}
		if last := out[len(out)-1]; len(out) != want || (last.TTL+hops)%32 != 0 && last.TTL+hops != 255 {
			t.Errorf("%d hops: %d answers, TTL %d", hops, len(out), last.TTL)
		}
	}
}

// Nobody wakes up for what was called off.
func TestCalledOff(t *testing.T) {
	o := town(t, "198.18.0.0/24", 1)
	o.Groups[0].Persona.Resend = []time.Duration{30 * time.Second}
	n := newNetwork(t, o)
	in := [][]byte{syn(t, someone, 40000)}
	first := serve(t, n, &belt{}, in...)[0].TCP
	if len(n.queue.all) != 1 {
		t.Fatalf("%d events", len(n.queue.all))
	}
	p := synFrom(us, someone, 40000)
	p.TCP.Flags, p.TCP.Seq = packet.RST, first.Ack
	if serve(t, n, &belt{}, wired(t, p)); len(n.queue.all) != 0 {
		t.Errorf("%d events are left", len(n.queue.all))
	}
}

// BenchmarkAnswers takes the probes of scans of 256 personas, all that is done but for
// the system calls.
func BenchmarkAnswers(b *testing.B) { benchmark(b, scanOf, func(*Options) {}) }

// BenchmarkAnswers6 is the same over IPv6.
func BenchmarkAnswers6(b *testing.B) {
	benchmark(b, scanOf6, func(o *Options) { o.Groups[0].Addrs = RangeOf(netip.MustParsePrefix("2001:db8::/120")) })
}

// BenchmarkGuarded has limits that nothing reaches, and contacts.
func BenchmarkGuarded(b *testing.B) {
	benchmark(b, scanOf, func(o *Options) {
		o.Limits = Limits{Peer: 1e9, All: 1e9}
		o.Contact = noContact
	})
}

func benchmark(b *testing.B, scan func(testing.TB, netip.Addr) [][]byte, with func(*Options)) {
	o := town(b, "198.18.0.0/24", 1)
	with(&o)
	n := newNetwork(b, o)
	n.Ahead(b.Context(), 256)
	var in [][]byte
	for i := range 256 {
		in = append(in, scan(b, o.Groups[0].Addrs.At(i))...)
	}
	again(b, n, in)
	b.ReportMetric(float64(n.counts.Received)/b.Elapsed().Seconds(), "frames/s")
	b.ReportMetric(float64(n.counts.Sent)/float64(n.counts.Received), "answers/frame")
}

// again takes the same frames in each second.
func again(b *testing.B, n *Network, in [][]byte) {
	c := &belt{now: epoch, in: in}
	b.ReportAllocs()
	b.ResetTimer()
	for b.Loop() {
		c.at, c.now = 0, c.now.Add(time.Second)
		c.end = c.now
		n.conn, n.link = c, c.LinkType()
		if err := n.loop(); err != io.EOF {
			b.Fatal(err)
		}
	}
}

// scanOf is the sixteen probes of a scan of one address, each once, without repeats.
func scanOf(tb testing.TB, addr netip.Addr) (frames [][]byte) {
	m := gen2.NewMachine(gen2.Target{Addr: addr, OpenTCP: 80, ClosedTCP: 81, ClosedUDP: 40000, ClosedKnown: true},
		method.Key{2}.Stream(addr, "test"), gen2.Options{})
	var out method.Outbox
	seen := map[method.Tag]bool{}
	for now := epoch; !now.IsZero(); {
		out.Reset()
		wake := m.Poll(now, &out)
		for i := range out.Len() {
			p, tag := out.At(i)
			m.Sent(tag, now)
			if probe := gen2.Probe(tag); seen[tag] || gen2.O1 <= probe && probe < gen2.ECN {
				continue
			}
			seen[tag] = true
			p.Link, p.SrcMAC, p.DstMAC, p.Src = packet.Ethernet, ourMAC, itsMAC, us
			frames = append(frames, wired(tb, p))
		}
		now = wake
	}
	if len(frames) != 16 {
		tb.Fatalf("%d probes", len(frames))
	}
	return frames
}
