package pcapfile

import (
	"bytes"
	"encoding/binary"
	"io"
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whorl/packet"
)

// A capture of several interfaces has a packet from each: every frame is decoded by the
// link type of its own.
func TestMixedLinkTypes(t *testing.T) {
	le := binary.LittleEndian
	syn := packet.Packet{
		Link: packet.Raw, Network: packet.IPv4, TTL: 64, Transport: packet.TCP,
		TCP: packet.TCPHeader{SrcPort: 49152, Flags: packet.SYN},
	}
	syn.Src, syn.Dst = netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("198.51.100.2")
	snap := "\xaa\xaa\x03\x00\x00\x00\x08\x00"
	headers := []struct {
		link   packet.LinkType
		header string
	}{
		{packet.Radiotap, "\x00\x00\x08\x00\x00\x00\x00\x00" + "\x08\x01" + string(make([]byte, 22)) + snap},
		{packet.Ethernet, string(make([]byte, 12)) + "\x81\x00\x00\x07" + "\x88\x64" + "\x11\x00\x00\x01\x00\x2a" + "\x00\x21"},
		{packet.Raw, ""},
		{packet.Null, "\x02\x00\x00\x00"},
		{201, "Bluetooth"},
		{packet.SLL2, "\x08\x00" + string(make([]byte, 18))},
		{packet.PPPSerial, "\xff\x03\x00\x21"},
		{packet.Ethernet, string(make([]byte, 12)) + "\x88\x47" + "\x00\x01\x01\x40"},
	}
	file := sectionHeader(le)
	for _, h := range headers {
		file = slices.Concat(file, interfaceBlock(le, uint16(h.link), 0))
	}
	const rounds = 3
	for round := range rounds {
		for i, h := range headers {
			syn.TCP.DstPort = uint16(100*round + i)
			ip, err := syn.Append(nil)
			if err != nil {
				t.Fatal(err)
			}
			file = append(file, enhanced(le, uint32(i), 1e15, h.header+string(ip))...)
		}
	}
	r, err := Open(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	var p packet.Packet
	for round := range rounds {
		for i, h := range headers {
			if !h.link.Known() {
				continue
			}
			frame, link, _, err := r.Next()
			if err != nil {
				t.Fatal(err)
			}
			p.Decode(link, frame)
			if link != h.link || p.Odd != 0 || p.Src != syn.Src || p.Transport != packet.TCP || int(p.TCP.DstPort) != 100*round+i {
				t.Errorf("round %d, interface %d: %v, from %v, port %d, odd %q", round, i, link, p.Src, p.TCP.DstPort, p.Odd)
			}
		}
	}
	if _, _, _, err := r.Next(); err != io.EOF {
		t.Error(err)
	}
	if d := cmp.Diff([]Skip{{"link type 201 is not understood", rounds}}, r.Skipped()); d != "" {
		t.Errorf("skipped: -want +got\n%s", d)
	}
}
