package verdict

import (
	"slices"
	"strings"

	"whorl"
	"whorl/method"
	"whorl/method/deep"
)

// Tests by whose answers they are made of. SEQ is of the port that accepts but for two
// attributes.
var (
	testsOfOpen   = []string{"SEQ.SP", "SEQ.GCD", "SEQ.ISR", "SEQ.TI", "SEQ.TS", "SEQ.SS", "OPS", "WIN", "ECN", "T1", "T2", "T3", "T4"}
	testsOfClosed = []string{"SEQ.CI", "T5", "T6", "T7"}
	testsOfPings  = []string{"SEQ.II", "SEQ.SS", "U1", "IE"}
)

// leftOut are the tests that do not tell of the host because a box answers them.
func leftOut(b *whorl.Box, h *whorl.Host) []string {
	open, closed := usedPort(h, whorl.Open), usedPort(h, whorl.Closed)
	owns := func(port uint16) bool { return port != 0 && slices.Contains(b.Ports, port) }
	switch b.Kind {
	case whorl.BoxForger:
		if owns(closed) {
			return testsOfClosed
		}
	case whorl.BoxSYNProxy, whorl.BoxProxy, whorl.BoxBalancer:
		if owns(open) {
			return testsOfOpen
		}
	case whorl.BoxNAT: // the verdict is of the machine behind the port
		if owns(open) {
			return slices.Concat(testsOfClosed, testsOfPings)
		}
	}
	return nil
}

// usedPort is the TCP port in that state that fingerprinting relied on; 0 if none.
func usedPort(h *whorl.Host, state whorl.PortState) uint16 {
	for _, p := range h.Ports {
		if p.Used && p.Proto == "tcp" && p.State == state {
			return p.Number
		}
	}
	return 0
}

// hostsOwn is a print without the tests that boxes answer.
func hostsOwn(seen []method.Line, boxes []whorl.Box) []method.Line {
	var names []string
	for i := range boxes {
		names = append(names, boxes[i].LeftOut...)
	}
	if len(names) == 0 {
		return seen
	}
	var out []method.Line
	for _, l := range seen {
		if slices.Contains(names, l.Test) {
			continue
		}
		l.Attrs = slices.DeleteFunc(slices.Clone(l.Attrs), func(a method.Attr) bool {
			return slices.Contains(names, l.Test+"."+a.Name)
		})
		if len(l.Attrs) > 0 || !strings.HasPrefix(l.Test, "SEQ") {
			out = append(out, l)
		}
	}
	return out
}

// besideDeep is the test of the second generation that shows whose a deep probe's is.
func besideDeep(test string) string {
	switch test {
	case "CLK", "ISN4", "AE", "AN", "MD5", "AO":
		return "OPS"
	case "RT":
		return "T5"
	case "EC":
		return "IE"
	case "QU", "BU":
		return "U1"
	}
	return ""
}

// deepOwn is a print of deep probes without the tests that boxes answer.
func deepOwn(seen deep.Print, boxes []whorl.Box) deep.Print {
	return slices.DeleteFunc(slices.Clone(seen), func(l method.Line) bool {
		return slices.ContainsFunc(boxes, func(b whorl.Box) bool { return slices.Contains(b.LeftOut, besideDeep(l.Test)) })
	})
}

// markForged says of each closed port whether a box resets in the host's name. Before a
// survey that is only a guess from the first answers.
func markForged(h *whorl.Host) {
	if _, ok := surveyOf(h); !ok {
		return
	}
	for i := range h.Ports {
		p := &h.Ports[i]
		p.Forged = p.Proto == "tcp" && slices.ContainsFunc(h.Boxes, func(b whorl.Box) bool {
			return b.Kind == whorl.BoxForger && slices.Contains(b.Ports, p.Number)
		})
	}
}
