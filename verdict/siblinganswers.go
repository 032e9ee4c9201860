package verdict

import (
	"fmt"
	"slices"
	"strconv"

	"whorl"
	"whorl/method"
	"whorl/method/gen2"
)

// trait is something that the answers of a stack have over both versions of IP.
type trait struct {
	name string
	chance
	soft bool // one machine may well differ in it
}

var (
	layoutTrait = &trait{name: "layout of options", chance: byStackLayout}
	scaleTrait  = &trait{name: "window scale", chance: byStackScale}
	windowTrait = &trait{name: "window", chance: byStackWindow}
	clockTrait  = &trait{name: "timestamps", chance: byStackClock}
	isnTrait    = &trait{name: "initial sequence numbers", chance: byStackISN}
	ecnTrait    = &trait{name: "ECN", chance: byStackECN}
	flagsTrait  = &trait{name: "flags and numbers of SYN-ACKs", chance: byStackFlags}
	resetsTrait = &trait{name: "answers to segments of no connection", chance: byStackResets}
	ttlTrait    = &trait{name: "initial TTL", chance: byStackTTL, soft: true}
)

// difference is a trait that two addresses do not share.
type difference struct {
	*trait
	words string
}

// likeness is what comparing the answers of two addresses gave.
type likeness struct {
	differ      []difference // one of each trait
	connections bool         // how they are accepted was compared
	resets      bool         // answers to segments of no connection were
}

// compareAnswers compares tests of the second generation over IPv4 with those that carry
// over from IPv6, both brought to one path. Silence says nothing: filters differ by version.
func compareAnswers(four, six method.Lines) (l likeness) {
	for _, b := range six {
		a, ok := four.Test(b.Test)
		if !ok || silent(a) || silent(b) {
			continue
		}
		l.seen(b.Test)
		if b.Test == "SEQ" {
			l.numbers(a, b)
			continue
		}
		for _, attr := range b.Attrs {
			if value, ok := a.Value(attr.Name); ok && value != attr.Value {
				l.attribute(b.Test, attr.Name, value, attr.Value)
			}
		}
	}
	return l
}

func silent(l method.Line) bool { r, _ := l.Value("R"); return r == "N" }

func (l *likeness) seen(test string) {
	switch test {
	case "T1":
		l.connections = true
	case "T4", "T5", "T6", "T7":
		l.resets = true
	}
}

func (l *likeness) note(t *trait, a, b string) {
	if a != b && !slices.ContainsFunc(l.differ, func(d difference) bool { return d.trait == t }) {
		l.differ = append(l.differ, difference{t, fmt.Sprintf("%s %s over IPv4 and %s over IPv6", t.name, a, b)})
	}
}

// attribute compares one value of an answer.
func (l *likeness) attribute(test, name, a, b string) {
	accepts := test == "OPS" || test == "WIN" || test == "ECN" || test == "T1"
	switch {
	case name == "R", test == "U1", test == "IE": // messages of another protocol
	case name == "T" || name == "TG":
		l.note(ttlTrait, initialTTL(a), initialTTL(b))
	case accepts && name[0] == 'O':
		l.note(layoutTrait, orNone(layoutOf(a)), orNone(layoutOf(b)))
		l.note(scaleTrait, orNone(optionNumber(a, 'W')), orNone(optionNumber(b, 'W')))
	case accepts && name[0] == 'W':
		if !nearWindows(a, b) {
			l.note(windowTrait, a, b)
		}
	case name == "CC":
		l.note(ecnTrait, a, b)
	case accepts:
		l.note(flagsTrait, test+"."+name+"="+a, test+"."+name+"="+b)
	case name == "O", name == "W": // sizes of what T2 and T3 open follow the path
	default:
		l.note(resetsTrait, test+"."+name+"="+a, test+"."+name+"="+b)
	}
}

// nearWindows reports whether two windows are as near as ways to make them of the MSS leave
// them: an eighth.
func nearWindows(a, b string) bool {
	x, errA := strconv.ParseUint(a, 16, 16)
	y, errB := strconv.ParseUint(b, 16, 16)
	return errA == nil && errB == nil && max(x, y)-min(x, y) <= max(x, y)/8
}

// initialTTL is the one that a TTL or hop limit, in hexadecimal, began with.
func initialTTL(value string) string {
	n, err := strconv.ParseUint(value, 16, 8)
	if err != nil {
		return value
	}
	return fmt.Sprint(method.GuessTTL(uint8(n)))
}

// numbers compares how initial sequence numbers and timestamps grow.
func (l *likeness) numbers(a, b method.Line) {
	if x, y := growthOf(a), growthOf(b); x != "" && y != "" {
		l.note(isnTrait, x, y)
	}
	x, okA := a.Value("TS")
	y, okB := b.Value("TS")
	if okA && okB && !nearRates(x, y) {
		l.note(clockTrait, stampWords(x), stampWords(y))
	}
}

// Bounds of SP of numbers that count and of such that are drawn by chance: 8 log2 of their
// deviation a second. Between them stand those of both kinds.
const (
	mostCounted = 0x60
	leastRandom = 0xa0
)

// growthOf says how initial sequence numbers grow; empty if that is not known.
func growthOf(seq method.Line) string {
	sp, ok := hexValue(seq, "SP")
	gcd, known := hexValue(seq, "GCD")
	switch {
	case !ok || !known:
		return ""
	case gcd == 0:
		return "constant"
	case sp <= mostCounted:
		return "counted"
	case sp >= leastRandom:
		return "random"
	}
	return ""
}

// leastOffsets is the least TS of stacks whose connections have clocks of their own: the
// logarithm of the rate that their offsets seem to show.
const leastOffsets = 0x18

// nearRates reports whether two values of TS are of one kind of clock.
func nearRates(a, b string) bool {
	x, errA := strconv.ParseUint(a, 16, 8)
	y, errB := strconv.ParseUint(b, 16, 8)
	switch {
	case errA != nil || errB != nil || x == 0 || y == 0:
		return a == b
	case x >= leastOffsets || y >= leastOffsets:
		return x >= leastOffsets && y >= leastOffsets
	}
	return max(x, y)-min(x, y) <= 1
}

func stampWords(ts string) string {
	n, err := strconv.ParseUint(ts, 16, 8)
	switch {
	case err != nil:
		return "none"
	case n == 0:
		return "zero"
	case n >= leastOffsets:
		return "of a clock for each connection"
	}
	return "of one clock, TS=" + ts
}

func hexValue(l method.Line, name string) (n uint64, ok bool) {
	v, _ := l.Value(name)
	n, err := strconv.ParseUint(v, 16, 32)
	return n, err == nil
}

// answersOf are the tests of a host as the second generation has them, brought to one path:
// its own, or what carries over from IPv6. Nil if there are none.
func answersOf(h *whorl.Host) method.Lines {
	for _, o := range h.Observations {
		if o.Method != "gen2" || !h.Addr.Is4() {
			continue
		}
		if f, err := gen2.Parse(o.Print); err == nil {
			lines, _ := Common(f.First())
			return lines
		}
	}
	if seen, _ := seenIPv6(h); seen != nil && h.Addr.Is6() {
		lines, _ := Common(Carried(seen))
		return lines
	}
	return nil
}
