package main

import (
	"errors"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"whorl/lab/target"
	"whorl/packet"
)

// What is sent comes out at the far end, once and whole, and each time another frame. An
// interface that goes down ends it.
func TestRing(t *testing.T) {
	cable := target.Cable(t, "198.51.100.1/24")
	far, _, err := cable.End("v1")
	if err != nil {
		t.Fatal(err)
	}
	defer far.Close()
	all, err := frames(options{hosts: 40, each: 1, data: 6})
	if err != nil {
		t.Fatal(err)
	}
	s := &sender{}
	err = cable.Do(func() (err error) {
		s.ring, err = openRing("v0", all)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	const rounds = 3
	if err := s.send(rounds * s.slots); err != nil {
		t.Fatal(err)
	}
	heard, syns, buf := map[string]bool{}, 0, make([]byte, 2048)
	for len(heard) < s.sent {
		n, _, err := far.Recv(buf, far.Now().Add(time.Second))
		if err != nil {
			t.Fatalf("%v after %d frames of %d", err, len(heard), s.sent)
		}
		var p packet.Packet
		p.Decode(packet.Ethernet, buf[:n])
		if p.SrcMAC != (packet.MAC{2, 0, 0, 0, 0, 1}) {
			continue // the kernel's own
		}
		if p.Odd != 0 || heard[string(buf[:n])] {
			t.Fatalf("odd %v, heard before %v: %x", p.Odd, heard[string(buf[:n])], buf[:n])
		}
		heard[string(buf[:n])] = true
		if p.TCP.Flags&(packet.SYN|packet.ACK) == packet.SYN {
			syns++
		}
	}
	if syns != s.syns || s.sent != rounds*s.slots || s.slots < len(all)-1 {
		t.Errorf("%d SYNs of %d, %d frames sent, %d slots for %d frames", syns, s.syns, s.sent, s.slots, len(all))
	}
	err = cable.Do(func() error {
		if err := down("v0"); err != nil {
			return err
		}
		return s.send(1)
	})
	if !errors.Is(err, unix.ENETDOWN) {
		t.Errorf("interface down: %v", err)
	}
}

// down switches an interface off.
func down(name string) error {
	l, err := netlink.LinkByName(name)
	if err != nil {
		return err
	}
	return netlink.LinkSetDown(l)
}

// Too few frames are told of.
func TestRingOfNothing(t *testing.T) {
	if _, err := openRing("lo", nil); err == nil {
		t.Error("no frames, and no error")
	}
}
