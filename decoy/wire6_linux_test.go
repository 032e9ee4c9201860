package decoy

import (
	"net/netip"
	"os/exec"
	"strings"
	"testing"
	"time"

	"whorl/lab/target"
	"whorl/packet"
)

// A kernel's large pings come back, and a SYN that comes in fragments is answered.
func TestWireFragments6(t *testing.T) {
	cable := target.Cable(t, "2001:db8::1/64")
	near, mac, err := cable.End("v0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { near.Close() })
	far, _, err := cable.End("v1")
	if err != nil {
		t.Fatal(err)
	}
	o := alone(t, "Linux 4.15 - 6.19")
	o.Start = time.Now()
	n, done := newNetwork(t, o), make(chan error)
	go func() { done <- n.Run(far) }()
	t.Cleanup(func() {
		far.Close()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	if _, err := exec.LookPath("busybox"); err != nil {
		t.Log(err)
	} else {
		out, err := exec.Command("ip", "netns", "exec", cable.NS, "busybox", "ping6", "-c", "2", "-s", "4000", someone6.String()).CombinedOutput()
		if err != nil || !strings.Contains(string(out), "2 packets received") {
			t.Errorf("%v: %s", err, out)
		}
	}
	s := &sender{src: netip.MustParseAddr("2001:db8::1"), dst: someone6}
	syn := s.syn(80)
	for _, p := range s.cut(6, syn, [2]int{0, 24}, [2]int{24, len(syn)}) {
		p.SrcMAC = mac
		if _, err := near.Send(wired(t, &p)); err != nil {
			t.Fatal(err)
		}
	}
	buf := make([]byte, maxFrame)
	for until := time.Now().Add(5 * time.Second); ; {
		k, _, err := near.Recv(buf, until)
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
