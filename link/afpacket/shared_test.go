//go:build linux

package afpacket

import (
	"bytes"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"whorl/link"
	"whorl/packet"
)

// drain takes all frames that come within a time, as RecvBatch gives them.
func drain(t testing.TB, c *Conn, wait time.Duration, use func(link.Frame)) {
	t.Helper()
	for {
		_, err := c.RecvBatch(c.Now().Add(wait), func(frames []link.Frame) {
			for _, f := range frames {
				use(f)
			}
		})
		if err == link.ErrTimeout {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// Flows are shared among Conns, both directions of one together, and each frame comes once.
func TestOpenShared(t *testing.T) {
	p := newPair(t)
	mac := macOf(t, p.b, "vb")
	a, ra := open(t, p.a, b4, Options{})
	conns := in(t, p.b, func() ([]*Conn, error) {
		r, err := link.RouteTo(a4, link.Via{})
		if err != nil {
			return nil, err
		}
		return OpenShared(Options{Route: r, Promiscuous: true}, 3)
	})
	const flows = 200
	for i := range uint16(flows) {
		for _, back := range []bool{false, true} {
			u := packet.Packet{
				Link: packet.Ethernet, SrcMAC: ra.SrcMAC, DstMAC: mac, EtherType: packet.EtherTypeIPv4,
				Network: packet.IPv4, Src: a4, Dst: b4, TTL: 64, Proto: packet.ProtoUDP,
				Transport: packet.UDP, UDP: packet.UDPHeader{SrcPort: 1000 + i, DstPort: 53},
			}
			if back {
				u.Src, u.Dst, u.UDP.SrcPort, u.UDP.DstPort = b4, a4, 53, 1000+i
			}
			if _, err := a.Send(wire(t, &u)); err != nil {
				t.Fatal(err)
			}
		}
	}
	heard := map[uint16][]int{}
	for n, c := range conns {
		defer c.Close()
		before := len(heard)
		drain(t, c, 50*time.Millisecond, func(f link.Frame) {
			var p packet.Packet
			if p.Decode(c.LinkType(), f.Data); p.Transport == packet.UDP {
				port := max(p.UDP.SrcPort, p.UDP.DstPort)
				heard[port] = append(heard[port], n)
			}
		})
		if len(heard) == before {
			t.Errorf("Conn %d hears no flow", n)
		}
	}
	if len(heard) != flows {
		t.Errorf("%d flows of %d", len(heard), flows)
	}
	for port, by := range heard {
		if len(by) != 2 || by[0] != by[1] {
			t.Errorf("port %d is heard by %v", port, by)
		}
	}
}

// RecvBatch gives the frames that Recv would, in order, with their times.
func TestRecvBatch(t *testing.T) {
	p := newPair(t)
	a, _ := open(t, p.a, b4, Options{})
	b, r := open(t, p.b, a4, Options{Filter: only(experimental), Block: 100_000, Ring: 8<<20 - 1})
	if b.rx.size != 128<<10 || len(b.rx.mem) != 8<<20 {
		t.Errorf("ring of %d bytes, blocks of %d", len(b.rx.mem), b.rx.size)
	}
	const count = 1000
	frame := etherFrame(r.SrcMAC, experimental)
	for i := range count {
		f := append(bytes.Clone(frame), byte(i>>8), byte(i))
		if _, err := a.Send(f); err != nil {
			t.Fatal(err)
		}
	}
	n, last := 0, time.Time{}
	drain(t, b, 50*time.Millisecond, func(f link.Frame) {
		if want := append(bytes.Clone(frame), byte(n>>8), byte(n)); !bytes.Equal(f.Data, want) {
			t.Fatalf("frame %d is %x", n, f.Data)
		}
		if f.At.Before(last) || f.At.After(b.Now()) {
			t.Fatalf("frame %d came at %v, after %v", n, f.At, last)
		}
		last = f.At
		n++
	})
	if n != count || b.Drops() != 0 {
		t.Errorf("%d frames of %d, %d dropped", n, count, b.Drops())
	}
}

// Tags that the kernel took off are put back, each into the frame that it was of.
func TestRecvBatchTags(t *testing.T) {
	c := &Conn{link: packet.Ethernet}
	plain := []byte("aaaaaabbbbbb\x08\x00payload")
	for _, tt := range []struct {
		s    slot
		want string
	}{
		{slot{frame: plain}, string(plain)},
		{slot{frame: plain, status: unix.TP_STATUS_VLAN_VALID, tci: 5}, "aaaaaabbbbbb\x81\x00\x00\x05\x08\x00payload"},
		{slot{frame: plain, status: unix.TP_STATUS_VLAN_VALID | unix.TP_STATUS_VLAN_TPID_VALID, tci: 6, tpid: packet.EtherTypeQinQ},
			"aaaaaabbbbbb\x88\xa8\x00\x06\x08\x00payload"},
	} {
		before := c.taken.mend(slot{frame: plain, status: unix.TP_STATUS_VLAN_VALID, tci: 9}, c)
		if got := c.taken.mend(tt.s, c); string(got) != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
		if want := "aaaaaabbbbbb\x81\x00\x00\x09\x08\x00payload"; string(before) != want {
			t.Errorf("another frame became %q", before)
		}
	}
}

func TestRecvBatchAllocations(t *testing.T) {
	p := newPair(t)
	a, _ := open(t, p.a, b4, Options{})
	b, r := open(t, p.b, a4, Options{Filter: only(experimental)})
	frame := etherFrame(r.SrcMAC, experimental)
	use := func([]link.Frame) {}
	if n := testing.AllocsPerRun(100, func() {
		a.Send(frame)
		b.RecvBatch(b.Now().Add(time.Second), use)
	}); n != 0 {
		t.Errorf("%v allocations for a frame", n)
	}
}
