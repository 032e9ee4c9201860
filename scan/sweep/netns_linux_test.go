package sweep_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/vishvananda/netns"

	"whorl/link"
	"whorl/link/afpacket"
	"whorl/packet"
	"whorl/scan/sweep"
)

// twoSpaces makes two namespaces with a cable between: a has 10.78.0.1 and fd78::1, b has .2
// and ::2 and is all of 198.18.0.0/20 and 2001:db8::/116. It gives their names.
func twoSpaces(t *testing.T) (a, b string) {
	t.Helper()
	const sysAdmin = 21 // cap_sys_admin
	if err := link.Capable(link.NetRaw, link.NetAdmin, sysAdmin); err != nil {
		t.Skip(err)
	}
	if _, err := exec.LookPath("ip"); err != nil {
		t.Skip(err)
	}
	a, b = fmt.Sprintf("ws%da", os.Getpid()), fmt.Sprintf("ws%db", os.Getpid())
	for _, ns := range []string{a, b} {
		if out, err := exec.Command("ip", "netns", "add", ns).CombinedOutput(); err != nil {
			t.Skipf("no namespaces here: %v: %s", err, out)
		}
		t.Cleanup(func() { exec.Command("ip", "netns", "del", ns).Run() })
	}
	for _, line := range []string{
		"link add v netns A type veth peer name v netns B", "-n A link set v up", "-n B link set v up", "-n B link set lo up",
		"-n A addr add 10.78.0.1/24 dev v", "-n B addr add 10.78.0.2/24 dev v",
		"-n A route add 198.18.0.0/20 via 10.78.0.2", "-n B route add local 198.18.0.0/20 dev lo",
		"-n A addr add fd78::1/64 dev v nodad", "-n B addr add fd78::2/64 dev v nodad",
		"-n A route add 2001:db8::/116 via fd78::2", "-n B route add local 2001:db8::/116 dev lo",
	} {
		line = strings.NewReplacer("A", a, "B", b).Replace(line)
		if out, err := exec.Command("ip", strings.Fields(line)...).CombinedOutput(); err != nil {
			t.Fatalf("ip %s: %v: %s", line, err, out)
		}
	}
	return a, b
}

// in runs f on a thread of a namespace.
func in(t *testing.T, ns string, f func() error) {
	t.Helper()
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // the thread ends with the goroutine
		h, err := netns.GetFromName(ns)
		if err == nil {
			err = netns.Set(h)
			h.Close()
		}
		if err == nil {
			err = f()
		}
		done <- err
	}()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

// A real stack at 4096 addresses answers at every one of them, and no connection stays
// half-open, whether our kernel refuses it or we do.
func TestRealStack(t *testing.T) {
	a, b := twoSpaces(t)
	in(t, b, func() error {
		l, err := net.Listen("tcp", ":80")
		if err == nil {
			t.Cleanup(func() { l.Close() })
		}
		return err
	})
	tests := []struct {
		name  string
		src   netip.Addr
		port  uint16
		state sweep.State
		o     sweep.Options
	}{
		{"open", netip.MustParseAddr("10.78.0.1"), 80, sweep.Open, sweep.Options{TCP: []uint16{80}}},
		{"closed", netip.MustParseAddr("10.78.0.1"), 81, sweep.Closed, sweep.Options{TCP: []uint16{81}}},
		{"echo", netip.MustParseAddr("10.78.0.1"), 0, sweep.Alive, sweep.Options{Echo: true}},
		{"open, from an address that is not the kernel's", netip.MustParseAddr("10.78.0.9"), 80, sweep.Open,
			sweep.Options{TCP: []uint16{80}, Reset: true}},
		{"open over IPv6", netip.MustParseAddr("fd78::1"), 80, sweep.Open, sweep.Options{TCP: []uint16{80}}},
		{"closed over IPv6", netip.MustParseAddr("fd78::1"), 81, sweep.Closed, sweep.Options{TCP: []uint16{81}}},
		{"echo over IPv6", netip.MustParseAddr("fd78::1"), 0, sweep.Alive, sweep.Options{Echo: true}},
		{"open, two senders", netip.MustParseAddr("10.78.0.1"), 80, sweep.Open, sweep.Options{TCP: []uint16{80}, Rate: 1e6, Senders: 2}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			all := sweepReal(t, a, b, tt.src, tt.o)
			seen := map[netip.Addr]bool{}
			for _, f := range all {
				seen[f.Addr] = true
				if f.State != tt.state || f.Port != tt.port || f.TTL != 64 || f.RTT > time.Second {
					t.Fatalf("%+v", f)
				}
			}
			if len(all) != 4096 || len(seen) != 4096 {
				t.Errorf("%d answers of %d addresses", len(all), len(seen))
			}
			in(t, b, func() error {
				four, err := os.ReadFile("/proc/thread-self/net/tcp")
				six, err6 := os.ReadFile("/proc/thread-self/net/tcp6")
				const synReceived = " 03 "
				if n := strings.Count(string(four)+string(six), synReceived); n > 0 {
					t.Errorf("%d connections are half-open", n)
				}
				return errors.Join(err, err6)
			})
		})
	}
}

// sweepReal sweeps what is behind b from a.
func sweepReal(t *testing.T, a, b string, src netip.Addr, o sweep.Options) (all []sweep.Found) {
	t.Helper()
	var r link.Route
	var c *afpacket.Conn
	prefix := netip.MustParsePrefix("198.18.0.0/20")
	if src.Is6() {
		prefix = netip.MustParsePrefix("2001:db8::/116")
	}
	in(t, a, func() (err error) {
		if r, err = link.RouteTo(prefix.Addr().Next(), link.Via{Src: src, Spare: true}); err == nil {
			c, err = afpacket.Open(afpacket.Options{Route: r, Filter: afpacket.Towards(r.Link, netip.PrefixFrom(src, src.BitLen()))})
		}
		return err
	})
	defer c.Close()
	neighbour := strings.Fields(fmt.Sprintf("-n %s neigh replace %v lladdr %v dev v nud permanent", b, src, r.SrcMAC))
	if out, err := exec.Command("ip", neighbour...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	mac, err := sweep.Resolve(ctx, c, r)
	if err != nil || mac == (packet.MAC{}) {
		t.Fatal(mac, err)
	}
	r.NextMAC = mac
	o.Walk = func() func() (netip.Addr, bool) {
		next := prefix.Addr()
		return func() (netip.Addr, bool) {
			addr := next
			next = next.Next()
			return addr, prefix.Contains(addr)
		}
	}
	if o.Rate == 0 {
		o.Rate = 20_000
	}
	rand.Read(o.Key[:])
	s, err := sweep.Start(ctx, c, r, o)
	if err != nil {
		t.Fatal(err)
	}
	for f := range s.Found() {
		all = append(all, f)
	}
	if err := s.Err(); err != nil || s.Counts().Lost != 0 || s.Counts().Refused != 0 {
		t.Errorf("%v, %+v", err, s.Counts())
	}
	return all
}
