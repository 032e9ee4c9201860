package ipv6

import (
	"whorl/method"
	"whorl/method/gen2"
	"whorl/packet"
)

// Probe is an index into Probes.
type Probe uint8

// The probes in the order in which they leave, which is that of Nmap's text. O1-O6 repeat
// S1-S6 when their answer is missing; in that text their answers stand under S1-S6.
const (
	S1 Probe = iota
	S2
	S3
	S4
	S5
	S6
	IE1
	IE2
	NS
	U1
	TECN
	T2
	T3
	T4
	T5
	T6
	T7
	O1
	O2
	O3
	O4
	O5
	O6
	NumProbes
)

// seqProbes is how many probes a SEQ train has.
const seqProbes = int(S6-S1) + 1

// FlowLabel is that of all probes.
const FlowLabel = 0x12345

// What stacks quote and copy of the probes.
const (
	udpFill   = 0x43 // 'C'
	udpLen    = 300  // data of U1, bytes
	echoLen   = 120  // data of IE1, bytes
	ports     = 19   // source ports used, from the base on
	basePorts = 3    // blocks of them that one exchange may use
)

// Extension headers of IE1 and IE2. IE2 has them in an order that RFC 8200 section 4.1
// forbids: hop-by-hop, destination options, routing of type 0 with no segments left,
// hop-by-hop again.
var (
	chain1 = []byte("\x3a\x00\x01\x04\x00\x00\x00\x00")
	chain2 = []byte("\x3c\x00\x01\x04\x00\x00\x00\x00" + "\x2b\x00\x01\x04\x00\x00\x00\x00" +
		"\x00\x00\x00\x00\x00\x00\x00\x00" + "\x3a\x00\x01\x04\x00\x00\x00\x00")
)

// Probes are the packets of the method. The array is only read. The segments are those of
// the second generation, but each TCP probe has a sequence number of its own, and that of
// ECN has no reserved bit.
var Probes = [NumProbes]method.Shape{
	S1: segment("S1", S1, 0),
	S2: segment("S2", S2, 1),
	S3: segment("S3", S3, 2),
	S4: segment("S4", S4, 3),
	S5: segment("S5", S5, 4),
	S6: segment("S6", S6, 5),

	IE1: {Name: "IE1", To: method.ToHost, After: gen2.TestGap, Proto: packet.ICMP, FlowLabel: FlowLabel, Extensions: chain1, Code: 9, DataLen: echoLen},
	IE2: {Name: "IE2", To: method.ToHost, After: gen2.TestGap, Proto: packet.ICMP, FlowLabel: FlowLabel, Extensions: chain2, Seq: 1},
	NS:  {Name: "NS", To: method.ToHost, After: gen2.TestGap, Proto: packet.ICMP, FlowLabel: FlowLabel, Solicit: true, TTL: 255},
	U1:  {Name: "U1", To: method.ToClosedUDP, After: gen2.TestGap, Proto: packet.UDP, FlowLabel: FlowLabel, Fill: udpFill, DataLen: udpLen},

	TECN: segment("TECN", TECN, 6),
	T2:   segment("T2", T2, 7),
	T3:   segment("T3", T3, 8),
	T4:   segment("T4", T4, 9),
	T5:   segment("T5", T5, 10),
	T6:   segment("T6", T6, 11),
	T7:   segment("T7", T7, 12),

	O1: segment("O1", O1, 13),
	O2: segment("O2", O2, 14),
	O3: segment("O3", O3, 15),
	O4: segment("O4", O4, 16),
	O5: segment("O5", O5, 17),
	O6: segment("O6", O6, 18),
}

// segment is a TCP probe, from the port and with the sequence number that far from the
// base.
func segment(name string, which Probe, plus uint16) method.Shape {
	s := &gen2.Probes[alike[which]]
	return method.Shape{Name: name, To: s.To, After: s.After, Proto: s.Proto, FlowLabel: FlowLabel,
		Flags: s.Flags, Window: s.Window, Urgent: s.Urgent, Options: s.Options, NoAck: s.NoAck,
		SeqPlus: uint32(plus), PortPlus: plus}
}

// alike are the probes of the second generation that the TCP probes are like.
var alike = [NumProbes]gen2.Probe{
	S1: gen2.S1, S2: gen2.S2, S3: gen2.S3, S4: gen2.S4, S5: gen2.S5, S6: gen2.S6,
	O1: gen2.O1, O2: gen2.O2, O3: gen2.O3, O4: gen2.O4, O5: gen2.O5, O6: gen2.O6,
	TECN: gen2.ECN, T2: gen2.T2, T3: gen2.T3, T4: gen2.T4, T5: gen2.T5, T6: gen2.T6, T7: gen2.T7,
}

// named finds a probe that Nmap's text can name.
func named(name string) (Probe, bool) {
	for p := range O1 {
		if Probes[p].Name == name {
			return p, true
		}
	}
	return 0, false
}
