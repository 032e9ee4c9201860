package verdict

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"whorl/method"
	"whorl/method/gen2"
)

// rewriting is a field that firewalls rewrite in all packets of a host (pf.conf(5), scrub).
type rewriting struct {
	chance          // that the record which fits otherwise has other values there
	attrs  []string // the attributes that it touches, as TEST.ATTR in the order of Features
	shows  func(seen []method.Line) (how string, ok bool)
}

// rewritings are all that is looked for. The array is only read.
var rewritings = [...]rewriting{
	{byScrubDF, []string{"ECN.DF", "T1.DF", "T2.DF", "T3.DF", "T4.DF", "T5.DF", "T6.DF", "T7.DF", "U1.DF", "IE.DFI"}, uniformDF},
	{byScrubID, []string{"SEQ.TI", "SEQ.CI", "SEQ.II", "SEQ.SS"}, uniformID},
	{byScrubTTL, []string{"ECN.T", "ECN.TG", "T1.T", "T1.TG", "T2.T", "T2.TG", "T3.T", "T3.TG", "T4.T", "T4.TG", "T5.T", "T5.TG",
		"T6.T", "T6.TG", "T7.T", "T7.TG", "U1.T", "U1.TG", "IE.T", "IE.TG"}, uniformTTL},
	{byScrubISN, []string{"SEQ.SP"}, randomISN},
}

// Places in rewritings. The first two go together: without path MTU discovery a stack
// leaves DF off, and then it has to number its packets.
const scrubDF, scrubID, scrubISN = 0, 1, 3

// places are the attributes as features.
func (r *rewriting) places() (out []Feature) {
	for _, name := range r.attrs {
		form, attr, _ := strings.Cut(name, ".")
		test, _ := gen2.TestNamed(form)
		place, _ := gen2.Tests[test].Attr(attr)
		out = append(out, Feature{test, place, Whole})
	}
	return out
}

// uniformDF is shown if DF is the same in SYN-ACKs, resets and whatever else came.
func uniformDF(seen []method.Line) (string, bool) {
	for value, how := range map[string]string{"Y": "DF is set", "N": "DF is off"} {
		if inAll(seen, "DF", func(v string) bool { return v == value }) && only(seen, "IE", "DFI", value) {
			return how + " in SYN-ACKs, resets and ICMP", true
		}
	}
	return "", false
}

// uniformID is shown if the IP IDs of SYN-ACKs and resets are all random or all zero, and
// those of pings no counter either.
func uniformID(seen []method.Line) (string, bool) {
	random := func(v string) bool { return v == "RD" || v == "RI" }
	seq, _ := find(seen, "SEQ")
	ti, _ := seq.Value("TI")
	ci, _ := seq.Value("CI")
	ii, pings := seq.Value("II")
	switch {
	case random(ti) && random(ci) && (random(ii) || !pings):
		return "IP IDs of SYN-ACKs and resets are random", true
	case ti == "Z" && ci == "Z" && ii == "Z":
		return "IP IDs of SYN-ACKs, resets and pings are zero", true
	}
	return "", false
}

// uniformTTL is shown if all packets began with the same TTL.
func uniformTTL(seen []method.Line) (string, bool) {
	t1, _ := find(seen, "T1")
	for _, name := range []string{"T", "TG"} {
		first, ok := t1.Value(name)
		if !ok {
			continue
		}
		same := func(v string) bool { return v == first }
		n, err := strconv.ParseUint(first, 16, 16)
		if err != nil || !inAll(seen, name, same) || !only(seen, "IE", name, first) {
			return "", false
		}
		if n > math.MaxUint8 {
			return fmt.Sprintf("TTLs are higher than a host can send over its distance (%d)", n), true
		}
		return fmt.Sprintf("initial TTL %d of all packets", n), true
	}
	return "", false
}

// leastModulated is SP from which on ISNs may be those of a random generator.
const leastModulated = 0xe0

// randomISN is shown if ISNs are random.
func randomISN(seen []method.Line) (string, bool) {
	seq, _ := find(seen, "SEQ")
	v, _ := seq.Value("SP")
	sp, err := strconv.ParseUint(v, 16, 16)
	return "ISNs are random", err == nil && sp >= leastModulated
}

// inAll reports whether an attribute fits in all TCP answers and the port unreachable, a
// SYN-ACK and a reset among them.
func inAll(seen []method.Line, name string, fits func(string) bool) bool {
	accepts, refuses := false, false
	for _, l := range seen {
		v, ok := l.Value(name)
		switch {
		case !ok:
		case l.Test != "IE" && !fits(v):
			return false
		case l.Test == "T1":
			accepts = true
		case l.Test == "T4", l.Test == "T5", l.Test == "T6", l.Test == "T7":
			refuses = true
		}
	}
	return accepts && refuses
}

// only reports whether an attribute has that value, if it was seen.
func only(seen []method.Line, test, name, value string) bool {
	l, _ := find(seen, test)
	v, ok := l.Value(name)
	return !ok || v == value
}

// spread is SEQ.SP.
var spread = Feature{Test: gen2.TestSEQ}
