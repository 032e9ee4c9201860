package verdict

import (
	"fmt"
	"slices"
	"strings"

	"whorl"
	"whorl/method/syn"
)

// Handshakes that stand beside probes fill what these leave open, and outvote nothing: the
// SYN-ACKs of a scan are behind OPS, WIN, ECN and T1 and judged there, so that the same
// packet is no second witness; and an address may have had another host when it was heard.
//
//	by probes                 the handshake names      then
//	nothing, too little       a system                 that is the name
//	a family, no SYN-ACK      the same                 that is the name: it tells versions
//	a name, or families       another                  of this scan: no name; heard: a warning
//	no name, with a SYN-ACK   a system                 heard: a warning

// hear judges a host by the handshakes of its own record, and by those that a listener
// heard before.
func (j *Judge) hear(h *whorl.Host) {
	s := handshakesOf(h)
	switch {
	case len(s.accepted) > 0:
		j.fillAccepted(h, s.accepted)
	case len(s.own.Observations) > 0 && len(h.Verdicts) == 0:
		j.byHandshakes(&s.own)
		adopt(h, &s.own)
	}
	if len(s.before.Observations) > 0 {
		j.fillHeard(h, &s)
	}
	says(h)
}

// beside are the observations of handshakes that a host has.
type beside struct {
	accepted []string    // prints of the SYN-ACK to the search of a scan; over both versions of IP two
	own      whorl.Host  // what the listener whose record it is has heard
	before   whorl.Host  // what a listener heard before
	heard    whorl.Heard // when and where that was last
}

func handshakesOf(h *whorl.Host) (s beside) {
	s.own.Addr, s.before.Addr = h.Addr, h.Addr
	for _, o := range h.Observations {
		switch {
		case o.Method != "syn" && o.Method != "icmp":
		case o.Conditions.Sent > 0:
			s.accepted = append(s.accepted, o.Print)
		case o.Conditions.Heard == "":
			s.own.Observations = append(s.own.Observations, o)
		case !provoked(h, &o):
			s.before.Observations = append(s.before.Observations, o)
			if !o.Conditions.At.Before(s.heard.At) {
				s.heard = whorl.Heard{At: o.Conditions.At, Where: o.Conditions.Heard}
			}
		}
	}
	return s
}

// provoked reports whether what was heard are answers to the scan itself: SYN-ACKs and ICMP
// messages that came while it asked the host.
func provoked(h *whorl.Host, o *whorl.Observation) bool {
	return (strings.HasPrefix(o.Print, syn.TestSynAck+"(") || o.Method == "icmp") && !h.Seen.First.IsZero() && !o.Conditions.At.Before(h.Seen.First)
}

// fillAccepted judges by the SYN-ACK to the search, where the probes had none. One SYN-ACK
// to a SYN that offers an MSS alone tells families at most, and rare stacks answer like each
// other: only those that are met everywhere are named. Of a stack of each of our records 18
// get a name in this way, and one of these, smoltcp, a wrong one (2026-11): an MSS alone has
// no order.
func (j *Judge) fillAccepted(h *whorl.Host, prints []string) {
	if j.weigher == nil || answersAll(h.Boxes) || accepts(h) || relayed(h) != nil {
		return
	}
	v := j.acceptedBy(prints)
	switch {
	case !j.names(&v) && len(h.Verdicts) == 0:
		h.Verdicts = []whorl.Verdict{nothing(alone)}
	case !j.names(&v):
		if unanswered(h) && tooLittle(measuredOf(h)) != "" {
			h.Verdicts = append([]whorl.Verdict{nothing(alone)}, h.Verdicts[1:]...)
		}
	case j.contradictedBy(h, &v):
		h.Verdicts = append([]whorl.Verdict{nothing("what accepts connections shows " + v.Name +
			", and the rest that answered does not; name another open port with -p"), v}, probable(h.Verdicts)...)
	case unanswered(h) || len(h.Verdicts) == 0:
		h.Verdicts = append([]whorl.Verdict{v}, probable(h.Verdicts)...)
	}
}

// alone is why a host has no name of which nothing more was seen.
const alone = "one SYN-ACK alone does not tell its system, and no probe was answered by another"

// acceptedBy is the family that accepts connections, by the first SYN-ACK that is sure
// enough; unknown if none is.
func (j *Judge) acceptedBy(prints []string) whorl.Verdict {
	for _, print := range prints {
		s, err := j.handshakes().handshake(print)
		if err != nil || s.family == "" || s.may != nil || s.sure < behindSure || !common(s.families[0].class) {
			continue
		}
		f := &s.families[0]
		v := f.answered(f.alone())
		v.Evidence, v.Notes = slices.Clone(s.verdicts[0].Evidence), s.verdicts[0].Notes
		v.Source.Text = "one SYN-ACK alone, which tells families at most"
		return v
	}
	return nothing("")
}

// fillHeard judges by what a listener has heard.
func (j *Judge) fillHeard(h *whorl.Host, s *beside) {
	before, complete := &s.before, accepts(h)
	j.byHandshakes(before)
	for i := range before.Verdicts {
		before.Verdicts[i].Heard = &s.heard
	}
	// A box of the listener's own network is not in our way.
	before.Boxes = slices.DeleteFunc(before.Boxes, func(b whorl.Box) bool { return b.Kind != whorl.BoxShared })
	for i := range before.Boxes {
		before.Boxes[i].Evidence = append(before.Boxes[i].Evidence, s.heard.String())
	}
	v := headline(before)
	switch {
	case len(h.Verdicts) == 0:
		adopt(h, before)
		return
	case !j.names(v):
	case j.contradictedBy(h, v):
		now := "what answers now does not fit that"
		if !unanswered(h) {
			now = "now it answers as " + headline(h).Name
		}
		warn(h, fmt.Sprintf("%v as %s, and %s: another system than then, or several behind a NAT%s", s.heard, v.Name, now, whoNow))
	case complete && unanswered(h):
		warn(h, fmt.Sprintf("%v as %s, and what answers now fits no record: it may be another system than then%s", s.heard, v.Name, whoNow))
	case !complete && (unanswered(h) || sameSystem(v, headline(h))):
		adopt(h, before)
		return
	}
	addBoxes(h, before.Boxes...)
}

// handshakes judge hosts by handshakes. Their tables are prepared when the first such host
// comes.
func (j *Judge) handshakes() *Handshakes {
	if j.heard == nil {
		j.heard = NewHandshakes(j.set, Options{}).Explained()
	}
	return j.heard
}

// byHandshakes names a host by its handshakes. What it gives is the host's own.
func (j *Judge) byHandshakes(h *whorl.Host) {
	j.handshakes().host(h)
	h.Verdicts = slices.Clone(h.Verdicts)
	for i := range h.Verdicts {
		h.Verdicts[i].Evidence = slices.Clone(h.Verdicts[i].Evidence)
	}
}

// adopt makes the verdicts by handshakes the first ones of a host, and all that goes with
// them its own.
func adopt(h, part *whorl.Host) {
	mine := part.Verdicts
	if len(h.Verdicts) > 0 {
		mine = mine[:1]
	}
	h.Verdicts = slices.Concat(mine, probable(h.Verdicts))
	addBoxes(h, part.Boxes...)
	for _, w := range part.Warnings {
		warn(h, w)
	}
}

// names reports whether a verdict by handshakes is sure enough to stand beside probes. Who
// asked for Nmap's points alone gets no other names.
func (j *Judge) names(v *whorl.Verdict) bool {
	return j.weigher != nil && v.Name != whorl.Unknown && v.Confidence >= j.o.Confidence
}

// accepts reports whether a SYN-ACK is part of what a host was judged by.
func accepts(h *whorl.Host) bool {
	return answersSYN(measuredOf(h)) || acceptsGen1(seenGen1(h))
}

// headline is the first verdict of a host; unknown if it has none.
func headline(h *whorl.Host) *whorl.Verdict {
	if len(h.Verdicts) == 0 {
		return &whorl.Verdict{Name: whorl.Unknown}
	}
	return &h.Verdicts[0]
}

// byHandshake reports whether a verdict rests on handshakes, which bring their evidence
// along.
func byHandshake(v *whorl.Verdict) bool {
	return len(v.Evidence) > 0 && (v.Evidence[0].Method == "syn" || v.Evidence[0].Method == "icmp")
}

// onlyHeard reports whether a host was judged by its handshakes alone.
func onlyHeard(h *whorl.Host) bool {
	heard := false
	for _, o := range h.Observations {
		switch o.Method {
		case "gen2", "gen1", "backoff":
			return false
		case "syn", "icmp":
			heard = true
		}
	}
	return heard
}
