package gen1

import (
	"fmt"
	"strings"

	"whorl/method"
	"whorl/packet"
)

// Measure computes the tests from what came back. A test whose probes were not sent is
// left out, and so is silence to T5-T7 where nothing shows that the port is closed.
func (e *Exchange) Measure() (out Print) {
	if l, ok := e.tseq(); ok {
		out = append(out, l)
	}
	_, closed := e.ClosedTCP()
	for p := T1; p <= T7; p++ {
		slot := &e.Slots[p]
		if slot.Sends > 0 && (slot.Reply != nil || p <= T4 || closed) {
			out = append(out, e.tcpTest(p))
		}
	}
	if e.Slots[PU].Sends > 0 {
		out = append(out, e.unreachable())
	}
	return out
}

// answered begins the line of a test.
func (e *Exchange) answered(which Probe) (l method.Line, r *Reply) {
	l.Test, r = Probes[which].Name, e.Slots[which].Reply
	l.Set("Resp", yesNo(r != nil))
	return l, r
}

// tcpTest is one of T1-T7.
func (e *Exchange) tcpTest(which Probe) method.Line {
	l, r := e.answered(which)
	if r == nil {
		return l
	}
	l.Set("DF", yesNo(r.DF))
	l.Set("W", hex(r.Window))
	switch r.Ack {
	case e.Numbers.Seq + 1:
		l.Set("ACK", "S++")
	case e.Numbers.Seq:
		l.Set("ACK", "S")
	default:
		l.Set("ACK", "O")
	}
	l.Set("Flags", FlagString(r.Flags))
	l.Set("Ops", OptionString(r.Options))
	return l
}

// unreachable is PU.
func (e *Exchange) unreachable() method.Line {
	l, r := e.answered(PU)
	if r == nil {
		return l
	}
	q := &e.Quote
	l.Set("DF", yesNo(r.DF))
	l.Set("TOS", hex(r.TOS))
	l.Set("IPLEN", hex(r.IPLen))
	l.Set("RIPTL", hex(q.IPLen))
	l.Set("RID", quoted(q.IPID, q.IPID == e.Numbers.UDPID))
	l.Set("RIPCK", quoted(q.IPSum, q.IPSumGood))
	l.Set("UCK", quoted(q.UDPSum, q.UDPSumGood))
	l.Set("ULEN", hex(q.UDPLen))
	l.Set("DAT", map[bool]string{true: "E", false: "F"}[q.DataGood])
	return l
}

// quoted says how a quoted number compares with the one sent: 0 zero, E the same, F
// another one.
func quoted(v uint16, same bool) string {
	switch {
	case v == 0:
		return "0"
	case same:
		return "E"
	}
	return "F"
}

// flagLetters are the flags in the order of a print. B is ECE, which had no meaning
// when the method was made. CWR has no letter.
const flagLetters = "BUAPRSF"

var flagBits = [...]packet.Flags{packet.ECE, packet.URG, packet.ACK, packet.PSH, packet.RST, packet.SYN, packet.FIN}

// FlagString writes flags as a print does.
func FlagString(f packet.Flags) string {
	var b strings.Builder
	for i, bit := range flagBits {
		if f.Has(bit) {
			b.WriteByte(flagLetters[i])
		}
	}
	return b.String()
}

// ParseFlags reads flags as a print writes them, in any order.
func ParseFlags(s string) (f packet.Flags, err error) {
	for _, c := range s {
		i := strings.IndexRune(flagLetters, c)
		if i < 0 {
			return 0, fmt.Errorf("gen1: %.20q: no flag is written %q", s, c)
		}
		f |= flagBits[i]
	}
	return f, nil
}

// OptionString writes TCP options in the letters of the first generation: L end of
// list, N no-operation, M MSS, with E behind it if it is that of the probe, W window
// scale, T timestamp.
//
// Of kinds without a letter only the kind byte is passed over, not the option, and the
// length of the others is not read. So SACK permitted (04 02) reads as M and swallows
// the next three bytes; the reference data has that.
func OptionString(raw []byte) string {
	var b strings.Builder
	for len(raw) > 0 {
		length := 1
		switch raw[0] {
		case packet.OptEOL:
			b.WriteByte('L')
			return b.String()
		case packet.OptNOP:
			b.WriteByte('N')
		case packet.OptMSS:
			b.WriteByte('M')
			if length = 4; len(raw) >= length && int(raw[2])<<8|int(raw[3]) == MSS {
				b.WriteByte('E')
			}
		case packet.OptWScale:
			b.WriteByte('W')
			length = 3
		case packet.OptTimestamp:
			b.WriteByte('T')
			length = 10
		}
		raw = raw[min(length, len(raw)):]
	}
	return b.String()
}

func yesNo(b bool) string {
	if b {
		return "Y"
	}
	return "N"
}

// hex writes a number as Nmap does: upper case, no leading zeros.
func hex[T uint8 | uint16 | uint32](v T) string { return fmt.Sprintf("%X", v) }
