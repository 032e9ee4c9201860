package gen2

import (
	"time"

	"whorl/method"
	"whorl/packet"
)

// Probe is an index into Probes.
type Probe uint8

// The probes in the order of their source ports, then U1 and the echo requests.
// O1..O6 repeat S1..S6 when their answer is missing. T1 is measured on S1 or O1
// and has no packet of its own here.
const (
	S1 Probe = iota
	S2
	S3
	S4
	S5
	S6
	O1
	O2
	O3
	O4
	O5
	O6
	ECN
	T2
	T3
	T4
	T5
	T6
	T7
	U1
	IE1
	IE2
	NumProbes
)

// seqProbes is how many probes a SEQ train has.
const seqProbes = int(S6-S1) + 1

// Spacing of probes to one host. SEQ probes keep their distance because rates are
// computed from it; the others only have to stay in order.
const (
	SeqGap  = 100 * time.Millisecond
	TestGap = 25 * time.Millisecond
)

// IDs that answers to U1 are checked for.
const (
	udpIPID   = 0x1042
	udpFill   = 0x43 // 'C'
	udpLen    = 300
	udpIPLen  = 20 + 8 + udpLen
	echoSeq   = 295
	ports     = 20 // source ports used, from the base on
	basePorts = 3  // blocks of them that one exchange may use
)

// TCP options of the probes. In all of them the timestamp value is all ones and
// its echo zero.
var (
	opts1   = []byte("\x03\x03\x0a\x01\x02\x04\x05\xb4\x08\x0a\xff\xff\xff\xff\x00\x00\x00\x00\x04\x02")
	opts2   = []byte("\x02\x04\x05\x78\x03\x03\x00\x04\x02\x08\x0a\xff\xff\xff\xff\x00\x00\x00\x00\x00")
	opts3   = []byte("\x08\x0a\xff\xff\xff\xff\x00\x00\x00\x00\x01\x01\x03\x03\x05\x01\x02\x04\x02\x80")
	opts4   = []byte("\x04\x02\x08\x0a\xff\xff\xff\xff\x00\x00\x00\x00\x03\x03\x0a\x00")
	opts5   = []byte("\x02\x04\x02\x18\x04\x02\x08\x0a\xff\xff\xff\xff\x00\x00\x00\x00\x03\x03\x0a\x00")
	opts6   = []byte("\x02\x04\x01\x09\x04\x02\x08\x0a\xff\xff\xff\xff\x00\x00\x00\x00")
	optsECN = []byte("\x03\x03\x0a\x01\x02\x04\x05\xb4\x04\x02\x01\x01")
	optsT   = []byte("\x03\x03\x0a\x01\x02\x04\x01\x09\x08\x0a\xff\xff\xff\xff\x00\x00\x00\x00\x04\x02")
	optsT7  = []byte("\x03\x03\x0f\x01\x02\x04\x01\x09\x08\x0a\xff\xff\xff\xff\x00\x00\x00\x00\x04\x02")
)

// Probes are the packets of the method. The array is only read.
var Probes = [NumProbes]method.Shape{
	S1: syn("S1", 0, SeqGap, 1, opts1),
	S2: syn("S2", 1, SeqGap, 63, opts2),
	S3: syn("S3", 2, SeqGap, 4, opts3),
	S4: syn("S4", 3, SeqGap, 4, opts4),
	S5: syn("S5", 4, SeqGap, 16, opts5),
	S6: syn("S6", 5, SeqGap, 512, opts6),

	O1: again("O1", 6, 1, opts1),
	O2: again("O2", 7, 63, opts2),
	O3: again("O3", 8, 4, opts3),
	O4: again("O4", 9, 4, opts4),
	O5: again("O5", 10, 16, opts5),
	O6: again("O6", 11, 512, opts6),

	ECN: {Name: "ECN", To: method.ToOpenTCP, After: TestGap, Proto: packet.TCP, PortPlus: 12,
		Flags: packet.SYN | packet.ECE | packet.CWR, Reserved: 8, Window: 3, Urgent: 0xf7f5, NoAck: true, Options: optsECN},
	T2: test("T2", method.ToOpenTCP, 14, 0, true, 128, optsT),
	T3: test("T3", method.ToOpenTCP, 15, packet.SYN|packet.FIN|packet.URG|packet.PSH, false, 256, optsT),
	T4: test("T4", method.ToOpenTCP, 16, packet.ACK, true, 1024, optsT),
	T5: test("T5", method.ToClosedTCP, 17, packet.SYN, false, 31337, optsT),
	T6: test("T6", method.ToClosedTCP, 18, packet.ACK, true, 32768, optsT),
	T7: test("T7", method.ToClosedTCP, 19, packet.FIN|packet.PSH|packet.URG, false, 65535, optsT7),

	U1:  {Name: "U1", To: method.ToClosedUDP, After: TestGap, Proto: packet.UDP, IPID: udpIPID, Fill: udpFill, DataLen: udpLen},
	IE1: {Name: "IE1", To: method.ToHost, After: TestGap, Proto: packet.ICMP, DF: true, Code: 9, Seq: echoSeq, DataLen: 120},
	IE2: {Name: "IE2", To: method.ToHost, After: TestGap, Proto: packet.ICMP, TOS: 4, PortPlus: 1, Seq: echoSeq + 1, DataLen: 150},
}

func syn(name string, plus uint16, after time.Duration, window uint16, options []byte) method.Shape {
	return method.Shape{Name: name, To: method.ToOpenTCP, After: after, Proto: packet.TCP, PortPlus: plus,
		SeqPlus: uint32(plus), Flags: packet.SYN, Window: window, Options: options}
}

func again(name string, plus, window uint16, options []byte) method.Shape {
	s := syn(name, plus, TestGap, window, options)
	s.SeqPlus = 0
	return s
}

func test(name string, to method.Target, plus uint16, flags packet.Flags, df bool, window uint16, options []byte) method.Shape {
	return method.Shape{Name: name, To: to, After: TestGap, Proto: packet.TCP, PortPlus: plus,
		DF: df, Flags: flags, Window: window, Options: options}
}

// order is how one round goes out: the echo requests and U1 directly after S6, so
// that the IP IDs of TCP and ICMP answers can be compared.
var order = [...]Probe{S1, S2, S3, S4, S5, S6, IE1, IE2, U1, ECN, T2, T3, T4, T5, T6, T7}
