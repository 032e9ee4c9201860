package verdict

import (
	"slices"

	"whorl"
	"whorl/method"
)

// untracked are tests whose probes connection tracking takes for invalid, so that a NAT
// does not forward them: no flags, SYN with FIN, FIN without ACK. Measured on Linux 6.18.
var untracked = []string{"T2", "T3", "T7"}

// onOurSide are the boxes on our side, which the scanner knows of before a host is judged.
func onOurSide(boxes []whorl.Box) (out []whorl.Box) {
	for _, b := range boxes {
		if b.Kind != whorl.BoxOwnNAT {
			continue
		}
		if len(b.LeftOut) < len(EveryTest()) { // those of an earlier judgement
			b.LeftOut = nil
		}
		out = append(out, b)
	}
	return out
}

// EveryTest are all tests, for a box that answers whatever is sent.
func EveryTest() []string { return slices.Concat(testsOfOpen, testsOfClosed, testsOfPings) }

// withoutSilence leaves out what a NAT on our side may have kept from a host.
func withoutSilence(h *whorl.Host, seen []method.Line) []method.Line {
	for i := range h.Boxes {
		b := &h.Boxes[i]
		if b.Kind != whorl.BoxOwnNAT {
			continue
		}
		for _, name := range untracked {
			l, _ := find(seen, name)
			if r, _ := l.Value("R"); r == "N" {
				b.LeftOut = append(b.LeftOut, name)
			}
		}
		seen = hostsOwn(seen, h.Boxes)
	}
	return seen
}

// answersAll reports whether a box on our side answers whatever is sent, so that nothing
// that came back is of the host.
func answersAll(boxes []whorl.Box) bool {
	return slices.ContainsFunc(boxes, func(b whorl.Box) bool {
		return b.Kind == whorl.BoxOwnNAT && len(b.LeftOut) == len(EveryTest())
	})
}

// notTheHost is the verdict of a host in whose name something of ours answers.
func notTheHost() []whorl.Verdict {
	return []whorl.Verdict{nothing("what answered is our own network; scan from a machine outside of it")}
}
