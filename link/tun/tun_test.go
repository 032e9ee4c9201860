//go:build linux

package tun

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"

	"whorl/link"
	"whorl/packet"
)

// alone puts the test into a network namespace of its own.
func alone(t *testing.T) {
	t.Helper()
	const sysAdmin = 21 // cap_sys_admin
	if err := link.Capable(link.NetAdmin, sysAdmin); err != nil {
		t.Skip(err)
	}
	if _, err := os.Stat(device); err != nil {
		t.Skip(err)
	}
	runtime.LockOSThread() // and never unlocked: the thread ends with the test
	ns, err := netns.New()
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { ns.Close() })
	if lo, err := netlink.LinkByName("lo"); err != nil || netlink.LinkSetUp(lo) != nil {
		t.Skip("no lo in a namespace")
	}
}

var far = netip.MustParseAddr("198.18.0.7")

// open makes an interface whose near end has an address.
func open(t *testing.T, tap bool) *Conn {
	t.Helper()
	c, err := Open(Options{Name: "x0", TAP: tap, Routes: []netip.Prefix{netip.MustParsePrefix("198.18.0.0/16")}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if !c.Made() {
		t.Error("made by nobody")
	}
	near, err := netlink.LinkByName("x0")
	if err != nil {
		t.Fatal(err)
	}
	a, _ := netlink.ParseAddr("10.77.1.1/32")
	if err := netlink.AddrAdd(near, a); err != nil {
		t.Fatal(err)
	}
	return c
}

// next is the first packet of IPv4 that comes.
func next(t *testing.T, c *Conn, network packet.Network) packet.Packet {
	t.Helper()
	buf := make([]byte, 2048)
	until := c.Now().Add(5 * time.Second)
	for {
		n, at, err := c.Recv(buf, until)
		if err != nil {
			t.Fatal(err)
		}
		if age := c.Now().Sub(at); age < 0 || age > time.Second {
			t.Errorf("a frame that came %v ago", age)
		}
		var p packet.Packet
		if p.Decode(c.LinkType(), buf[:n]); p.Network == network && p.Transport != packet.OtherTransport {
			return *p.Clone()
		}
	}
}

// What the kernel sends over a TUN is heard, and what is sent the kernel receives: an echo
// comes back.
func TestTUN(t *testing.T) {
	alone(t)
	c := open(t, false)
	if c.LinkType() != packet.Raw {
		t.Errorf("link type %v", c.LinkType())
	}
	ping(t, c, func(p *packet.Packet) {})
}

// A TAP is an Ethernet.
func TestTAP(t *testing.T) {
	alone(t)
	c := open(t, true)
	if c.LinkType() != packet.Ethernet || c.MAC().IsZero() {
		t.Errorf("link type %v, %v", c.LinkType(), c.MAC())
	}
	mac := packet.MAC{2, 0, 0, 0, 0, 7}
	if _, err := exec.LookPath("ip"); err != nil {
		t.Skip(err)
	}
	run(t, "ip", "neigh", "add", far.String(), "lladdr", mac.String(), "dev", "x0")
	ping(t, c, func(p *packet.Packet) {
		if p.DstMAC != mac || p.SrcMAC != c.MAC() {
			t.Errorf("from %v to %v", p.SrcMAC, p.DstMAC)
		}
		p.SrcMAC, p.DstMAC = p.DstMAC, p.SrcMAC
	})
}

func run(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v: %s", name, err, out)
	}
}

// ping lets the kernel send a datagram and refuses it; the refusal has to arrive.
func ping(t *testing.T, c *Conn, turn func(*packet.Packet)) {
	t.Helper()
	udp, err := net.Dial("udp4", netip.AddrPortFrom(far, 9).String()) // on this thread, in this namespace
	if err != nil {
		t.Fatal(err)
	}
	defer udp.Close()
	if _, err := udp.Write([]byte("?")); err != nil {
		t.Fatal(err)
	}
	p := next(t, c, packet.IPv4)
	if p.Dst != far || p.UDP.DstPort != 9 {
		t.Fatalf("%+v", p)
	}
	q := p
	turn(&q)
	q.Src, q.Dst, q.TTL = p.Dst, p.Src, 64
	q.Transport, q.ICMP = packet.ICMP, packet.ICMPHeader{Type: packet.ICMPUnreachable, Code: packet.CodePortUnreachable}
	inner := p
	inner.Link = packet.Raw
	quoted, err := inner.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	q.Payload = quoted
	frame, err := q.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Send(frame); err != nil {
		t.Fatal(err)
	}
	udp.SetReadDeadline(time.Now().Add(5 * time.Second))
	if _, err := udp.Read(make([]byte, 10)); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("the kernel has received: %v", err)
	}
}

func TestDeadline(t *testing.T) {
	alone(t)
	c := open(t, false)
	buf := make([]byte, 2048)
	for { // what the kernel says by itself
		if _, _, err := c.Recv(buf, c.Now().Add(200*time.Millisecond)); errors.Is(err, link.ErrTimeout) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	begun := time.Now()
	if _, _, err := c.Recv(buf, time.Time{}); !errors.Is(err, link.ErrTimeout) || time.Since(begun) > 100*time.Millisecond {
		t.Errorf("a poll took %v: %v", time.Since(begun), err)
	}
}

// Close ends a Recv that waits, and the interface is gone.
func TestClose(t *testing.T) {
	alone(t)
	c := open(t, false)
	time.AfterFunc(100*time.Millisecond, func() { c.Close() })
	buf := make([]byte, 2048)
	for {
		_, _, err := c.Recv(buf, c.Now().Add(10*time.Second))
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := c.Send([]byte{0x45}); err == nil {
		t.Error("sent after the end")
	}
	if err := c.Close(); err != nil { // waits for the other Close
		t.Error(err)
	}
	if _, err := netlink.LinkByName("x0"); err == nil {
		t.Error("the interface is still there")
	}
}

func TestRefused(t *testing.T) {
	alone(t)
	c := open(t, false)
	tests := []struct {
		o    Options
		want string
	}{
		{Options{Name: "lo"}, "lo: not a TUN or TAP"},
		{Options{Name: "x0"}, "another program"},
		{Options{Name: "x0", TAP: true}, "x0: "},
		{Options{}, "not the name"},
		{Options{Name: "a-name-that-is-too-long"}, "not the name"},
		{Options{Name: "x1", Routes: []netip.Prefix{netip.MustParsePrefix("198.18.0.0/16")}}, "route to 198.18.0.0/16"},
	}
	for _, tt := range tests {
		if _, err := Open(tt.o); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v: %v, want %q", tt.o, err, tt.want)
		}
	}
	if c.Drops() != 0 {
		t.Errorf("%d frames dropped", c.Drops())
	}
}
