//go:build linux

package afpacket

import (
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/vishvananda/netns"

	"whorl/link"
	"whorl/packet"
)

// Two namespaces joined by a cable: a has 10.77.0.1 and fd77::1 on va, b has .2 and
// ::2 on vb.
type pair struct{ a, b string }

// The addresses of a pair.
var (
	a4, b4 = netip.MustParseAddr("10.77.0.1"), netip.MustParseAddr("10.77.0.2")
	a6, b6 = netip.MustParseAddr("fd77::1"), netip.MustParseAddr("fd77::2")
)

func newPair(t testing.TB) pair {
	t.Helper()
	p := pair{a: newNamespace(t, "a"), b: newNamespace(t, "b")}
	ip(t, "link add va netns %s type veth peer name vb netns %s", p.a, p.b)
	for _, side := range []struct{ ns, dev, net4, net6 string }{
		{p.a, "va", "10.77.0.1/24", "fd77::1/64"},
		{p.b, "vb", "10.77.0.2/24", "fd77::2/64"},
	} {
		ip(t, "-n %s addr add %s dev %s", side.ns, side.net4, side.dev)
		ip(t, "-n %s addr add %s dev %s nodad", side.ns, side.net6, side.dev)
		ip(t, "-n %s link set %s up", side.ns, side.dev)
	}
	return p
}

// newNamespace makes a namespace with lo up, gone after the test.
func newNamespace(t testing.TB, suffix string) string {
	t.Helper()
	if err := link.Capable(link.NetRaw, link.NetAdmin, 21); err != nil { // 21 is cap_sys_admin
		t.Skip(err)
	}
	if _, err := exec.LookPath("ip"); err != nil {
		t.Skip(err)
	}
	name := fmt.Sprintf("wl%d%s", os.Getpid(), suffix)
	if out, err := exec.Command("ip", "netns", "add", name).CombinedOutput(); err != nil {
		t.Skipf("no namespaces here: %v: %s", err, out)
	}
	t.Cleanup(func() { exec.Command("ip", "netns", "del", name).Run() })
	ip(t, "-n %s link set lo up", name)
	return name
}

func ip(t testing.TB, format string, args ...any) {
	t.Helper()
	line := fmt.Sprintf(format, args...)
	if out, err := exec.Command("ip", strings.Fields(line)...).CombinedOutput(); err != nil {
		t.Fatalf("ip %s: %v: %s", line, err, out)
	}
}

// in runs f on a thread of the namespace; the thread ends with it.
func in[T any](t testing.TB, ns string, f func() (T, error)) T {
	t.Helper()
	var v T
	done := make(chan error)
	go func() {
		runtime.LockOSThread()
		h, err := netns.GetFromName(ns)
		if err == nil {
			err = netns.Set(h)
			h.Close()
		}
		if err == nil {
			v, err = f()
		}
		done <- err
	}()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	return v
}

// open opens the way from a namespace towards dst.
func open(t testing.TB, ns string, dst netip.Addr, o Options) (*Conn, link.Route) {
	t.Helper()
	var r link.Route
	c := in(t, ns, func() (c *Conn, err error) {
		if r, err = link.RouteTo(dst, link.Via{}); err == nil {
			o.Route = r
			c, err = Open(o)
		}
		return c, err
	})
	t.Cleanup(func() { c.Close() })
	return c, r
}

// macOf gives the hardware address of a device in a namespace.
func macOf(t testing.TB, ns, dev string) packet.MAC {
	t.Helper()
	return in(t, ns, func() (packet.MAC, error) {
		all, err := link.Interfaces()
		for _, i := range all {
			if i.Name == dev {
				return i.MAC, nil
			}
		}
		return packet.MAC{}, fmt.Errorf("no device %s: %v", dev, err)
	})
}

// next receives until keep likes a frame; nil after the wait.
func next(t testing.TB, c *Conn, wait time.Duration, keep func(*packet.Packet) bool) (*packet.Packet, time.Time) {
	t.Helper()
	buf := make([]byte, 65536)
	end := c.Now().Add(wait)
	for {
		n, at, err := c.Recv(buf, end)
		if err == link.ErrTimeout {
			return nil, at
		}
		if err != nil {
			t.Fatal(err)
		}
		var p packet.Packet
		p.Decode(c.LinkType(), buf[:n])
		if keep(&p) {
			return p.Clone(), at
		}
	}
}

// wire gives the bytes of a packet.
func wire(t testing.TB, p *packet.Packet) []byte {
	t.Helper()
	b, err := p.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
