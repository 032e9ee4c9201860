package verdict

import (
	"slices"
	"strings"

	"whorl"
	"whorl/method"
	"whorl/method/expr"
	"whorl/method/gen2"
)

// leastNear is how many records near an unknown host are explained.
const leastNear = 3

// Explain adds the evidence to the first n verdicts that rest on a record, to the
// headline what tells it from its best alternative, and to the host what would tell more.
func (j *Judge) Explain(h *whorl.Host, n int) {
	j.explain(h, n, func(*whorl.Evidence) bool { return true })
}

// explain is Explain with the evidence that is worth telling. The rest is not put in words.
func (j *Judge) explain(h *whorl.Host, n int, worth func(*whorl.Evidence) bool) {
	if like := overIPv4(h); like != nil {
		j.explain(like, n, worth)
		j.take(h, like)
		return
	}
	if onlyHeard(h) {
		return
	}
	s := targetOf(h)
	if unanswered(h) {
		n = max(n, leastNear)
	}
	for i := range h.Verdicts {
		v := &h.Verdicts[i]
		if n <= 0 {
			break
		}
		if byHandshake(v) { // it has its evidence
			continue
		}
		if place, ok := j.places[keyOf(v.Source)]; ok && !s.gen1 {
			v.Evidence = j.evidence(place, s, worth)
			n--
		} else if ev := j.gen1Alone(v, h); ev != nil {
			v.Evidence = worthTelling(ev, worth)
			n--
		}
	}
	if s.gen1 {
		h.Next = j.nextGen1(s)
	}
	if len(h.Verdicts) > 0 && s.seen != nil {
		if !byHandshake(&h.Verdicts[0]) {
			h.Verdicts[0].Decisive = j.decisive(s)
		}
		h.Next = j.next(s)
	}
}

// target is a host whose verdicts are explained.
type target struct {
	*whorl.Host
	seen       []method.Line    // its print, as it was judged
	scan       method.Line      // how it was made; empty Test: not told
	conditions whorl.Conditions // of the print
	gen1       bool             // there is a print of the first generation alone

	observed *Observation             // seen, to be weighed
	weighed  map[int][]whorl.Evidence // the comparison with records, by place
}

func targetOf(h *whorl.Host) (s target) {
	s.Host, s.weighed = h, map[int][]whorl.Evidence{}
	for _, o := range h.Observations {
		if o.Method != "gen2" {
			continue
		}
		if f, err := gen2.Parse(o.Print); err == nil {
			s.seen, s.scan, s.conditions = hostsOwn(f.First(), h.Boxes), f.Scan, o.Conditions
			break
		}
	}
	s.observed, s.gen1 = Observe(s.seen).bound(s.conditions.AtMost), s.seen == nil && seenGen1(h) != nil
	return s
}

// unanswered reports whether a host was judged and got no name.
func unanswered(h *whorl.Host) bool {
	return len(h.Verdicts) > 0 && h.Verdicts[0].Name == whorl.Unknown
}

// compare takes an observation and a record attribute by attribute: as seen or, where
// only that agrees, as it would have been on a common path.
func (j *Judge) compare(place int, seen []method.Line) []whorl.Evidence {
	e, points := j.entries[place], j.points[place]
	_, ev := e.Gen2.Explain(seen, points, expr.Whorl)
	common, path := Common(seen)
	if path == 0 || path == ethernetMSS {
		return ev
	}
	_, brought := e.Gen2.Explain(common, points, expr.Whorl)
	for i := range ev {
		if !ev[i].Agrees && brought[i].Agrees {
			ev[i].Agrees, ev[i].Common = true, brought[i].Got
		}
	}
	return ev
}

// evidence is what is known for and against a record and worth telling, in words.
func (j *Judge) evidence(place int, s target, worth func(*whorl.Evidence) bool) (out []whorl.Evidence) {
	for _, e := range j.weighed(place, s) {
		if worth(&e) {
			say(&e, s.seen)
			out = append(out, e)
		}
	}
	out = append(out, worthTelling(j.gen1Beside(place, s.Host), worth)...)
	return append(out, worthTelling(j.timesFor(s.Host, place), worth)...)
}

// worthTelling leaves evidence out that is not worth telling.
func worthTelling(ev []whorl.Evidence, worth func(*whorl.Evidence) bool) []whorl.Evidence {
	return slices.DeleteFunc(ev, func(e whorl.Evidence) bool { return !worth(&e) })
}

// weighed is the comparison with the weights of the likelihood, with what is missing and
// with what deep probes saw. It must not be changed, as it is remembered.
func (j *Judge) weighed(place int, s target) []whorl.Evidence {
	if ev, ok := s.weighed[place]; ok {
		return ev
	}
	ev := j.weigh(place, s)
	s.weighed[place] = ev
	return ev
}

func (j *Judge) weigh(place int, s target) []whorl.Evidence {
	ev := j.compare(place, s.seen)
	if j.weigher != nil {
		weights := j.weigher.explain(place, s.observed)
		for i := range ev {
			t, _ := gen2.TestNamed(ev[i].Test)
			attr, _ := gen2.Tests[t].Attr(ev[i].Attr)
			ev[i].Weight = weights[t][attr]
		}
		j.weighOrder(place, s, ev)
		s.discount(ev)
		s.bounded(ev)
	}
	ev = append(ev, s.missing(j.entries[place])...)
	byTest(ev)
	return append(ev, j.deepEvidence(place, s.Host)...)
}

// weighOrder adds what the order of options takes from a record to the first text that
// shows it.
func (j *Judge) weighOrder(place int, s target, ev []whorl.Evidence) {
	orders := &j.refs.orders
	cost := orders.against(s.observed.order)[orders.kindOf[place]]
	i := slices.IndexFunc(ev, func(e whorl.Evidence) bool {
		return strings.HasPrefix(e.Attr, "O") && orderOf(e.Got).contradicts(orders.of(place))
	})
	if i >= 0 {
		ev[i].Weight += cost
	}
}

// say adds the words to a piece of evidence.
func say(e *whorl.Evidence, seen []method.Line) {
	if e.Attr == "" {
		return
	}
	e.GotWords = inWords(e.Test, e.Attr, e.Got)
	if readAs(e.Attr) == "W" {
		if w := windowWords(e.Got, optionsBeside(e, seen)); w != "" {
			e.GotWords = strings.Replace(e.GotWords, w[:strings.IndexByte(w, ' ')], w, 1)
		}
	}
	e.GotWords = placed(e.GotWords, e.Test)
	if !e.Agrees {
		e.WantWords = inWords(e.Test, e.Attr, e.Want)
	}
}

// optionsBeside are the TCP options of the answer that had a window.
func optionsBeside(e *whorl.Evidence, seen []method.Line) string {
	test, attr := e.Test, "O"
	if test == "WIN" {
		test, attr = "OPS", "O"+e.Attr[1:]
	}
	l, _ := find(seen, test)
	options, _ := l.Value(attr)
	return options
}
