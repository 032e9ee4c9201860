package packet_test

import (
	"fmt"
	"net/netip"

	"whorl/packet"
)

func ExampleTemplate() {
	syn, err := packet.NewTemplate(&packet.Packet{
		Link: packet.Raw, Network: packet.IPv4, Src: netip.MustParseAddr("192.0.2.1"), TTL: 64,
		Transport: packet.TCP, TCP: packet.TCPHeader{Flags: packet.SYN, Window: 65535},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	frame := make([]byte, 0, syn.Len()) // one serves all packets
	for i, dst := range []string{"198.51.100.7", "203.0.113.9"} {
		frame = syn.Append(frame[:0], &packet.Stamp{Dst: netip.MustParseAddr(dst), SrcPort: 4096, DstPort: 80, Seq: uint32(i)})
		var p packet.Packet
		p.Decode(packet.Raw, frame)
		fmt.Println(p.Dst, p.TCP.SrcPort, p.TCP.DstPort, p.TCP.Seq, p.Odd == 0)
	}
	// Output:
	// 198.51.100.7 4096 80 0 true
	// 203.0.113.9 4096 80 1 true
}
