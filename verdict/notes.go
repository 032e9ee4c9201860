package verdict

import (
	"fmt"
	"strconv"
	"strings"

	"whorl/method"
	"whorl/method/gen2"
	"whorl/osdb"
)

// notes tell how a host differs from what its system does by default: what somebody
// has set, or the path has done. They do not change which system it is.
func notes(e *osdb.Entry, seen []method.Line) (out []string) {
	ops, _ := find(seen, "OPS")
	o1, known := ops.Value("O1")
	if known && o1 != "" {
		for _, o := range options {
			if !strings.Contains(o1, o.letter) && offers(e, o.letter) {
				out = append(out, o.off)
			}
		}
		if mss := mssOf(o1); mss > 0 && mss != ethernetMSS && mss < loopbackMSS {
			out = append(out, pathNote(mss+ipTCPHeaders))
		}
	}
	if set, ok := otherTTL(e, seen); ok {
		out = append(out, fmt.Sprintf("initial TTL set to %d", set))
	}
	if ie, ok := find(seen, "IE"); ok && e.Gen2.Test(gen2.TestIE).State() == gen2.Filled {
		if r, _ := ie.Value("R"); r == "N" && !filtered(seen) {
			out = append(out, "pings not answered")
		}
	}
	return out
}

// loopbackMSS is the least segment size that only a loopback has: 16,344 bytes on
// macOS, 65,495 on Linux. That is how a host comes, seen from itself.
const loopbackMSS = 16000

// ipTCPHeaders are the 40 bytes that an MSS leaves out of a packet.
const ipTCPHeaders = 40

// options that can be switched off, by their letters in option texts.
var options = []struct{ letter, off string }{
	{"T", "timestamps off"},
	{"S", "SACK off"},
	{"W", "window scaling off"},
}

// offers reports whether a record knows a SYN-ACK with that option.
func offers(e *osdb.Entry, letter string) bool {
	ex, ok := expressionOf(e.Gen2, Feature{Test: gen2.TestOPS, Attr: 0})
	if !ok {
		return false
	}
	for _, alt := range ex.Alternatives() {
		if strings.Contains(alt.Text, letter) {
			return true
		}
	}
	return false
}

// otherTTL is the initial TTL of SYN-ACKs if the record has another.
func otherTTL(e *osdb.Entry, seen []method.Line) (ttl uint8, ok bool) {
	t1, _ := find(seen, "T1")
	for _, name := range []string{"T", "TG"} {
		v, seen := t1.Value(name)
		place, _ := gen2.Tests[gen2.TestT1].Attr(name)
		want, wants := expressionOf(e.Gen2, Feature{Test: gen2.TestT1, Attr: place})
		n, err := strconv.ParseUint(v, 16, 16)
		if seen && wants && err == nil && !want.Match(v) {
			return method.GuessTTL(uint8(min(n, 255))), true
		}
	}
	return 0, false
}
