package gen1

import (
	"time"

	"whorl/method"
	"whorl/packet"
)

// Probe is an index into Probes.
type Probe uint8

// The probes in the order in which they leave. The six SYNs that TSeq is computed from
// had no names; S1 to S6 are those of the second generation.
const (
	T1 Probe = iota
	T2
	T3
	T4
	T5
	T6
	T7
	PU
	S1
	S2
	S3
	S4
	S5
	S6
	NumProbes
)

// Gap is the least time between two of S1-S6. Five of them are long enough to see a
// clock of 2 Hz tick.
const Gap = 110 * time.Millisecond

// MSS is what all SYNs offer. An answer with the same is marked E in Ops.
const MSS = 265

// Options are the TCP options of all probes: window scale 10, NOP, MSS 265, a
// timestamp of 3F3F3F3F with no echo, end of list twice. SACK is not offered. The
// slice is only read.
var Options = []byte("\x03\x03\x0a\x01\x02\x04\x01\x09\x08\x0a\x3f\x3f\x3f\x3f\x00\x00\x00\x00\x00\x00")

const (
	dataLen = 300               // data of PU, bytes
	udpLen  = 8 + dataLen       // its UDP length
	puLen   = 20 + udpLen       // its IP total length
	bogus   = packet.ECE        // the bit 0x40 of T1; it had no meaning then
	ports   = uint16(NumProbes) // source ports of a round: PU has the base, then S1-S6, then T1-T7
)

// Probes are the packets of the method. The array is only read. Windows follow the TTL
// ([Window]), and the data of PU is one byte of the exchange's choice, again and again.
var Probes = [NumProbes]method.Shape{
	T1: tcp("T1", method.ToOpenTCP, 7, packet.SYN|bogus),
	T2: tcp("T2", method.ToOpenTCP, 8, 0),
	T3: tcp("T3", method.ToOpenTCP, 9, packet.SYN|packet.FIN|packet.URG|packet.PSH),
	T4: tcp("T4", method.ToOpenTCP, 10, packet.ACK),
	T5: tcp("T5", method.ToClosedTCP, 11, packet.SYN),
	T6: tcp("T6", method.ToClosedTCP, 12, packet.ACK),
	T7: tcp("T7", method.ToClosedTCP, 13, packet.FIN|packet.PSH|packet.URG),
	PU: {Name: "PU", To: method.ToClosedUDP, Proto: packet.UDP, DataLen: dataLen},
	S1: syn("S1", 1),
	S2: syn("S2", 2),
	S3: syn("S3", 3),
	S4: syn("S4", 4),
	S5: syn("S5", 5),
	S6: syn("S6", 6),
}

func tcp(name string, to method.Target, plus uint16, flags packet.Flags) method.Shape {
	return method.Shape{Name: name, To: to, Proto: packet.TCP, PortPlus: plus, Flags: flags, NoAck: true, Options: Options}
}

func syn(name string, plus uint16) method.Shape {
	s := tcp(name, method.ToOpenTCP, plus, packet.SYN)
	s.After, s.SeqPlus = Gap, uint32(plus)
	return s
}

// Window is that of a TCP probe with the TTL: 1024, 2048, 3072 or 4096. It means nothing.
func Window(ttl uint8) uint16 { return 1024 * (uint16(ttl%4) + 1) }
