package gen2

import (
	"cmp"
	"slices"
	"time"
)

// ipids gives the classes of IP IDs of SYN-ACKs, of answers from the closed port
// and of echo replies.
func (e *Exchange) ipids() (ti, ci, ii string) {
	if ids := e.synIDs(); len(ids) >= 3 {
		ti = IPIDClass(ids, e.Target.Local)
	}
	return ti, IPIDClass(e.closedIDs(), e.Target.Local), e.echoClass()
}

const (
	// between is how many packets a host sends at most between a probe and its repeat, as
	// far as we ask for them.
	between = 16
	// jump is the step that Nmap takes for random in a series.
	jump = 20000
)

// echoClass is the class of the IP IDs of echo replies. Where a request was repeated, the
// host sent more packets between the two: steps are larger, and those that are larger than
// our packets explain, and no jump, may be random or not.
func (e *Exchange) echoClass() string {
	ids, asked := e.echoIDs()
	if asked < 2 {
		return IPIDClass(ids, e.Target.Local)
	}
	switch step := ids[1] - ids[0]; {
	case step > 0 && step <= between:
		return kindNames[counter]
	case step%256 == 0 && step <= 256*between:
		return IPIDClass(ids, e.Target.Local)
	case step > jump && step%256 != 0:
		return kindNames[randomSteps]
	}
	return ""
}

// closedIDs are the IP IDs of the answers to T5-T7, in the order in which those probes left
// that were answered.
func (e *Exchange) closedIDs() []uint16 {
	type made struct {
		at time.Duration
		id uint16
	}
	all := make([]made, 0, T7-T5+1)
	for p := T5; p <= T7; p++ {
		if s := &e.Slots[p]; s.Reply != nil {
			all = append(all, made{s.Sent, s.Reply.IPID})
		}
	}
	slices.SortStableFunc(all, func(a, b made) int { return cmp.Compare(a.at, b.at) })
	ids := make([]uint16, len(all))
	for i, m := range all {
		ids[i] = m.id
	}
	return e.asMade(ids, TestGap)
}

// asMade brings IP IDs of answers to probes that left a gap apart into the order in which
// the host made them. Where several are under way at a time they can overtake one another:
// numbers in no order are sorted if they make a counter then. Random ones hardly ever do.
func (e *Exchange) asMade(ids []uint16, gap time.Duration) []uint16 {
	if e.RTT.Smoothed < gap {
		return ids
	}
	switch ipidKind(ids, e.Target.Local) {
	case random, randomSteps:
	default:
		return ids
	}
	sorted := slices.Sorted(slices.Values(ids))
	switch ipidKind(sorted, e.Target.Local) {
	case counter, evenSteps, swapped:
		return sorted
	}
	return ids
}

func (e *Exchange) synIDs() []uint16 {
	ids := make([]uint16, 0, seqProbes)
	for _, s := range e.samples() {
		ids = append(ids, s.ipid)
	}
	return e.asMade(ids, SeqGap)
}

// echoIDs are the IP IDs of both echo replies, in the order in which the requests left that
// were answered. asked is how often the one that was asked more often was: between a request
// and a repeat the host sends other packets, so steps are larger.
func (e *Exchange) echoIDs() (ids []uint16, asked int) {
	a, b := &e.Slots[IE1], &e.Slots[IE2]
	if a.Reply == nil || b.Reply == nil {
		return nil, 0
	}
	if b.Sent < a.Sent {
		a, b = b, a
	}
	return e.asMade([]uint16{a.Reply.IPID, b.Reply.IPID}, TestGap), max(a.Sends, b.Sends)
}

// IPIDClass classifies IP IDs in the order they were made: Z all zero, a hex
// number if all are that, RD random, RI random positive steps, BI steps of 256
// (a counter in the wrong byte order), I small or even steps, empty if none fits
// or there are fewer than two.
// local takes out the steps that our own packets cause when the host is this machine.
//
// Nmap takes the wrap of a 16-bit counter for a random jump; here a series whose
// steps are all small stays a counter.
func IPIDClass(ids []uint16, local bool) string {
	switch k := ipidKind(ids, local); k {
	case constant:
		return hex(ids[0])
	default:
		return kindNames[k]
	}
}

type kind uint8

const (
	unknown kind = iota
	zero
	constant
	random
	randomSteps
	swapped
	evenSteps
	counter
)

var kindNames = [...]string{unknown: "", zero: "Z", random: "RD", randomSteps: "RI", swapped: "BI", evenSteps: "I", counter: "I"}

// smallStep is the largest step that a swapped counter may make in Nmap's rules;
// a series that stays below it has not jumped, only wrapped.
const smallStep = 5120

func ipidKind(ids []uint16, local bool) kind {
	if len(ids) < 2 {
		return unknown
	}
	steps := make([]uint16, 0, len(ids))
	jumped := false
	for i := 1; i < len(ids); i++ {
		jumped = jumped || uint32(ids[i])-uint32(ids[i-1]) > jump
		steps = append(steps, ids[i]-ids[i-1])
	}
	all := func(f func(uint16) bool) bool {
		for _, d := range steps {
			if !f(d) {
				return false
			}
		}
		return true
	}
	if jumped && len(ids) > 2 && !all(func(d uint16) bool { return d <= smallStep }) {
		return random
	}
	if local {
		withoutOurs(steps)
	}
	switch {
	case ids[0] == 0 && all(func(d uint16) bool { return d == 0 }):
		return zero
	case all(func(d uint16) bool { return d == 0 }):
		return constant
	case !all(func(d uint16) bool { return d <= 1000 || d%256 == 0 && d < 25600 }):
		return randomSteps
	case all(func(d uint16) bool { return d%256 == 0 && d <= smallStep }):
		return swapped
	case all(func(d uint16) bool { return d%2 == 0 }):
		return evenSteps
	case all(func(d uint16) bool { return d <= 9 }):
		return counter
	}
	return unknown
}

// withoutOurs takes one step of ours out of each step, if every one has room for it.
func withoutOurs(diffs []uint16) {
	for _, d := range diffs {
		if d < 2 {
			return
		}
	}
	for i, d := range diffs {
		if d%256 == 0 {
			diffs[i] -= 256
		} else {
			diffs[i]--
		}
	}
}

// shared tells whether TCP and ICMP draw from one IP ID counter (S) or not (O);
// empty if the kinds of series do not allow to tell.
func (e *Exchange) shared() string {
	tcp := e.synIDs()
	icmp, _ := e.echoIDs()
	if len(tcp) < 3 || min(e.Slots[IE1].Sends, e.Slots[IE2].Sends) > 1 {
		return "" // the first of them did not follow the train
	}
	for _, ids := range [][]uint16{tcp, icmp} {
		switch ipidKind(ids, e.Target.Local) {
		case counter, swapped, randomSteps:
		default:
			return ""
		}
	}
	last := tcp[len(tcp)-1]
	avg := uint32(last-tcp[0]) / uint32(len(tcp)-1) // 16 bits, as the counter may have wrapped
	if uint32(icmp[0]) < uint32(last)+3*avg {
		return "S"
	}
	return "O"
}
