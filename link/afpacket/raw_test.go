//go:build linux

package afpacket

import (
	"bytes"
	"errors"
	"net"
	"net/netip"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"whorl/packet"
)

// Packets to our own addresses go over lo, those of other interfaces too.
func TestRawLoopback(t *testing.T) {
	p := newPair(t)
	for _, dst := range []netip.Addr{
		netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("127.3.2.1"), netip.MustParseAddr("::1"), a4, a6,
	} {
		t.Run(dst.String(), func(t *testing.T) {
			c, r := open(t, p.a, dst, Options{})
			if !r.Local || c.LinkType() != packet.Raw {
				t.Fatalf("route %+v, link type %v", r, c.LinkType())
			}
			probe := packet.Packet{
				Link: packet.Raw, Network: packet.IPv4, Src: r.Src, Dst: dst, TTL: 61, TOS: 4, Proto: packet.ProtoUDP,
				IPv4:      packet.IPv4Header{ID: 0x1042, DF: true},
				Transport: packet.UDP, UDP: packet.UDPHeader{SrcPort: 4000, DstPort: 4001}, Payload: []byte("C"),
			}
			refused := func(p *packet.Packet) bool {
				return p.Transport == packet.ICMP && p.ICMP.Type == packet.ICMPUnreachable
			}
			if dst.Is6() {
				probe.Network, probe.IPv6.FlowLabel = packet.IPv6, 0x12345
				refused = func(p *packet.Packet) bool {
					return p.Transport == packet.ICMPv6 && p.ICMP.Type == packet.ICMPv6Unreachable
				}
			}
			frame := wire(t, &probe)
			sent, err := c.Send(frame)
			if err != nil {
				t.Fatal(err)
			}
			buf := make([]byte, 2048)
			n, at, err := c.Recv(buf, c.Now().Add(time.Second))
			if err != nil || !bytes.Equal(buf[:n], frame) || at.Before(sent) {
				t.Errorf("our own packet came back after %v as % x, %v; sent % x", at.Sub(sent), buf[:n], err, frame)
			}
			if got, _ := next(t, c, time.Second, refused); got == nil || got.Odd != 0 {
				t.Errorf("no sound answer: %+v", got)
			}
		})
	}
}

// What the kernel makes of an IPv4 header; Conn.Send documents it.
func TestRawHeaderChanges(t *testing.T) {
	ns := newNamespace(t, "l")
	c, r := open(t, ns, netip.MustParseAddr("127.0.0.1"), Options{})
	base := packet.Packet{
		Link: packet.Raw, Network: packet.IPv4, Src: r.Src, Dst: r.NextHop, TTL: 0, Proto: 253,
		Transport: packet.OtherTransport, Payload: []byte("payload"),
	}
	roundTrip := func(t *testing.T, p packet.Packet, spoil func([]byte)) *packet.Packet {
		frame := wire(t, &p)
		if spoil != nil {
			spoil(frame)
		}
		if _, err := c.Send(frame); err != nil {
			t.Fatal(err)
		}
		got, _ := next(t, c, time.Second, func(p *packet.Packet) bool { return p.Proto == 253 })
		if got == nil {
			t.Fatal("nothing came")
		}
		return got
	}
	t.Run("ID 0 without DF is replaced", func(t *testing.T) {
		zero := 0
		for range 8 { // a random ID is 0 once in 65,536
			if roundTrip(t, base, nil).IPv4.ID == 0 {
				zero++
			}
		}
		if zero == 8 {
			t.Error("it stays")
		}
	})
	t.Run("ID 0 with DF stays", func(t *testing.T) {
		p := base
		p.IPv4.DF = true
		if got := roundTrip(t, p, nil); got.IPv4.ID != 0 || !got.IPv4.DF {
			t.Errorf("ID %d, DF %v", got.IPv4.ID, got.IPv4.DF)
		}
	})
	t.Run("the rest stays", func(t *testing.T) {
		p := base
		p.TTL, p.TOS = 1, 0xb9
		p.IPv4 = packet.IPv4Header{ID: 9, Reserved: true, Options: []byte{7, 3, 4, 0}}
		got := roundTrip(t, p, nil)
		if got.TTL != 1 || got.TOS != 0xb9 || got.IPv4.ID != 9 || !got.IPv4.Reserved || !bytes.Equal(got.IPv4.Options, p.IPv4.Options) {
			t.Errorf("%+v", got)
		}
	})
	t.Run("length and checksum are filled in", func(t *testing.T) {
		p := base
		p.IPv4.ID = 9
		got := roundTrip(t, p, func(b []byte) { b[2], b[3], b[10], b[11] = 0, 1, 2, 3 })
		if got.IPv4.TotalLen != 27 || got.Odd != 0 {
			t.Errorf("total length %d, odd: %v", got.IPv4.TotalLen, got.Odd)
		}
	})
	if _, err := c.Send([]byte{0x45, 0}); err == nil {
		t.Error("a stump was sent")
	}
}

func TestRawBatchMixesVersions(t *testing.T) {
	ns := newNamespace(t, "l")
	c, _ := open(t, ns, netip.MustParseAddr("127.0.0.1"), Options{})
	var frames [][]byte
	for i := range 40 {
		p := packet.Packet{Link: packet.Raw, Network: packet.IPv4, Proto: 253, TTL: 9, Transport: packet.OtherTransport, Payload: []byte{byte(i)}}
		p.Src, p.Dst, p.IPv4.ID = netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("127.0.0.1"), 1
		if i%3 == 0 {
			p.Network, p.Src, p.Dst = packet.IPv6, netip.IPv6Loopback(), netip.IPv6Loopback()
		}
		frames = append(frames, wire(t, &p))
	}
	sent := make([]time.Time, 41)
	n, err := c.SendBatch(append(frames, []byte{1}), sent)
	if n != 40 || err == nil || sent[39].IsZero() || !sent[40].IsZero() {
		t.Errorf("%d sent, %v", n, err)
	}
	for i := range 40 {
		got, _ := next(t, c, time.Second, func(p *packet.Packet) bool { return p.Proto == 253 })
		if got == nil || got.Payload[0] != byte(i) {
			t.Fatalf("%d: %+v", i, got)
		}
	}
}

// A tunnel device carries bare IP packets, link-local IPv6 among them.
func TestRawTunnel(t *testing.T) {
	ns := newNamespace(t, "t")
	tun := in(t, ns, func() (*os.File, error) { return openTUN("wltun") })
	defer tun.Close()
	ip(t, "-n %s link set wltun up", ns)
	ip(t, "-n %s addr add 10.78.0.1/24 dev wltun", ns)
	ip(t, "-n %s addr add fe80::7/64 dev wltun nodad", ns)
	for _, dst := range []string{"10.78.0.9", "fe80::9%wltun"} {
		dst := netip.MustParseAddr(dst)
		c, r := open(t, ns, dst, Options{})
		if c.LinkType() != packet.Raw || r.Local {
			t.Fatalf("%+v", r)
		}
		p := packet.Packet{
			Link: packet.Raw, Network: packet.IPv4, Src: r.Src, Dst: dst.WithZone(""), TTL: 3, Proto: 253,
			IPv4:      packet.IPv4Header{ID: 77},
			Transport: packet.OtherTransport, Payload: []byte("through the tunnel"),
		}
		if dst.Is6() {
			p.Network = packet.IPv6
		}
		frame := wire(t, &p)
		if _, err := c.Send(frame); err != nil {
			t.Fatal(err)
		}
		out := make([]byte, 2048)
		tun.SetReadDeadline(time.Now().Add(time.Second))
		for {
			n, err := tun.Read(out)
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Equal(out[:n], frame) {
				break
			}
		}
		p.Src, p.Dst = p.Dst, p.Src
		back := wire(t, &p)
		if _, err := tun.Write(back); err != nil {
			t.Fatal(err)
		}
		got, _ := next(t, c, time.Second, func(p *packet.Packet) bool { return p.Proto == 253 })
		if got == nil || got.Src != p.Src || string(got.Payload) != "through the tunnel" {
			t.Errorf("%v: got %+v", dst, got)
		}
	}
}

func openTUN(name string) (*os.File, error) {
	fd, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	req, err := unix.NewIfreq(name)
	if err == nil {
		req.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI)
		err = unix.IoctlIfreq(fd, unix.TUNSETIFF, req)
	}
	if err == nil {
		err = unix.SetNonblock(fd, true)
	}
	return os.NewFile(uintptr(fd), "tun"), err
}

// The kernel does not compute checksums of what stays on the machine.
func TestLocalChecksumsAreCompleted(t *testing.T) {
	p := newPair(t)
	tests := []struct {
		name     string
		ns, from string // where to listen
		dst      netip.Addr
	}{
		{"veth IPv4", p.b, p.a, b4},
		{"veth IPv6", p.b, p.a, b6},
		{"lo IPv4", p.a, p.a, netip.MustParseAddr("127.0.0.1")},
		{"lo IPv6", p.a, p.a, netip.IPv6Loopback()},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			towards := tt.dst
			if tt.ns != tt.from {
				towards = a4
			}
			c, _ := open(t, tt.ns, towards, Options{})
			in(t, tt.from, func() (struct{}, error) {
				tcp, err := net.Dial("tcp", netip.AddrPortFrom(tt.dst, 7).String())
				if err == nil {
					tcp.Close()
					return struct{}{}, errors.New("port 7 is open")
				}
				udp, err := net.Dial("udp", netip.AddrPortFrom(tt.dst, 7).String())
				if err == nil {
					udp.Write([]byte("payload"))
					udp.Close()
				}
				return struct{}{}, err
			})
			for _, want := range []packet.Transport{packet.TCP, packet.UDP} {
				got, _ := next(t, c, time.Second, func(p *packet.Packet) bool { return p.Transport == want })
				if got == nil || got.Odd != 0 {
					t.Errorf("transport %v: %+v", want, got)
				}
			}
		})
	}
}
