package ipv6

import (
	"strconv"
	"strings"

	"whorl/method"
	"whorl/packet"
)

// Measure computes the tests from what came back. A test that says nothing, because its
// port was not known or its probe not sent, is left out; a test whose probe was not
// answered says R=N.
func (e *Exchange) Measure() method.Lines { return e.view().measure() }

func (v *view) measure() (out method.Lines) {
	like := method.Lines(v.gen2().Measure())
	for t := range NumTests {
		form, l := &Tests[t], method.Line{Test: Tests[t].Name}
		if t >= TestECN && v.answer(t) == nil && !v.asked[probes[t]] {
			continue
		}
		from, _ := like.Test(form.Like.String())
		for _, a := range form.Attrs {
			value, ok := from.Value(a.Name)
			if t >= TestU1 || !a.Carried {
				value, ok = v.own(t, a.Name)
			}
			if ok && v.knows(t, a.Name, value) {
				l.Set(a.Name, value)
			}
		}
		if len(l.Attrs) > 0 {
			out = append(out, l)
		}
	}
	return out
}

// probes are those whose answers the tests are about; S1 by its repeat too.
var probes = [NumTests]Probe{
	TestECN: TECN, TestT1: S1, TestT2: T2, TestT3: T3, TestT4: T4, TestT5: T5, TestT6: T6, TestT7: T7,
	TestU1: U1, TestIE1: IE1, TestIE2: IE2, TestNS: NS,
}

// answer is the packet that a test is about; nil if there is none.
func (v *view) answer(t Test) *packet.Packet {
	switch t {
	case TestSEQ, TestOPS, TestWIN:
		return nil
	case TestT1:
		return v.firstOf(S1)
	}
	return v.replies[probes[t]]
}

// knows is false of relations that a text does not tell, as it has not what was sent.
func (v *view) knows(t Test, attr, value string) bool {
	switch {
	case value == "Z":
	case attr == "A":
		return v.seq != 0
	case attr == "S" && t <= TestT7 && v.ack == 0:
		r := v.answer(t)
		return r != nil && r.TCP.Flags.Has(packet.SYN|packet.ACK) // an ISN is none of our numbers
	}
	return true
}

// own is the value of an attribute that is not carried over, or not of a segment.
func (v *view) own(t Test, attr string) (value string, ok bool) {
	if t == TestSEQ {
		return v.labels()
	}
	r := v.answer(t)
	if attr == "R" {
		return yesNo(r != nil), v.asked[probes[t]]
	}
	if r == nil {
		return "", false
	}
	switch attr {
	case "HL":
		return number(max(int(r.TTL)+v.hops-1, 0)), v.hops > 0
	case "HLG":
		return number(method.GuessTTL(r.TTL)), v.hops == 0
	case "TC":
		return number(r.TOS), true
	case "FL":
		return label(r.IPv6.FlowLabel), true
	case "PL":
		return number(r.IPv6.PayloadLen), true
	case "NF":
		return neighborFlags(r), r.ICMP.Type == packet.ICMPv6NeighborAdv
	case "CD":
		return code(r.ICMP.Code, Probes[probes[t]].Code), r.ICMP.Type == packet.ICMPv6EchoReply
	}
	if r.ICMP.Type >= packet.ICMPv6EchoRequest { // not an error
		return "", false
	}
	switch attr {
	case "ET":
		return number(r.ICMP.Type), true
	case "EC":
		return number(r.ICMP.Code), true
	case "EP":
		return number(r.ICMP.Rest), r.ICMP.Type == packet.ICMPv6ParamProblem
	case "UN":
		return number(r.ICMP.Rest), true
	}
	return v.quoted(r, attr)
}

// quoted is what an error quotes of U1.
func (v *view) quoted(r *packet.Packet, attr string) (value string, ok bool) {
	var q packet.Packet
	if !r.Quoted(&q) {
		return "", false
	}
	switch attr {
	case "RPL":
		return sameOr(q.IPv6.PayloadLen == 8+udpLen, q.IPv6.PayloadLen), true
	case "RFL":
		return sameOr(q.IPv6.FlowLabel == FlowLabel, q.IPv6.FlowLabel), true
	case "RUCK":
		return sameOr(q.UDP.Checksum == v.udpSum, q.UDP.Checksum), v.udpSum != 0
	case "RUD":
		for _, c := range q.Payload[:min(len(q.Payload), udpLen)] {
			if c != udpFill {
				return "I", true
			}
		}
		return "G", true
	}
	return "", false
}

// label is how a flow label follows from that of the probe: zero (Z), the same (S), other (O).
func label(got uint32) string {
	switch got {
	case 0:
		return "Z"
	case FlowLabel:
		return "S"
	}
	return "O"
}

// labels is how the flow labels of SYN-ACKs go: all zero (Z), all that of the probe (S),
// all the same other one (C), one for each connection (F). It takes two.
func (v *view) labels() (value string, ok bool) {
	n, common := 0, uint32(0)
	for p := S1; p <= S6; p++ {
		r := v.firstOf(p)
		if r == nil || !r.TCP.Flags.Has(packet.SYN|packet.ACK) {
			continue
		}
		if n++; n == 1 {
			common = r.IPv6.FlowLabel
		}
		if r.IPv6.FlowLabel != common {
			return "F", true
		}
	}
	if value = label(common); value == "O" {
		value = "C"
	}
	return value, n > 1
}

// neighborFlags are the letters of the flags of an advertisement: R router, S solicited,
// O override.
func neighborFlags(r *packet.Packet) (letters string) {
	n, _ := r.Neighbor()
	for _, f := range []struct {
		set    bool
		letter string
	}{{n.Router, "R"}, {n.Solicited, "S"}, {n.Override, "O"}} {
		if f.set {
			letters += f.letter
		}
	}
	return letters
}

// code is how that of an echo reply follows from the request's: zero (Z), the same (S),
// else a number.
func code(got, asked uint8) string {
	switch got {
	case 0:
		return "Z"
	case asked:
		return "S"
	}
	return number(got)
}

// number writes a number as Nmap does: upper case, no leading zeros.
func number[T uint8 | uint16 | uint32 | int](v T) string {
	return strings.ToUpper(strconv.FormatUint(uint64(v), 16))
}

func yesNo(b bool) string {
	if b {
		return "Y"
	}
	return "N"
}

// sameOr is G for good, or else the number.
func sameOr[T uint16 | uint32](same bool, v T) string {
	if same {
		return "G"
	}
	return number(v)
}
