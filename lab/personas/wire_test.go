package main

import (
	"errors"
	"io"
	"net/netip"
	"slices"
	"testing"
	"time"

	"whorl/link"
	"whorl/method"
	"whorl/method/gen2"
	"whorl/packet"
)

// belt is a link on which frames come as fast as they are taken, and whose time stands
// still until none is left. Then it jumps from deadline to deadline until end.
type belt struct {
	now, end time.Time
	in       [][]byte
	at       int
	out      [][]byte
	keep     bool // what is sent
	fails    int  // frames to refuse
}

func (b *belt) LinkType() packet.LinkType            { return packet.Ethernet }
func (b *belt) Now() time.Time                       { return b.now }
func (b *belt) Drops() uint64                        { return 0 }
func (b *belt) Close() error                         { return nil }
func (b *belt) Send(frame []byte) (time.Time, error) { panic("one at a time") }

func (b *belt) Recv(buf []byte, deadline time.Time) (int, time.Time, error) {
	if b.at < len(b.in) {
		b.at++
		return copy(buf, b.in[b.at-1]), b.now, nil
	}
	if !b.now.Before(b.end) {
		return 0, b.now, io.EOF
	}
	if deadline.After(b.now) {
		b.now = deadline
	}
	return 0, b.now, link.ErrTimeout
}

func (b *belt) SendBatch(frames [][]byte, sent []time.Time) (int, error) {
	for i, f := range frames {
		if b.fails > 0 {
			b.fails--
			return i, errors.New("no room")
		}
		if sent[i] = b.now; b.keep {
			b.out = append(b.out, slices.Clone(f))
		}
	}
	return len(frames), nil
}

var (
	us      = netip.MustParseAddr("10.77.1.1")
	router  = netip.MustParseAddr("10.77.1.2")
	ourMAC  = packet.MAC{2, 0, 0, 0, 0, 1}
	someone = netip.MustParseAddr("198.18.0.7")
)

func ask(t *testing.T, about netip.Addr, op uint16) []byte {
	return wired(t, &packet.Packet{Link: packet.Ethernet, SrcMAC: ourMAC, DstMAC: packet.MAC{255, 255, 255, 255, 255, 255}, Network: packet.ARP,
		ARP: packet.ARPHeader{Op: op, SenderMAC: ourMAC, SenderIP: us, TargetIP: about}})
}

// syn asks for a connection with port 80.
func syn(t *testing.T, to netip.Addr, from uint16) []byte {
	return wired(t, &packet.Packet{Link: packet.Ethernet, SrcMAC: ourMAC, DstMAC: mac, Network: packet.IPv4, Transport: packet.TCP,
		Src: us, Dst: to, TTL: 64, TCP: packet.TCPHeader{SrcPort: from, DstPort: 80, Seq: 1, Flags: packet.SYN, Window: 1024}})
}

func wired(t *testing.T, p *packet.Packet) []byte {
	t.Helper()
	b, err := p.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// serve runs a wire over what comes in until that and ten seconds are over.
func serve(t *testing.T, w *wire, b *belt, in ...[]byte) (out []packet.Packet) {
	t.Helper()
	b.now = time.Unix(1e9, 0)
	b.end, b.in, b.keep = b.now.Add(10*time.Second), in, true
	w.conn, w.gateway = b, router
	if w.hosts == nil {
		w.hosts, _ = town(t, "198.18.0.0/24", 1)
	}
	if err := w.run(); err != io.EOF {
		t.Fatal(err)
	}
	for _, f := range b.out {
		var p packet.Packet
		p.Decode(packet.Ethernet, f)
		if p.Odd != 0 || p.SrcMAC != mac || p.DstMAC != ourMAC {
			t.Errorf("a frame from %v to %v, odd %v", p.SrcMAC, p.DstMAC, p.Odd)
		}
		out = append(out, p)
	}
	return out
}

func TestARP(t *testing.T) {
	w := &wire{}
	out := serve(t, w, &belt{}, ask(t, someone, packet.ARPRequest), ask(t, router, packet.ARPRequest),
		ask(t, us, packet.ARPRequest), ask(t, someone, packet.ARPReply))
	if len(out) != 2 || out[0].ARP.SenderIP != someone || out[1].ARP.SenderIP != router || out[0].ARP.SenderMAC != mac {
		t.Errorf("answers %+v", out)
	}
	if w.hosts.made != 0 {
		t.Error("ARP made a persona")
	}
}

func TestAnswers(t *testing.T) {
	w := &wire{}
	out := serve(t, w, &belt{}, syn(t, someone, 40000), syn(t, netip.MustParseAddr("10.1.1.1"), 40000), []byte{1, 2, 3})
	if len(out) != 1 || out[0].Src != someone || !out[0].TCP.Flags.Has(packet.SYN|packet.ACK) || out[0].TCP.DstPort != 40000 {
		t.Errorf("answers %+v", out)
	}
	if w.received != 3 || w.sent != 1 || w.hosts.made != 1 {
		t.Errorf("%d received, %d sent, %d made", w.received, w.sent, w.hosts.made)
	}
}

// What the link refuses is lost, and what follows is not.
func TestRefusedFrame(t *testing.T) {
	w := &wire{}
	out := serve(t, w, &belt{fails: 1}, syn(t, someone, 40000), syn(t, someone, 40001), syn(t, someone, 40002))
	if len(out) != 2 || out[0].TCP.DstPort != 40001 || w.refused != 1 || w.told != 1 {
		t.Errorf("%d refused, told of %d, answers %+v", w.refused, w.told, out)
	}
}

// Late answers come in order, and SYN-ACKs that are not acknowledged come again.
func TestTime(t *testing.T) {
	w := &wire{}
	w.hosts, _ = town(t, "198.18.0.0/24", 1)
	w.hosts.o.Delay, w.hosts.o.Resend = 50*time.Millisecond, []time.Duration{time.Second, 2 * time.Second}
	b := &belt{}
	out := serve(t, w, b, syn(t, someone, 40000), syn(t, someone, 40001))
	var ports []uint16
	for _, p := range out {
		ports = append(ports, p.TCP.DstPort)
	}
	if want := []uint16{40000, 40001, 40000, 40001, 40000, 40001}; !slices.Equal(ports, want) {
		t.Errorf("answers to %v, want %v", ports, want)
	}
}

func TestEventsAreBounded(t *testing.T) {
	var q events
	for range maxPending + 3 {
		q.add(event{})
	}
	if len(q.all) != maxPending || q.lost != 3 {
		t.Errorf("%d under way, %d lost", len(q.all), q.lost)
	}
}

// BenchmarkAnswers takes the probes of scans of 256 personas, all that is done but for
// the system calls.
func BenchmarkAnswers(b *testing.B) {
	h, _ := town(b, "198.18.0.0/24", 1)
	h.truth = nil
	if err := h.ahead(256); err != nil {
		b.Fatal(err)
	}
	var in [][]byte
	for a := h.prefix.Addr(); h.prefix.Contains(a); a = a.Next() {
		in = append(in, probes(b, a)...)
	}
	c := &belt{now: time.Unix(1e9, 0), in: in}
	w := &wire{conn: c, hosts: h}
	b.ReportAllocs()
	for b.Loop() {
		c.at, c.now = 0, c.now.Add(time.Second)
		c.end = c.now
		if err := w.run(); err != io.EOF {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(w.received)/b.Elapsed().Seconds(), "frames/s")
	b.ReportMetric(float64(w.sent)/float64(w.received), "answers/frame")
}

// probes are the sixteen that a scan sends to one address, each once, without repeats.
func probes(tb testing.TB, addr netip.Addr) (frames [][]byte) {
	m := gen2.NewMachine(gen2.Target{Addr: addr, OpenTCP: 80, ClosedTCP: 81, ClosedUDP: 40000, ClosedKnown: true},
		method.Key{2}.Stream(addr, "test"), gen2.Options{})
	var out method.Outbox
	seen := map[method.Tag]bool{}
	for now := time.Unix(1e9, 0); !now.IsZero(); {
		out.Reset()
		wake := m.Poll(now, &out)
		for i := range out.Len() {
			p, tag := out.At(i)
			m.Sent(tag, now)
			if probe := gen2.Probe(tag); seen[tag] || gen2.O1 <= probe && probe < gen2.ECN {
				continue
			}
			seen[tag] = true
			p.Link, p.SrcMAC, p.DstMAC, p.Src = packet.Ethernet, ourMAC, mac, us
			f, err := p.Append(nil)
			if err != nil {
				tb.Fatal(err)
			}
			frames = append(frames, f)
		}
		now = wake
	}
	if len(frames) != 16 {
		tb.Fatalf("%d probes", len(frames))
	}
	return frames
}
