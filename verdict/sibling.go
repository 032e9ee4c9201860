package verdict

import (
	"fmt"
	"math"
	"slices"

	"whorl"
)

// Two addresses, one of each version of IP, are of one machine if something leads from one
// to the other (a hardware address, a name, an address within the other, or that only few
// were scanned) and their answers agree; or their clocks do. TCP is one over both versions,
// so answers that contradict each other are never those of one stack.
//
// Sources: Beverly and Berger, "Server siblings: identifying shared IPv4/IPv6 infrastructure
// via active fingerprinting", PAM 2015 (options and timestamps); Scheitle, Gasser, Rouhi and
// Carle, "Large-scale classification of IPv6-IPv4 siblings with variable clock skew", TMA 2017.

// Siblings is what has to be known beside two hosts.
type Siblings struct {
	Names  map[string]bool // names that lead to one address of each version; true: and to more, which were not scanned
	Others int             // other addresses of the run, if they are so few that nothing else has to lead to one; 0: too many
}

// Ties are what a host has in common with other addresses of its machine, as text: hosts that
// share one are to be compared.
func (o Siblings) Ties(h *whorl.Host) (ties []string) {
	if h.MAC != "" {
		ties = append(ties, "hardware "+h.MAC)
	}
	if mac, ok := hardwareOf(h.Addr); ok && mac != h.MAC {
		ties = append(ties, "hardware "+mac)
	}
	for _, n := range h.Names {
		if _, dual := o.Names[n]; dual {
			ties = append(ties, "name "+n)
		}
	}
	return ties
}

// kin is what speaks for and against two addresses being of one machine.
type kin struct {
	odds     float64
	tied     bool // something leads from one to the other
	barred   bool // something forbids one verdict
	pros     []string
	cons     []string
	opposite bool // answers contradict each other
}

// Of compares two hosts, of one version of IP each. Both have been judged alone. ok is false
// if nothing leads from one to the other, or they are not of two versions.
func (o Siblings) Of(h, other *whorl.Host) (s whorl.Sibling, ok bool) {
	four, six := h, other
	if h.Addr.Is6() {
		four, six = other, h
	}
	if !four.Addr.Is4() || !six.Addr.Is6() || six.Addr.Is4In6() {
		return s, false
	}
	k := &kin{odds: math.Inf(-1)}
	k.ties(four, six, o)
	if !k.tied && o.Others == 0 {
		return s, false
	}
	k.odds = max(k.odds, oddsOfNothing(o.Others))
	k.boxes(four, six)
	k.clocks(four, six)
	k.answers(four, six)
	s = k.sibling()
	s.Addr = other.Addr
	return s, k.tied || s.Kinship == whorl.KinshipSame
}

// sibling sums up.
func (k *kin) sibling() whorl.Sibling {
	p := 1 / (1 + math.Exp(-k.odds))
	s := whorl.Sibling{Kinship: whorl.KinshipUnknown, Confidence: whorl.Fraction(min(p, surest)), Evidence: slices.Concat(k.cons, k.pros)}
	switch {
	case p >= siblingSurest && !k.barred:
		s.Kinship, s.Evidence = whorl.KinshipSame, slices.Concat(k.pros, k.cons)
	case p <= siblingOther && k.opposite:
		s.Kinship, s.Evidence = whorl.KinshipOther, k.cons
	}
	return s
}

// pro notes what leads from one address to the other.
func (k *kin) pro(odds float64, format string, args ...any) {
	k.tied, k.odds = true, max(k.odds, odds)
	k.pros = append(k.pros, fmt.Sprintf(format, args...))
}

// con notes what speaks against one machine.
func (k *kin) con(c chance, words string) {
	k.odds -= c.differs()
	k.cons = append(k.cons, words)
}

// ties finds what leads from one address to the other.
func (k *kin) ties(four, six *whorl.Host, o Siblings) {
	if four.MAC != "" && four.MAC == six.MAC {
		k.pro(oddsOfHardware, "one hardware address")
	} else if mac, ok := hardwareOf(six.Addr); ok && mac == four.MAC {
		k.pro(oddsOfEUI64, "the interface identifier is made of the hardware address")
	}
	if a, ok := isatap(six.Addr); ok && a == four.Addr {
		k.pro(oddsOfISATAP, "an ISATAP address of this IPv4 address")
	}
	if a, itself, ok := sixToFour(six.Addr); ok && a == four.Addr {
		if itself {
			k.pro(oddsOf6to4, "the address of the 6to4 router at this IPv4 address")
		} else {
			k.pro(oddsOfCrowd, "an address of the 6to4 site behind this IPv4 address")
		}
	}
	for _, name := range four.Names {
		crowded, dual := o.Names[name]
		if !dual || !slices.Contains(six.Names, name) {
			continue
		}
		if crowded {
			k.pro(oddsOfCrowd, "one name (%s), of several addresses", name)
		} else {
			k.pro(oddsOfName, "one name (%s)", name)
		}
		break
	}
	if embeds(six.Addr, four.Addr) && !labels(six) && (four.MAC == "" || four.MAC != six.MAC) {
		k.barred = true
		k.cons = append(k.cons, "the IPv6 address has the IPv4 address in it, as a translator (NAT64) writes it")
	}
}

// labels reports whether SYN-ACKs had flow labels: those of a translator are zero (RFC 7915
// section 4.1).
func labels(h *whorl.Host) bool {
	seen, _ := seenIPv6(h)
	l, _ := seen.Test("SEQ6")
	fl, _ := l.Value("FL")
	return fl == "C" || fl == "F"
}

// boxes bars hosts that others answer for.
func (k *kin) boxes(hosts ...*whorl.Host) {
	for _, h := range hosts {
		i := slices.IndexFunc(h.Boxes, func(b whorl.Box) bool { return b.Kind != whorl.BoxOwnNAT })
		if i < 0 && answersAll(h.Boxes) {
			i = 0
		}
		if i >= 0 {
			k.barred = true
			k.cons = append(k.cons, fmt.Sprintf("a box stands before %v (%s)", h.Addr, h.Boxes[i].Kind))
		}
	}
}

// clocks compares what runs by itself in a machine.
func (k *kin) clocks(four, six *whorl.Host) {
	a, okA := clockOf(four)
	b, okB := clockOf(six)
	if okA && okB {
		switch a.compare(b) {
		case same:
			k.odds -= shared
			k.pros = append(k.pros, fmt.Sprintf("timestamps of one clock (%.0f Hz)", a.rate))
		case different:
			if !drawsOffsets(four) && !drawsOffsets(six) {
				k.barred = true
				k.con(byStackLine, "timestamps of two clocks")
			}
		}
	}
	a, okA = isnClockOf(four)
	b, okB = isnClockOf(six)
	if okA && okB && a.compare(b) == same {
		k.odds -= shared
		k.pros = append(k.pros, "initial sequence numbers of one counter")
	}
}

// answers compares answers, ports and verdicts.
func (k *kin) answers(four, six *whorl.Host) {
	l := compareAnswers(answersOf(four), answersOf(six))
	strongest := chance{1, 1}
	for _, d := range l.differ {
		k.cons = append(k.cons, d.words)
		k.barred, k.opposite = k.barred || !d.soft, k.opposite || !d.soft
		if d.differs() > strongest.differs() {
			strongest = d.chance
		}
	}
	k.odds -= strongest.differs()
	if !k.opposite && l.connections {
		k.odds -= bySameConnections.agrees()
		k.pros = append(k.pros, "connections are accepted alike")
	}
	if !k.opposite && l.resets {
		k.odds -= bySameResets.agrees()
		k.pros = append(k.pros, "closed ports answer alike")
	}
	if !l.connections && !l.resets {
		k.cons = append(k.cons, "nothing that answers over both")
	}
	k.ports(four, six)
	x, y := familiesBy(four), familiesBy(six)
	switch {
	case len(x) == 0 || len(y) == 0:
		k.con(byStackUnknown, "alone not both have a name")
	case !meet(x, y):
		k.con(byStackName, fmt.Sprintf("alone they are %s and %s", four.Verdicts[0].Name, six.Verdicts[0].Name))
	case !meetInVersion(four.Verdicts[0].Classes, six.Verdicts[0].Classes):
		k.con(byStackVersion, fmt.Sprintf("alone they are %s and %s", four.Verdicts[0].Name, six.Verdicts[0].Name))
	}
}

// ports compares which ports are open and closed. What is filtered says nothing.
func (k *kin) ports(four, six *whorl.Host) {
	alike := false
	for _, p := range four.Ports {
		i := slices.IndexFunc(six.Ports, func(q whorl.Port) bool { return q.Proto == p.Proto && q.Number == p.Number })
		if p.Proto != "tcp" || i < 0 || !settled(p) || !settled(six.Ports[i]) {
			continue
		}
		if q := six.Ports[i]; p.State != q.State {
			k.con(byStackPorts, fmt.Sprintf("port %d is %s over IPv4 and %s over IPv6", p.Number, p.State, q.State))
			return
		}
		alike = alike || p.State == whorl.Open
	}
	if alike {
		k.odds -= byStackPorts.agrees()
		k.pros = append(k.pros, "the same ports are open")
	}
}

// settled reports whether the state of a port is the host's own.
func settled(p whorl.Port) bool {
	return !p.Forged && (p.State == whorl.Open || p.State == whorl.Closed)
}
