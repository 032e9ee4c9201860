package method_test

import (
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"whorl/method"
	"whorl/method/methodtest"
	"whorl/packet"
)

// One shape is a packet over both versions of IP.
func TestShape(t *testing.T) {
	chain := []byte("\x3a\x00\x01\x04\x00\x00\x00\x00")
	syn := packet.TCPHeader{SrcPort: 40002, DstPort: 80, Seq: 7, Ack: 9, Reserved: 8, Flags: packet.SYN, Window: 63, Urgent: 3, Options: []byte{2, 4, 5, 0xb4}}
	for _, c := range []struct {
		name  string
		shape method.Shape
		four  packet.Packet
		six   packet.Packet
	}{
		{"SYN", method.Shape{To: method.ToOpenTCP, Proto: packet.TCP, TOS: 4, DF: true, FlowLabel: 0x12345, Flags: packet.SYN, Reserved: 8,
			Window: 63, Urgent: 3, Options: syn.Options, SeqPlus: 2, PortPlus: 2},
			packet.Packet{Transport: packet.TCP, TTL: 50, TOS: 4, IPv4: packet.IPv4Header{DF: true, ID: 1234}, TCP: syn},
			packet.Packet{Transport: packet.TCP, TTL: 50, TOS: 4, IPv6: packet.IPv6Header{FlowLabel: 0x12345}, TCP: syn}},
		{"datagram", method.Shape{To: method.ToClosedUDP, Proto: packet.UDP, IPID: 0x1042, TTL: 60, Fill: 'C', DataLen: 3},
			packet.Packet{Transport: packet.UDP, TTL: 60, IPv4: packet.IPv4Header{ID: 0x1042}, UDP: packet.UDPHeader{SrcPort: 40000, DstPort: 82}, Payload: []byte("CCC")},
			packet.Packet{Transport: packet.UDP, TTL: 60, UDP: packet.UDPHeader{SrcPort: 40000, DstPort: 82}, Payload: []byte("CCC")}},
		{"echo request", method.Shape{Proto: packet.ICMP, PortPlus: 1, Code: 9, Seq: 295, DataLen: 2, Extensions: chain},
			packet.Packet{Transport: packet.ICMP, TTL: 50, IPv4: packet.IPv4Header{ID: 1234},
				ICMP: packet.ICMPHeader{Type: 8, Code: 9, Rest: packet.Echo(78, 295)}, Payload: []byte{0, 0}},
			packet.Packet{Transport: packet.ICMPv6, TTL: 50, IPv6: packet.IPv6Header{Extensions: chain},
				ICMP: packet.ICMPHeader{Type: 128, Code: 9, Rest: packet.Echo(78, 295)}, Payload: []byte{0, 0}}},
	} {
		fields := func(dst netip.Addr) *method.Fields {
			return &method.Fields{Dst: dst, Ports: method.Ports{OpenTCP: 80, ClosedTCP: 81, ClosedUDP: 82},
				PortBase: 40000, EchoID: 77, Seq: 5, Ack: 9, IPID: 1234, TTL: 50}
		}
		var four, six packet.Packet
		c.shape.Packet(fields(methodtest.Them), &four)
		c.shape.Packet6(fields(methodtest.Them6), &six)
		c.four.Network, c.four.Dst = packet.IPv4, methodtest.Them
		c.six.Network, c.six.Dst = packet.IPv6, methodtest.Them6
		for _, p := range []struct{ want, got *packet.Packet }{{&c.four, &four}, {&c.six, &six}} {
			if d := cmp.Diff(p.want, p.got, cmpopts.EquateComparable(netip.Addr{}), cmpopts.IgnoreUnexported(packet.Packet{})); d != "" {
				t.Errorf("%s, version %v: %s", c.name, p.want.Network, d)
			}
		}
	}
}

// A solicitation asks for the host itself and must have a hop limit of 255.
func TestSolicit(t *testing.T) {
	s := method.Shape{Proto: packet.ICMP, Solicit: true, FlowLabel: 0x12345}
	p := packet.Packet{Src: methodtest.Us6}
	s.Packet6(&method.Fields{Dst: methodtest.Them6, TTL: 50}, &p)
	q := methodtest.Read(methodtest.Frame(&p))
	n, ok := q.Neighbor()
	if !ok || n != (packet.Neighbor{Target: methodtest.Them6}) || q.Dst != methodtest.Them6 || q.ICMP.Type != packet.ICMPv6NeighborSol || q.IPv6.FlowLabel != 0x12345 {
		t.Errorf("%v, %v to %v, type %d, label %x", n, ok, q.Dst, q.ICMP.Type, q.IPv6.FlowLabel)
	}
}
