//go:build linux

package afpacket

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/netip"
	"slices"
	"testing"
	"time"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"

	"whorl/link"
	"whorl/packet"
)

// experimental is an EtherType that no stack uses (IEEE 802, local experiment 1).
const experimental = 0x88b5

func etherFrame(dst packet.MAC, etherType uint16, body ...byte) []byte {
	f := append(append([]byte(nil), dst[:]...), 2, 0, 0, 0, 0, 1, byte(etherType>>8), byte(etherType))
	f = append(f, body...)
	return append(f, make([]byte, max(0, 60-len(f)))...)
}

// only passes one EtherType.
func only(etherType uint32) []bpf.Instruction {
	return []bpf.Instruction{
		bpf.LoadAbsolute{Off: 12, Size: 2},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: etherType, SkipFalse: 1},
		bpf.RetConstant{Val: whole},
		bpf.RetConstant{Val: 0},
	}
}

func TestEthernet(t *testing.T) {
	p := newPair(t)
	a, _ := open(t, p.a, b4, Options{})
	b, r := open(t, p.b, a4, Options{Filter: only(experimental)})
	if a.LinkType() != packet.Ethernet {
		t.Errorf("link type %v", a.LinkType())
	}
	buf := make([]byte, 2048)
	var last time.Time
	for i := range 200 {
		frame := etherFrame(r.SrcMAC, experimental, byte(i))
		sent, err := a.Send(frame)
		if err != nil {
			t.Fatal(err)
		}
		n, at, err := b.Recv(buf, b.Now().Add(time.Second))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(buf[:n], frame) {
			t.Fatalf("got % x, sent % x", buf[:n], frame)
		}
		// Both clocks began with the same wall clock, at slightly different times.
		if d := at.Sub(sent); d < -time.Millisecond || d > 50*time.Millisecond {
			t.Errorf("frame %d came %v after it left", i, d)
		}
		if at.Before(last) || at.After(b.Now()) {
			t.Errorf("frame %d: time %v, the one before %v, now %v", i, at, last, b.Now())
		}
		last = at
	}
	if _, err := a.Send(nil); err == nil {
		t.Error("an empty frame was sent")
	}
	if _, err := a.Send(make([]byte, 3000)); !errors.Is(err, unix.EMSGSIZE) {
		t.Errorf("frame beyond the MTU: %v", err)
	}
}

// On one Conn the answer must not come before the question.
func TestRoundTrip(t *testing.T) {
	p := newPair(t)
	mac := macOf(t, p.b, "vb")
	a, r := open(t, p.a, b4, Options{})
	echo := packet.Packet{
		Link: packet.Ethernet, SrcMAC: r.SrcMAC, DstMAC: mac, EtherType: packet.EtherTypeIPv4,
		Network: packet.IPv4, Src: a4, Dst: b4, TTL: 64, Proto: packet.ProtoICMP,
		Transport: packet.ICMP, ICMP: packet.ICMPHeader{Type: packet.ICMPEchoRequest},
	}
	var rtt []time.Duration
	for i := range 50 {
		echo.ICMP.Rest = packet.Echo(7, uint16(i))
		sent, err := a.Send(wire(t, &echo))
		if err != nil {
			t.Fatal(err)
		}
		got, at := next(t, a, time.Second, func(p *packet.Packet) bool {
			return p.Transport == packet.ICMP && p.ICMP.Type == packet.ICMPEchoReply && p.ICMP.Seq() == uint16(i)
		})
		if got == nil {
			t.Fatalf("no answer to %d", i)
		}
		if at.Before(sent) {
			t.Errorf("answer %d came %v before the question", i, sent.Sub(at))
		}
		rtt = append(rtt, at.Sub(sent))
	}
	slices.Sort(rtt)
	t.Logf("round trip time: median %v, worst %v", rtt[25], rtt[49])
	if rtt[25] > 5*time.Millisecond {
		t.Errorf("median round trip time %v", rtt[25])
	}
}

func TestBurst(t *testing.T) {
	p := newPair(t)
	a, _ := open(t, p.a, b4, Options{})
	b, r := open(t, p.b, a4, Options{Filter: only(experimental)})
	const burst = 20000
	frames := make([][]byte, burst)
	for i := range frames {
		frames[i] = etherFrame(r.SrcMAC, experimental, byte(i>>8), byte(i))
	}
	times := make([]time.Time, burst)
	go a.SendBatch(frames, times)
	buf := make([]byte, 2048)
	var last time.Time
	for i := range burst {
		n, at, err := b.Recv(buf, b.Now().Add(time.Second))
		if err != nil {
			t.Fatalf("after %d frames, %d dropped: %v", i, b.Drops(), err)
		}
		if !bytes.Equal(buf[:n], frames[i]) {
			t.Fatalf("frame %d is % x", i, buf[:16])
		}
		if at.Before(last) {
			t.Fatalf("frame %d: time runs backwards by %v", i, last.Sub(at))
		}
		last = at
	}
	if d := b.Drops(); d != 0 {
		t.Errorf("%d dropped", d)
	}
}

func TestDrops(t *testing.T) {
	p := newPair(t)
	a, _ := open(t, p.a, b4, Options{})
	b, r := open(t, p.b, a4, Options{Filter: only(experimental), Ring: 1})
	frames := slices.Repeat([][]byte{etherFrame(r.SrcMAC, experimental)}, 5000)
	if n, err := a.SendBatch(frames, make([]time.Time, len(frames))); n != len(frames) || err != nil {
		t.Fatal(n, err)
	}
	got := 0
	for buf := make([]byte, 64); ; got++ {
		if _, _, err := b.Recv(buf, b.Now().Add(20*time.Millisecond)); err != nil {
			break
		}
	}
	if d := b.Drops(); got == 0 || d == 0 || got+int(d) != len(frames) || b.Drops() != d {
		t.Errorf("received %d, dropped %d of %d, then %d", got, d, len(frames), b.Drops())
	}
	b.Close()
	if b.Drops() == 0 {
		t.Error("Close forgot the drops")
	}
}

// Opening must not let in what the filter keeps out, nor frames of another
// interface, while floods of both go on.
func TestOpenHearsNothingForeign(t *testing.T) {
	p := newPair(t)
	mac := macOf(t, p.b, "vb")
	a, _ := open(t, p.a, b4, Options{})
	stop, stopped := make(chan bool), make(chan bool)
	go func() {
		defer close(stopped)
		flood := slices.Repeat([][]byte{etherFrame(mac, experimental)}, batch)
		for {
			select {
			case <-stop:
				return
			default:
				a.SendBatch(flood, make([]time.Time, batch))
			}
		}
	}()
	for range 8 {
		filtered, _ := open(t, p.b, a4, Options{Filter: Towards(packet.Ethernet, netip.PrefixFrom(b4, 32)), Ring: 1})
		elsewhere, _ := open(t, p.b, netip.MustParseAddr("127.0.0.1"), Options{Ring: 1})
		for name, c := range map[string]*Conn{"filtered": filtered, "other interface": elsewhere} {
			buf := make([]byte, 2048)
			if n, _, err := c.Recv(buf, c.Now().Add(3*time.Millisecond)); err != link.ErrTimeout {
				t.Fatalf("%s heard % x, %v", name, buf[:n], err)
			}
			c.Close()
		}
	}
	close(stop)
	<-stopped
}

func TestFilterOnTheWire(t *testing.T) {
	p := newPair(t)
	mac := macOf(t, p.b, "vb")
	a, ra := open(t, p.a, b4, Options{})
	b, _ := open(t, p.b, a4, Options{Filter: Towards(packet.Ethernet, netip.PrefixFrom(b4, 32))})
	send := func(dst netip.Addr, port uint16) {
		u := packet.Packet{
			Link: packet.Ethernet, SrcMAC: ra.SrcMAC, DstMAC: mac, EtherType: packet.EtherTypeIPv4,
			Network: packet.IPv4, Src: a4, Dst: dst, TTL: 64, Proto: packet.ProtoUDP,
			Transport: packet.UDP, UDP: packet.UDPHeader{SrcPort: 9, DstPort: port},
		}
		if _, err := a.Send(wire(t, &u)); err != nil {
			t.Fatal(err)
		}
	}
	for i := range uint16(50) {
		send(netip.MustParseAddr("10.77.0.3"), 1000+i)
		send(b4, 2000+i)
	}
	for i := range uint16(50) {
		got, _ := next(t, b, time.Second, func(p *packet.Packet) bool { return p.Network != packet.ARP })
		if got == nil || got.Dst != b4 || got.UDP.DstPort != 2000+i {
			t.Fatalf("%d: got %+v", i, got)
		}
	}
}

func TestVLANTagIsKept(t *testing.T) {
	p := newPair(t)
	a, _ := open(t, p.a, b4, Options{})
	b, r := open(t, p.b, a4, Options{Filter: only(experimental)})
	frame := etherFrame(r.SrcMAC, packet.EtherTypeVLAN, 0x20, 0x2a, experimental>>8, experimental&0xff)
	if _, err := a.Send(frame); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 2048)
	n, _, err := b.Recv(buf, b.Now().Add(time.Second))
	if err != nil || !bytes.Equal(buf[:n], frame) {
		t.Fatalf("got % x, %v; sent % x", buf[:n], err, frame)
	}
	if n := b.copy(make([]byte, 13), slot{frame: frame, status: unix.TP_STATUS_VLAN_VALID}); n != 13 {
		t.Errorf("%d bytes into a buffer of 13", n)
	}
}

func TestDeadline(t *testing.T) {
	p := newPair(t)
	b, _ := open(t, p.b, a4, Options{Filter: only(experimental)})
	buf := make([]byte, 64)
	if _, _, err := b.Recv(buf, time.Time{}); err != link.ErrTimeout {
		t.Errorf("poll: %v", err)
	}
	var late, asleep []time.Duration
	for range 50 {
		begun := time.Now()
		time.Sleep(3 * time.Millisecond)
		asleep = append(asleep, time.Since(begun)-3*time.Millisecond)
		end := b.Now().Add(3 * time.Millisecond)
		n, at, err := b.Recv(buf, end)
		if n != 0 || err != link.ErrTimeout || at.Before(end) {
			t.Fatalf("n %d, %v before the deadline, %v", n, end.Sub(at), err)
		}
		late = append(late, at.Sub(end))
	}
	slices.Sort(late)
	slices.Sort(asleep)
	t.Logf("late by: median %v, worst %v; a sleep: %v, %v", late[25], late[49], asleep[25], asleep[49])
	if late[25] > max(asleep[25], 200*time.Microsecond) { // no later than the machine wakes a sleeper
		t.Errorf("median %v late, a sleep %v", late[25], asleep[25])
	}
}

func TestClose(t *testing.T) {
	p := newPair(t)
	b, _ := open(t, p.b, a4, Options{Filter: only(experimental)})
	ended := make(chan error)
	go func() {
		_, _, err := b.Recv(make([]byte, 64), b.Now().Add(time.Minute))
		ended <- err
	}()
	time.Sleep(10 * time.Millisecond)
	if err := b.Close(); err != nil {
		t.Error(err)
	}
	select {
	case err := <-ended:
		if err != io.EOF {
			t.Errorf("Recv ended with %v", err)
		}
	case <-time.After(5 * time.Second):
		t.Fatal("Recv goes on after Close")
	}
	if err := b.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
	if _, err := b.Send(make([]byte, 60)); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Send after Close: %v", err)
	}
	if _, _, err := b.Recv(make([]byte, 64), time.Time{}); err != io.EOF {
		t.Errorf("Recv after Close: %v", err)
	}
}

func TestInterfaceGoesDown(t *testing.T) {
	p := newPair(t)
	a, _ := open(t, p.a, b4, Options{})
	b, r := open(t, p.b, a4, Options{Filter: only(experimental)})
	ip(t, "-n %s link set vb down", p.b)
	buf := make([]byte, 64)
	if _, _, err := b.Recv(buf, b.Now().Add(time.Second)); !errors.Is(err, unix.ENETDOWN) {
		t.Errorf("Recv on an interface that is down: %v", err)
	}
	if _, err := b.Send(etherFrame(r.SrcMAC, experimental)); !errors.Is(err, unix.ENETDOWN) {
		t.Errorf("Send on an interface that is down: %v", err)
	}
	ip(t, "-n %s link set vb up", p.b)
	if _, err := a.Send(etherFrame(r.SrcMAC, experimental)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := b.Recv(buf, b.Now().Add(time.Second)); err != nil {
		t.Errorf("Recv after the interface came up again: %v", err)
	}
}

func TestOpenErrors(t *testing.T) {
	for name, r := range map[string]link.Route{
		"link type": {Interface: "x", Index: 1, Link: packet.PPP},
		"index":     {Interface: "x", Link: packet.Ethernet},
	} {
		if c, err := Open(Options{Route: r}); err == nil {
			c.Close()
			t.Errorf("%s: no error", name)
		}
	}
	if link.Capable(link.NetRaw) != nil {
		t.Skip("the rest needs CAP_NET_RAW")
	}
	for _, l := range []packet.LinkType{packet.Ethernet, packet.Raw} {
		if _, err := Open(Options{Route: link.Route{Interface: "none", Index: 1 << 30, Link: l}}); err == nil {
			t.Errorf("%v: opened an interface that is not there", l)
		}
	}
}

func TestAllocations(t *testing.T) {
	p := newPair(t)
	a, _ := open(t, p.a, b4, Options{})
	b, r := open(t, p.b, a4, Options{Filter: only(experimental)})
	frame, buf := etherFrame(r.SrcMAC, experimental), make([]byte, 64)
	if n := testing.AllocsPerRun(100, func() {
		a.Send(frame)
		b.Recv(buf, b.Now().Add(time.Second))
	}); n != 0 {
		t.Errorf("%v allocations for a frame", n)
	}
}
