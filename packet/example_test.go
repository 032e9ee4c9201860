package packet_test

import (
	"encoding/hex"
	"fmt"
	"net/netip"

	"whorl/packet"
)

func ExamplePacket_Decode() {
	frame, _ := hex.DecodeString("4500002c00004000400624300a4d01020a4d0101" +
		"0050c00000000001000000026012faf0c6350000020405b4")

	var p packet.Packet // one value serves a whole capture
	p.Decode(packet.Raw, frame)
	mss, _ := p.TCP.MSS()
	fmt.Println(p.Src, p.TCP.SrcPort, p.TCP.Flags, "window", p.TCP.Window, "MSS", mss)
	p.Decode(packet.Raw, frame[:40])
	fmt.Println("without the last four bytes:", p.Odd)
	// Output:
	// 10.77.1.2 80 AS window 64240 MSS 1460
	// without the last four bytes: IP length, TCP data offset
}

func ExamplePacket_Append() {
	p := packet.Packet{
		Link:      packet.Raw,
		Network:   packet.IPv4,
		Src:       netip.MustParseAddr("192.0.2.1"),
		Dst:       netip.MustParseAddr("192.0.2.2"),
		TTL:       64,
		Transport: packet.TCP,
		TCP:       packet.TCPHeader{SrcPort: 49152, DstPort: 80, Seq: 1, Flags: packet.SYN, Window: 1024},
	}
	frame, err := p.Append(nil)
	fmt.Printf("%x %v\n", frame, err)
	// Output:
	// 45000028000000004006f6ccc0000201c0000202c0000050000000010000000050020400678d0000 <nil>
}

func ExampleNextOption() {
	raw := []byte{2, 4, 5, 0xb4, 1, 3, 3, 7, 0} // MSS 1460, NOP, window scale 7, EOL
	for {
		o, rest, ok := packet.NextOption(raw)
		if !ok {
			break
		}
		fmt.Println(o.Kind, o.Data)
		raw = rest
	}
	// Output:
	// 2 [5 180]
	// 1 []
	// 3 [7]
	// 0 []
}
