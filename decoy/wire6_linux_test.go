package decoy

import (
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
)

// ends makes a cable in a namespace of its own and opens both of its ends, v0 and v1. The
// kernel has an address at v0.
func ends(t *testing.T, addr string) (ns string, v0 *net.Interface, conns [2]link.Conn) {
	t.Helper()
	const sysAdmin = 21 // cap_sys_admin
	if err := link.Capable(link.NetRaw, link.NetAdmin, sysAdmin); err != nil {
		t.Skip(err)
	}
	if _, err := exec.LookPath("ip"); err != nil {
		t.Skip(err)
	}
	ns = fmt.Sprintf("whorl%d-decoy", os.Getpid())
	if out, err := exec.Command("ip", "netns", "add", ns).CombinedOutput(); err != nil {
		t.Skipf("no namespaces here: %v: %s", err, out)
	}
	t.Cleanup(func() { exec.Command("ip", "netns", "del", ns).Run() })
	for _, c := range []string{"link add v0 type veth peer name v1", "addr add " + addr + " dev v0 nodad", "link set v0 up", "link set v1 up"} {
		if out, err := exec.Command("ip", strings.Fields("-n "+ns+" "+c)...).CombinedOutput(); err != nil {
			t.Fatalf("ip %s: %v: %s", c, err, out)
		}
	}
	opened := make(chan error)
	go func() { // the thread ends with the goroutine, because it stays locked
		runtime.LockOSThread()
		h, err := netns.GetFromName(ns)
		if err == nil {
			err = errors.Join(netns.Set(h), h.Close())
		}
		for i, name := range []string{"v0", "v1"} {
			var at *net.Interface
			if err == nil {
				at, err = net.InterfaceByName(name)
			}
			if err == nil {
				conns[i], err = afpacket.Open(afpacket.Options{Route: link.Route{Interface: name, Index: at.Index, MTU: at.MTU, Link: packet.Ethernet}})
			}
			if i == 0 {
				v0 = at
			}
		}
		opened <- err
	}()
	if err := <-opened; err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conns[0].Close() })
	return ns, v0, conns
}

// A kernel's large pings come back, and a SYN that comes in fragments is answered.
func TestWireFragments6(t *testing.T) {
	ns, v0, conns := ends(t, "2001:db8::1/64")
	o := alone(t, "Linux 4.15 - 6.19")
	o.Start = time.Now()
	n, done := newNetwork(t, o), make(chan error)
	go func() { done <- n.Run(conns[1]) }()
	t.Cleanup(func() {
		conns[1].Close()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	if _, err := exec.LookPath("busybox"); err != nil {
		t.Log(err)
	} else {
		out, err := exec.Command("ip", "netns", "exec", ns, "busybox", "ping6", "-c", "2", "-s", "4000", someone6.String()).CombinedOutput()
		if err != nil || !strings.Contains(string(out), "2 packets received") {
			t.Errorf("%v: %s", err, out)
		}
	}
	s := &sender{src: netip.MustParseAddr("2001:db8::1"), dst: someone6}
	syn := s.syn(80)
	for _, p := range s.cut(6, syn, [2]int{0, 24}, [2]int{24, len(syn)}) {
		p.SrcMAC = packet.MAC(v0.HardwareAddr)
		if _, err := conns[0].Send(wired(t, &p)); err != nil {
			t.Fatal(err)
		}
	}
	buf := make([]byte, maxFrame)
	for until := time.Now().Add(5 * time.Second); ; {
		k, _, err := conns[0].Recv(buf, until)
		if err != nil {
			t.Fatal("no answer to a SYN in fragments: ", err)
		}
		var p packet.Packet
		if p.Decode(packet.Ethernet, buf[:k]); p.Src == someone6 && p.Transport == packet.TCP {
			if p.TCP.Flags != packet.SYN|packet.ACK || p.TCP.Ack != 10 || p.Odd != 0 {
				t.Errorf("%+v, odd %v", p.TCP, p.Odd)
			}
			return
		}
	}
}
