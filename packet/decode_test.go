package packet_test

import (
	"bytes"
	"encoding/binary"
	"reflect"
	"testing"

	. "whorl/packet"
)

// faithful reports whether Append should give back the very bytes that p was decoded
// from. Not so for headers that it leaves out and for service tags, which are written
// as customer tags; for UDP without checksum, which gets one; for checksums with zero
// written as 0xffff; and for first fragments, whose checksum covers bytes that are
// elsewhere.
func faithful(p *Packet, frame []byte) bool {
	minusZero := p.IPv4.Checksum == 0xffff || p.TCP.Checksum == 0xffff || p.ICMP.Checksum == 0xffff
	plain := p.Transport != UDP || p.UDP.Checksum != 0
	return p.Odd == 0 && plain && !minusZero && (p.Link != Ethernet || tagsOnly(p, frame))
}

// tagsOnly reports whether an Ethernet header is one that Append writes: at most two
// customer tags, then ARP or IP.
func tagsOnly(p *Packet, frame []byte) bool {
	customer := []byte{EtherTypeVLAN >> 8, EtherTypeVLAN & 0xff}
	for i := range int(p.VLANs) {
		if !bytes.Equal(frame[12+4*i:][:2], customer) {
			return false
		}
	}
	last := binary.BigEndian.Uint16(frame[12+4*int(p.VLANs):])
	return p.VLANs <= 2 && (last == EtherTypeARP || last == EtherTypeIPv4 || last == EtherTypeIPv6)
}

// unsummed is a packet whose transport checksum nobody has looked at.
func unsummed(p Packet) Packet {
	p.Odd &^= OddChecksum
	return p
}

func FuzzDecode(f *testing.F) {
	for _, w := range wires {
		f.Add(uint16(w.link), w.frame)
	}
	for _, c := range carriers {
		f.Add(uint16(c.link), c.frame())
	}
	for _, c := range uncarried {
		f.Add(uint16(c.link), c.frame)
	}
	f.Fuzz(func(t *testing.T, link uint16, frame []byte) {
		var p, q, quote, skimmed Packet
		p.Decode(LinkType(link), frame)
		p.Quoted(&quote)
		skimmed.Skim(LinkType(link), frame)
		if want := unsummed(p); !reflect.DeepEqual(skimmed, want) {
			t.Fatalf("skimmed %+v, decoded %+v", skimmed, p)
		}
		p.Neighbor()
		if h, ok := p.IPv6.Fragment(); ok != (h.At > 0) || ok && (h.Field >= h.At || h.At+FragmentLen > 40+len(p.IPv6.Extensions)) {
			t.Fatalf("Fragment header %+v among %d bytes, %v", h, len(p.IPv6.Extensions), ok)
		}
		b, err := p.Append(nil)
		if err != nil {
			return
		}
		q.Decode(LinkType(link), b)
		if faithful(&p, frame) && !bytes.Equal(b, frame[:min(len(b), len(frame))]) {
			t.Fatalf("decoded and written:\n%x, was\n%x", b, frame)
		}
		if p.Odd&^OddFragment != 0 {
			return
		}
		if again, err := q.Append(nil); err != nil || !bytes.Equal(again, b) {
			t.Fatalf("not stable: %x, then %x, %v", b, again, err)
		}
	})
}

// Decode and Append are on the path of every packet and must not allocate.
func TestAllocations(t *testing.T) {
	buf := make([]byte, 0, 2048)
	for _, w := range wires {
		var p, quote Packet
		if n := testing.AllocsPerRun(100, func() { p.Decode(w.link, w.frame); p.Quoted(&quote) }); n != 0 {
			t.Errorf("%s: Decode allocates %v times", w.name, n)
		}
		if n := testing.AllocsPerRun(100, func() { p.Skim(w.link, w.frame) }); n != 0 {
			t.Errorf("%s: Skim allocates %v times", w.name, n)
		}
		if n := testing.AllocsPerRun(100, func() { _, _ = p.Append(buf) }); n != 0 {
			t.Errorf("%s: Append allocates %v times", w.name, n)
		}
		if n := testing.AllocsPerRun(100, func() { p.TCP.MSS(); p.TCP.Timestamp(); p.TCP.WScale() }); n != 0 {
			t.Errorf("%s: options allocate %v times", w.name, n)
		}
	}
}

// Neither must any link header, nor one that is not understood.
func TestLinkAllocations(t *testing.T) {
	check := func(name string, link LinkType, frame []byte) {
		var p Packet
		if n := testing.AllocsPerRun(100, func() { p.Decode(link, frame) }); n != 0 {
			t.Errorf("%s: Decode allocates %v times", name, n)
		}
	}
	for _, c := range carriers {
		check(c.name, c.link, c.frame())
	}
	for _, c := range uncarried {
		check(c.name, c.link, c.frame)
	}
}

// The frame of the benchmarks is a SYN of 78 bytes with the usual options in a VLAN.
const benchFrame = 1

func BenchmarkDecode(b *testing.B) {
	w := &wires[benchFrame]
	b.ReportAllocs()
	b.SetBytes(int64(len(w.frame)))
	var p Packet
	for b.Loop() {
		p.Decode(w.link, w.frame)
	}
}

func BenchmarkAppend(b *testing.B) {
	w := wires[benchFrame].want
	w.Link = Ethernet
	buf := make([]byte, 0, 128)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := w.Append(buf); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOptions(b *testing.B) {
	h := &wires[benchFrame].want.TCP
	b.ReportAllocs()
	for b.Loop() {
		h.MSS()
		h.WScale()
		h.Timestamp()
	}
}

func BenchmarkChecksum(b *testing.B) {
	data := make([]byte, 1500)
	b.ReportAllocs()
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		Checksum(data)
	}
}

func BenchmarkSkim(b *testing.B) {
	w := &wires[benchFrame]
	b.ReportAllocs()
	b.SetBytes(int64(len(w.frame)))
	var p Packet
	for b.Loop() {
		p.Skim(w.link, w.frame)
	}
}
