package verdict

import (
	"cmp"
	"slices"
	"strings"

	"whorl"
	"whorl/method"
	"whorl/method/backoff"
	"whorl/method/gen2"
)

const (
	// maxAlternatives bounds the list of verdicts of one host.
	maxAlternatives = 10
	// leastShare is the probability that an alternative must have to be listed.
	leastShare = 0.02
	// tieShare is the probability that the second of a tie must have.
	tieShare = 0.2
	// surest bounds what is claimed, as a model is never sure of itself.
	surest = 0.99
)

// Judge gives hosts their verdicts. It keeps memos and must not be used from two
// goroutines at once.
type Judge struct {
	*Judges
	matcher *Matcher
	weigher *Weigher // nil: points alone
	scratch []float64
	heard   *Handshakes      // nil: no host had any yet
	weights *backoff.Weights // of the times that were judged last
}

// Judge sets the verdicts of h from its observations, ranked, the headline first. A host
// that was neither fingerprinted nor heard has none.
func (j *Judge) Judge(h *whorl.Host) {
	j.judge(h)
	j.complete(h)
}

// complete goes on from the verdicts by probes: with what was heard of the host, and with
// whether its uptime is to be believed.
func (j *Judge) complete(h *whorl.Host) {
	j.hear(h)
	if !j.o.NmapOnly {
		believe(h)
	}
}

// judge is Judge by what probes have found.
func (j *Judge) judge(h *whorl.Host) {
	if like := overIPv4(h); like != nil {
		j.judge(like)
		j.take(h, like)
		return
	}
	h.Verdicts, h.Boxes = nil, append(onOurSide(h.Boxes), Boxes(h)...)
	h.Boxes = j.timedBoxes(h, h.Boxes)
	markForged(h)
	if answersAll(h.Boxes) {
		h.Verdicts = notTheHost()
		return
	}
	seen, ok, err := seenBy(h)
	if !ok {
		h.Verdicts = j.unscanned(h)
		return
	}
	if err != nil {
		h.Verdicts = []whorl.Verdict{nothing(err.Error())}
		return
	}
	if j.weigher != nil {
		seen = j.withoutScrub(h, withoutSilence(h, seen))
		p := deepBy(h)
		p.times, p.gen1, p.atMost = j.timesOf(ownRuns(h)), seenGen1(h), atMost(h)
		six, _ := seenIPv6(h)
		p.ipv6 = hostsOwn(six, renamed(h.Boxes, toIPv6))
		h.Verdicts = fitting(j.likely(seen, p))
		if tooLittle(seen) != "" {
			if v := j.timed(h); v != nil {
				h.Verdicts = v
			}
		}
	}
	for _, v := range j.counted(seen) {
		if !slices.ContainsFunc(h.Verdicts, func(o whorl.Verdict) bool { return o.Source == v.Source }) {
			h.Verdicts = append(h.Verdicts, v)
		}
	}
	j.joinGen1(h)
	j.nameBehind(h)
}

// seenBy is the second-generation observation of a host: the first that can be read,
// without what boxes in the path answer. ok is false if there is none, good or bad.
func seenBy(h *whorl.Host) (seen []method.Line, ok bool, err error) {
	for _, o := range h.Observations {
		if o.Method != "gen2" {
			continue
		}
		f, bad := gen2.Parse(o.Print)
		if bad == nil || strings.TrimSpace(o.Print) == "" {
			return hostsOwn(f.First(), h.Boxes), true, nil
		}
		ok, err = true, cmp.Or(err, bad)
	}
	return nil, ok, err
}

// counted is Nmap's list.
func (j *Judge) counted(seen []method.Line) (out []whorl.Verdict) {
	for i, m := range j.matcher.List(seen).Matches {
		if i == maxAlternatives && m.Accuracy < 1 {
			break
		}
		v := verdictOf(m.Entry, whorl.RuleNmap)
		v.Accuracy = m.Accuracy
		out = append(out, v)
	}
	return out
}
