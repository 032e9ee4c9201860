package deep

import (
	"time"

	"whorl/method"
	"whorl/packet"
)

// Probe is an index into Probes.
type Probe uint8

// The probes. K1-K4 share one 4-tuple; Q1 and B1-B6 leave together. L1, over IPv6 alone, is
// the first of LimitPackets, L1-L17.
const (
	K1 Probe = iota
	K2
	K3
	K4
	AE
	AN
	MD5
	AO
	EC
	RT
	Q1
	B1
	B2
	B3
	B4
	B5
	B6
	L1
	NumProbes = L1 + LimitPackets
)

// Over reports whether a probe goes over that version of IP. Those over both have answers
// that tell of TCP, which is one over either.
func (p Probe) Over(n packet.Network) bool {
	return p <= AO || (n == packet.IPv6) == (p >= L1)
}

// The most that one exchange sends, packets, repeats included.
const (
	MaxPackets  = 20 // over IPv4
	MaxPackets6 = 29 // over IPv6
)

// Gap is the least time between two probes that do not belong together.
const Gap = 25 * time.Millisecond

// TCP options. Timestamps have the value 1 and no echo; signatures are of no key.
var (
	optsSYN = []byte("\x02\x04\x05\xb4\x04\x02\x08\x0a\x00\x00\x00\x01\x00\x00\x00\x00\x01\x03\x03\x07")
	optsMD5 = []byte("\x02\x04\x05\xb4\x08\x0a\x00\x00\x00\x01\x00\x00\x00\x00\x13\x12" + "0123456789abcdef" + "\x01\x01\x01\x01")
	optsAO  = []byte("\x02\x04\x05\xb4\x08\x0a\x00\x00\x00\x01\x00\x00\x00\x00\x1d\x10\x01\x01" + "0123456789ab" + "\x01\x01")
)

// Marks that answers are compared with.
const (
	tosMark  = 0xba // DSCP EF (RFC 3246) and ECT(0)
	ect1     = 1    // ECN field (RFC 3168 section 5)
	echoTTL  = 100  // no stack begins with it
	quoteLen = 540  // data of Q1, bytes: a packet that does not fit an error of 576 bytes, but itself does
	dataFill = 'W'
)

// Probes are the packets of the method; order says when each leaves. The array is only
// read. The gaps between K1-K4 count from one to the next and differ, so that growth
// by time and growth by steps can be told apart.
var Probes = [NumProbes]method.Shape{
	K1: syn("K1", 0, 0, optsSYN),
	K2: syn("K2", 0, 100*time.Millisecond, optsSYN),
	K3: syn("K3", 0, 200*time.Millisecond, optsSYN),
	K4: syn("K4", 0, 150*time.Millisecond, optsSYN),

	AE:  ecn("AE", 1, ect1),
	AN:  ecn("AN", 2, 0),
	MD5: syn("MD5", 3, Gap, optsMD5),
	AO:  syn("AO", 4, Gap, optsAO),

	EC: {Name: "EC", To: method.ToHost, After: Gap, Proto: packet.ICMP, TTL: echoTTL, IPID: 0x5aa5, TOS: tosMark, Seq: 1, DataLen: 56, Fill: dataFill},
	RT: {Name: "RT", To: method.ToClosedTCP, After: Gap, Proto: packet.TCP, PortPlus: 5, IPID: 0x3cc3, TOS: tosMark,
		Flags: packet.SYN, Window: 1024, NoAck: true, Options: optsSYN},

	Q1: {Name: "Q1", To: method.ToClosedUDP, After: Gap, Proto: packet.UDP, DataLen: quoteLen, Fill: dataFill},
	B1: burst("B1", 1),
	B2: burst("B2", 2),
	B3: burst("B3", 3),
	B4: burst("B4", 4),
	B5: burst("B5", 5),
	B6: burst("B6", 6),

	L1:      lot("L1", 0, Gap),
	L1 + 1:  lot("L2", 1, 0),
	L1 + 2:  lot("L3", 2, 0),
	L1 + 3:  lot("L4", 3, 0),
	L1 + 4:  lot("L5", 4, 0),
	L1 + 5:  lot("L6", 5, 0),
	L1 + 6:  lot("L7", 6, 0),
	L1 + 7:  lot("L8", 7, limitPause),
	L1 + 8:  lot("L9", 8, 0),
	L1 + 9:  lot("L10", 9, 0),
	L1 + 10: lot("L11", 10, 0),
	L1 + 11: lot("L12", 11, 0),
	L1 + 12: lot("L13", 12, limitPause),
	L1 + 13: lot("L14", 13, 0),
	L1 + 14: lot("L15", 14, 0),
	L1 + 15: lot("L16", 15, 0),
	L1 + 16: lot("L17", 16, 0),
}

func syn(name string, plus uint16, after time.Duration, options []byte) method.Shape {
	return method.Shape{Name: name, To: method.ToOpenTCP, After: after, Proto: packet.TCP, PortPlus: plus,
		DF: true, Flags: packet.SYN, Window: 1024, NoAck: true, Options: options}
}

// ecn is the SYN of RFC 9768 section 3.1.1; the lowest reserved bit is AE.
func ecn(name string, plus uint16, tos uint8) method.Shape {
	s := syn(name, plus, Gap, optsSYN)
	s.TOS, s.Reserved, s.Flags = tos, 1, packet.SYN|packet.ECE|packet.CWR
	return s
}

func burst(name string, plus uint16) method.Shape { return lot(name, plus, 0) }

func lot(name string, plus uint16, after time.Duration) method.Shape {
	return method.Shape{Name: name, To: method.ToClosedUDP, After: after, Proto: packet.UDP, PortPlus: plus}
}

// order is how a round goes out before L1-L17, which end it: what has no time of its own
// fills the gaps of the clock, and bursts come last, as a limit on errors may hold other
// answers back.
var order = [L1]Probe{K1, AE, AN, MD5, K2, AO, EC, RT, K3, K4, Q1, B1, B2, B3, B4, B5, B6}

// turn is the n-th probe of a round, from 0.
func turn(n Probe) Probe {
	if n < L1 {
		return order[n]
	}
	return n
}
