package sim

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whorl/link"
	"whorl/packet"
)

var (
	us     = netip.MustParseAddr("192.0.2.1")
	them   = netip.MustParseAddr("192.0.2.2")
	router = netip.MustParseAddr("192.0.2.254")
)

var (
	_ link.Conn    = (*Net)(nil)
	_ link.Counter = (*Net)(nil)
)

const ms = time.Millisecond

// nodeFunc is a node in one function.
type nodeFunc func(now time.Time, p *packet.Packet, out link.Outlet)

func (f nodeFunc) Receive(now time.Time, p *packet.Packet, out link.Outlet) { f(now, p, out) }

// mirror sends packets back after a delay, with TTL 64.
func mirror(after time.Duration) nodeFunc {
	return func(_ time.Time, p *packet.Packet, out link.Outlet) {
		q := *p
		q.Src, q.Dst, q.TTL = p.Dst, p.Src, 64
		q.TCP.SrcPort, q.TCP.DstPort = p.TCP.DstPort, p.TCP.SrcPort
		out.Send(after, &q)
	}
}

func syn(port uint16) *packet.Packet {
	return &packet.Packet{Network: packet.IPv4, Transport: packet.TCP, Src: us, Dst: them, TTL: 40,
		TCP: packet.TCPHeader{SrcPort: 4000, DstPort: port, Seq: 1000, Flags: packet.SYN, Window: 5}}
}

func send(t testing.TB, n *Net, p *packet.Packet) time.Time {
	t.Helper()
	q := *p
	q.Link = n.LinkType()
	frame, err := q.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	at, err := n.Send(frame)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// recv waits up to a second and gives nil at the deadline.
func recv(t testing.TB, n *Net) (*packet.Packet, time.Time) {
	t.Helper()
	buf := make([]byte, 2048)
	size, at, err := n.Recv(buf, n.Now().Add(time.Second))
	if errors.Is(err, link.ErrTimeout) {
		return nil, at
	}
	if err != nil {
		t.Fatal(err)
	}
	p := new(packet.Packet)
	p.Decode(n.LinkType(), buf[:size])
	if p.Odd != 0 {
		t.Errorf("a frame with %v", p.Odd)
	}
	return p, at
}

// Virtual time moves in Recv alone: to the next frame, or to the deadline.
func TestVirtualTime(t *testing.T) {
	n := New(Options{})
	n.Add(them, mirror(30*ms))
	start := n.Now()
	if !start.Equal(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)) || n.LinkType() != packet.Raw {
		t.Errorf("begins at %v on %v", start, n.LinkType())
	}
	began := time.Now()
	buf := make([]byte, 100)
	for _, c := range []struct{ deadline, now time.Duration }{
		{24 * time.Hour, 24 * time.Hour},
		{24 * time.Hour, 24 * time.Hour}, // a deadline now is a poll
		{time.Hour, 24 * time.Hour},      // and so is one that has passed
	} {
		size, at, err := n.Recv(buf, start.Add(c.deadline))
		if size != 0 || !errors.Is(err, link.ErrTimeout) || at.Sub(start) != c.now || !n.Now().Equal(at) {
			t.Errorf("deadline %v: %d bytes at %v, %v", c.deadline, size, at.Sub(start), err)
		}
	}
	if took := time.Since(began); took > time.Second {
		t.Errorf("a day took %v", took)
	}

	sent := send(t, n, syn(1))
	if sent.Sub(start) != 24*time.Hour+sendCost {
		t.Errorf("left at %v", sent.Sub(start))
	}
	if _, at, err := n.Recv(buf, sent.Add(29*ms)); !errors.Is(err, link.ErrTimeout) || at.Sub(sent) != 29*ms {
		t.Errorf("%v at %v", err, at.Sub(sent))
	}
	if p, at := recv(t, n); p == nil || at.Sub(sent) != 30*ms || !n.Now().Equal(at) {
		t.Errorf("%v at %v", p, at.Sub(sent))
	}
}

// Frames arrive in the order of their times, those of one time in the order in which
// they were sent. Functions of a node are called at their time.
func TestOrder(t *testing.T) {
	n := New(Options{})
	var calls []time.Duration
	n.Add(them, nodeFunc(func(now time.Time, p *packet.Packet, out link.Outlet) {
		port := p.TCP.DstPort
		delay := map[uint16]time.Duration{1: 20 * ms, 2: 10 * ms, 3: 10 * ms, 4: -ms}[port]
		mirror(delay)(now, p, out)
		if port == 3 {
			mirror(delay)(now, syn(6), out)
		}
		out.After(5*ms, func(later time.Time) {
			calls = append(calls, later.Sub(now))
			if port == 1 {
				mirror(0)(later, syn(5), out)
			}
		})
	}))
	for port := range uint16(4) {
		send(t, n, syn(port+1))
	}
	var got []string
	last := n.Now()
	for p, at := recv(t, n); p != nil; p, at = recv(t, n) {
		got = append(got, fmt.Sprint(p.TCP.SrcPort))
		if at.Before(last) {
			t.Errorf("%v after %v", at, last)
		}
		last = at
	}
	if d := cmp.Diff("4 5 2 3 6 1", strings.Join(got, " ")); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(slices.Repeat([]time.Duration{5 * ms}, 4), calls); d != "" {
		t.Error(d)
	}
}

// The same run is the same bytes at the same times.
func TestSameRunSameBytes(t *testing.T) {
	run := func(seed uint64) (out bytes.Buffer) {
		n := New(Options{Seed: seed, Link: packet.Ethernet})
		n.Otherwise(func(a netip.Addr) link.Node {
			return &Impair{Node: mirror(ms), Delay: 5 * ms, Jitter: 4 * ms, Loss: 0.2, Double: 0.2, Reorder: 0.2, Rand: n.Rand()}
		})
		for port := range uint16(200) {
			send(t, n, syn(port))
		}
		buf := make([]byte, 2048)
		for {
			size, at, err := n.Recv(buf, n.Now().Add(time.Second))
			if err != nil {
				return out
			}
			fmt.Fprintf(&out, "%d %x\n", at.UnixNano(), buf[:size])
		}
	}
	a, b, c := run(1), run(1), run(2)
	if a.String() != b.String() {
		t.Error("two runs differ")
	}
	if a.String() == c.String() || a.Len() < 1000 {
		t.Error("another seed makes no difference")
	}
}

func TestNodes(t *testing.T) {
	n := New(Options{})
	n.Add(them, mirror(0))
	n.Otherwise(func(a netip.Addr) link.Node {
		if a == router {
			return mirror(0)
		}
		return nil
	})
	for addr, want := range map[netip.Addr]bool{them: true, router: true, netip.MustParseAddr("192.0.2.77"): false} {
		q := syn(1)
		q.Dst = addr
		send(t, n, q)
		if p, _ := recv(t, n); (p != nil) != want || p != nil && (p.Src != addr || p.Dst != us) {
			t.Errorf("%v: %+v", addr, p)
		}
	}
	if _, err := n.Send([]byte("not a packet")); err != nil {
		t.Error(err)
	}
	if p, _ := recv(t, n); p != nil {
		t.Errorf("an answer to nothing: %+v", p)
	}
}

// On Ethernet nodes have a hardware address, which ARP tells, and answers go to
// where the question came from.
func TestEthernet(t *testing.T) {
	n := New(Options{Link: packet.Ethernet})
	n.Add(them, mirror(0))
	mine := packet.MAC{2, 0, 0, 0, 0, 1}
	ask := func(addr netip.Addr, op uint16) *packet.Packet {
		send(t, n, &packet.Packet{Network: packet.ARP, SrcMAC: mine, DstMAC: packet.Broadcast,
			ARP: packet.ARPHeader{Op: op, SenderMAC: mine, SenderIP: us, TargetIP: addr}})
		p, _ := recv(t, n)
		return p
	}
	p := ask(them, packet.ARPRequest)
	if want := (packet.ARPHeader{Op: packet.ARPReply, SenderMAC: MAC, SenderIP: them, TargetMAC: mine, TargetIP: us}); p == nil || p.ARP != want {
		t.Fatalf("%+v", p)
	}
	if p := ask(router, packet.ARPRequest); p != nil {
		t.Errorf("an address without a node answers ARP: %+v", p.ARP)
	}
	if p := ask(them, packet.ARPReply); p != nil {
		t.Errorf("a reply is answered: %+v", p.ARP)
	}
	q := syn(1)
	q.SrcMAC, q.DstMAC = mine, MAC
	send(t, n, q)
	if p, _ := recv(t, n); p == nil || p.SrcMAC != MAC || p.DstMAC != mine {
		t.Errorf("%+v", p)
	}
}

// A packet is taken as it is when it is sent, and cut to the buffer.
func TestFrames(t *testing.T) {
	n := New(Options{})
	n.Add(them, nodeFunc(func(now time.Time, p *packet.Packet, out link.Outlet) {
		mirror(ms)(now, p, out)
		q := *p
		mirror(2*ms)(now, &q, out)
		q.TCP.Window = 99
		out.Send(0, &packet.Packet{Network: packet.IPv4}) // cannot be written
	}))
	send(t, n, syn(1))
	if p, _ := recv(t, n); p.TCP.Window != 5 {
		t.Errorf("window %d", p.TCP.Window)
	}
	buf := make([]byte, 10)
	if size, _, err := n.Recv(buf, n.Now().Add(time.Second)); size != 10 || err != nil {
		t.Errorf("%d bytes, %v", size, err)
	}
	if n.Drops() != 1 {
		t.Errorf("%d frames lost", n.Drops())
	}
}

// What is under way is bounded; the rest is lost and counted.
func TestBoundedQueue(t *testing.T) {
	n := New(Options{})
	n.Add(them, nodeFunc(func(now time.Time, p *packet.Packet, out link.Outlet) {
		for range maxPending + 5 {
			out.After(time.Hour, func(time.Time) {})
		}
	}))
	send(t, n, syn(1))
	if n.Drops() != 5 {
		t.Errorf("%d lost", n.Drops())
	}
}

func TestClose(t *testing.T) {
	n := New(Options{})
	n.Add(them, mirror(ms))
	send(t, n, syn(1))
	if err := n.Close(); err != nil {
		t.Error(err)
	}
	if _, _, err := n.Recv(make([]byte, 100), n.Now().Add(time.Hour)); err != io.EOF {
		t.Errorf("Recv: %v", err)
	}
	if _, err := n.Send(nil); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("Send: %v", err)
	}
	if err := n.Close(); err != nil {
		t.Errorf("a second time: %v", err)
	}
}

// With the clock of the machine Recv waits: for a frame, for its deadline, for what
// another goroutine sends, and for Close.
func TestRealTime(t *testing.T) {
	n := New(Options{RealTime: true})
	n.Add(them, mirror(20*ms))
	buf := make([]byte, 100)

	start := time.Now()
	if _, _, err := n.Recv(buf, start.Add(15*ms)); !errors.Is(err, link.ErrTimeout) {
		t.Error(err)
	}
	if took := time.Since(start); took < 15*ms || took > 500*ms {
		t.Errorf("a deadline of 15 ms took %v", took)
	}

	var sending sync.WaitGroup
	sending.Go(func() {
		time.Sleep(10 * ms)
		send(t, n, syn(1))
	})
	_, at, err := n.Recv(buf, time.Now().Add(5*time.Second))
	sending.Wait()
	if took := at.Sub(start); err != nil || took < 45*ms || took > time.Second {
		t.Errorf("the frame came after %v, %v", took, err)
	}

	closing := time.AfterFunc(10*ms, func() { n.Close() })
	defer closing.Stop()
	start = time.Now()
	if _, _, err := n.Recv(buf, start.Add(5*time.Second)); err != io.EOF || time.Since(start) > time.Second {
		t.Errorf("%v after %v", err, time.Since(start))
	}
}

func ExampleNet() {
	n := New(Options{})
	n.Add(netip.MustParseAddr("192.0.2.2"), mirror(time.Hour))
	p := syn(22)
	p.Link = packet.Raw
	frame, _ := p.Append(nil)
	sent, _ := n.Send(frame)
	_, at, err := n.Recv(frame, sent.Add(24*time.Hour))
	fmt.Println(at.Sub(sent), err)
	// Output: 1h0m0s <nil>
}
