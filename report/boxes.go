package report

import (
	"fmt"
	"strings"

	"whorl"
)

// boxWords says a kind of box.
func boxWords(k whorl.BoxKind) string {
	switch k {
	case whorl.BoxNAT:
		return "port-forwarding NAT"
	case whorl.BoxBalancer:
		return "load balancer"
	case whorl.BoxSYNProxy:
		return "SYN proxy"
	case whorl.BoxProxy:
		return "transparent proxy"
	case whorl.BoxForger:
		return "firewall that forges resets"
	case whorl.BoxScrubber:
		return "firewall that rewrites packets"
	case whorl.BoxOwnNAT:
		return "NAT of our own network"
	case whorl.BoxShared:
		return "several machines share the address"
	}
	return string(k)
}

// boxes tells what stands between us and the host.
func (p *page) boxes(indent string, boxes []whorl.Box) {
	for _, b := range boxes {
		p.line(indent+"In the way: %s", cell{boxTitle(b), bold})
		for _, m := range b.Behind {
			p.fold(indent+"    ", behind(b.Kind, m))
		}
		for _, e := range b.Evidence {
			p.fold(indent+"    ", e)
		}
		if len(b.LeftOut) > 0 {
			p.fold(indent+"    left out of the fingerprint: ", strings.Join(b.LeftOut, " "))
		}
	}
}

// boxTitle is a box as in "SYN proxy or transparent proxy on tcp 80,443, 1 hop away".
func boxTitle(b whorl.Box) string {
	var kinds []string
	for _, k := range append([]whorl.BoxKind{b.Kind}, b.Or...) {
		kinds = append(kinds, boxWords(k))
	}
	s := strings.Join(kinds, " or ")
	if len(b.Ports) > 0 {
		s += " on tcp " + portRanges(b.Ports)
	}
	if b.Distance != nil {
		s += ", " + count(b.Distance.Count, "hop", "hops") + " away"
	}
	return s
}

// behind is one of several machines as in "tcp 80 is Linux, 90 % sure".
func behind(kind whorl.BoxKind, m whorl.Behind) string {
	what := "the address itself"
	if kind == whorl.BoxShared {
		what = "one"
	}
	if len(m.Ports) > 0 {
		what = "tcp " + portRanges(m.Ports)
	}
	switch {
	case m.Name == whorl.Unknown && len(m.Ports) == 0:
		return what + " is another machine, of an unknown system"
	case m.Name == whorl.Unknown:
		return what + " is a machine of its own, of an unknown system; scan it alone with -p " + portRanges(m.Ports[:1])
	}
	return fmt.Sprintf("%s is %s, %d %% sure", what, m.Name, m.Confidence.Percent())
}
