package icmp_test

import (
	"fmt"
	"net/netip"

	"whorl/method/icmp"
	"whorl/packet"
)

// A macOS whose resolver does not wait for an answer any more refuses it, and quotes 28 of
// its 126 bytes (captured; addresses are examples).
func Example() {
	var answer, refusal packet.Packet
	answer = packet.Packet{Link: packet.Raw, Network: packet.IPv4, Src: netip.MustParseAddr("192.0.2.53"), Dst: netip.MustParseAddr("192.0.2.1"), TTL: 54,
		Proto: packet.ProtoUDP, Transport: packet.UDP, UDP: packet.UDPHeader{SrcPort: 53, DstPort: 63107}, Payload: make([]byte, 98)}
	answer.IPv4.ID = 0xc843
	frame, _ := answer.Append(nil)
	refusal = packet.Packet{Link: packet.Raw, Network: packet.IPv4, Src: answer.Dst, Dst: answer.Src, TTL: 64, Proto: packet.ProtoICMP, Transport: packet.ICMP,
		ICMP: packet.ICMPHeader{Type: packet.ICMPUnreachable, Code: packet.CodePortUnreachable}, Payload: frame[:28]}
	wire, _ := refusal.Append(nil)

	answer.Decode(packet.Raw, frame)
	refusal.Decode(packet.Raw, wire)
	cause, _ := icmp.CauseOf(&answer)
	var u icmp.Unreach
	u.Add(&refusal, &cause)
	p := u.Print(false)
	fmt.Print(p.String())
	// Output:
	// U1(R=Y%DF=N%T=40%IPL=38%UN=0%RIPL=G%RID=G%RIPCK=G%RUCK=G%RUD=G)
	// QU(TOS=0)
	// Heard(N=1%TTL=40)
}
