package report

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"whorl"
)

// Nmap's limits of what it lists, measured on nmap 7.93.
const (
	worthListing = 0.85 // least accuracy of a match
	nearBest     = 0.10 // a guess must not be that far below the best
	maxMatches   = 36
	maxPerfect   = 8  // more are too many to name
	maxGuesses   = 10 // names or classes
	maxColumn    = 8  // device types, families or CPEs on one line
)

// nmapView is a host as Nmap's report sees it: a list of names by points.
type nmapView struct {
	matches  []*whorl.Verdict // best first, each name once
	perfect  int              // matches with all points
	sure     bool             // the first is our own answer, with a probability
	unknown  bool             // our own answer is that there is none
	overflow bool             // more perfect ones than Nmap's list can hold
	print    string           // of the active method; empty if there is none
	ipv4     bool             // print has the IPv4 form
	gen1     bool             // print is of the first generation, and there is no other
	notIdeal string           // why the print should not be sent in
	ports    []whorl.Port
}

func viewAsNmap(h *whorl.Host) *nmapView {
	v := &nmapView{ports: h.Ports}
	for _, method := range [...]string{"gen2", "ipv6"} {
		i := slices.IndexFunc(h.Observations, func(o whorl.Observation) bool { return o.Method == method && o.Print != "" })
		if i >= 0 {
			o := &h.Observations[i]
			v.print, v.ipv4, v.notIdeal = strings.TrimRight(o.Print, "\n"), method == "gen2", o.Conditions.NotIdeal
			break
		}
	}
	if i := slices.IndexFunc(h.Observations, func(o whorl.Observation) bool { return o.Method == "gen1" }); i >= 0 && v.print == "" {
		return gen1View(h, &h.Observations[i])
	}
	v.unknown = len(h.Verdicts) > 0 && isUnknown(&h.Verdicts[0])
	best := whorl.Fraction(1)
	if v.sure = isSure(h); v.sure { // readers take the match with the most points: it has to be our answer
		head := h.Verdicts[0]
		if isTie(&head) && len(h.Verdicts) > 1 { // it has the points of its first record
			head.Accuracy = h.Verdicts[1].Accuracy
		}
		v.add(&head)
		best = head.Accuracy
	}
	for _, r := range byAccuracy(h.Verdicts) {
		if r.Accuracy >= worthListing && r.Accuracy <= best && r.Rule != whorl.RuleGen1 {
			v.add(r)
		}
	}
	v.overflow = v.perfect > maxMatches
	v.matches = v.matches[:min(len(v.matches), maxMatches)]
	return v
}

// byAccuracy ranks by points alone.
func byAccuracy(verdicts []whorl.Verdict) []*whorl.Verdict {
	ranked := make([]*whorl.Verdict, len(verdicts))
	for i := range verdicts {
		ranked[i] = &verdicts[i]
	}
	slices.SortStableFunc(ranked, func(a, b *whorl.Verdict) int { return cmp.Compare(b.Accuracy, a.Accuracy) })
	return ranked
}

// add adds a match, unless its name is known already.
func (v *nmapView) add(r *whorl.Verdict) {
	if isUnknown(r) || slices.ContainsFunc(v.matches, func(m *whorl.Verdict) bool { return m.Name == r.Name }) {
		return
	}
	v.matches = append(v.matches, r)
	if r.Accuracy == 1 && !v.unknown { // what we do not believe is a guess
		v.perfect++
	}
}

// isSure reports whether the headline is an answer of our own.
func isSure(h *whorl.Host) bool {
	return len(h.Verdicts) > 0 && h.Verdicts[0].Rule == whorl.RuleWhorl && h.Verdicts[0].Confidence > 0 && !isUnknown(&h.Verdicts[0])
}

// isUnknown tells the verdict "unknown" from one that names something.
func isUnknown(v *whorl.Verdict) bool { return v.Name == "" || strings.EqualFold(v.Name, "unknown") }

// exists reports whether there is a result to tell: a print, or a match even without one.
func (v *nmapView) exists() bool { return v.print != "" || v.perfect > 0 }

func (v *nmapView) tooMany() bool { return v.perfect > maxPerfect }

// ideal reports whether the print may be sent in.
func (v *nmapView) ideal() bool { return v.notIdeal == "" && !v.tooMany() }

// listed is the matches that are named: the perfect ones or else the guesses.
func (v *nmapView) listed() []*whorl.Verdict {
	switch {
	case v.tooMany():
		return nil
	case v.perfect > 0:
		return v.matches[:v.perfect]
	}
	n := 0
	for n < min(len(v.matches), maxGuesses) && v.matches[n].Accuracy > v.matches[0].Accuracy-nearBest {
		n++
	}
	return v.matches[:n]
}

// fingerprint is the print as Nmap shows it: wrapped if it may be sent in, else
// one test a line and marked G=N.
func (v *nmapView) fingerprint() string {
	switch {
	case v.print == "":
		return ""
	case v.ideal() && v.ipv4:
		return Wrap(v.print)
	case v.ideal():
		return v.print + "\n"
	}
	return strings.Replace(v.print, "%G=Y", "%G=N", 1) + "\n"
}

// lacksPorts reports whether the port scan left the match on weak ground: no open
// TCP port, or none that is closed.
func (v *nmapView) lacksPorts() bool {
	has := func(states ...whorl.PortState) bool {
		return slices.ContainsFunc(v.ports, func(p whorl.Port) bool { return p.Proto == "tcp" && slices.Contains(states, p.State) })
	}
	return len(v.ports) > 0 && !v.tooMany() && !(has(whorl.Open) && has(whorl.Closed, whorl.Unfiltered))
}

func percent(f whorl.Fraction) string { return strconv.Itoa(f.Percent()) + "%" }
