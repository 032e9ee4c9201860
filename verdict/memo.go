package verdict

import (
	"fmt"
	"slices"
	"strings"

	"whorl"
	"whorl/method"
	"whorl/method/ipv6"
)

// Memo is a judge that explains, and that gives hosts with the same observations the
// same verdicts without judging them again: where many addresses are one kind of
// machine, most say the same. It must not be used from two goroutines at once, and the
// verdicts and boxes that it gives must not be changed. Hosts with a survey, or whose
// retransmissions were timed, are never the same, as the times are their own.
type Memo struct {
	judge     *Judge
	explained int
	all       bool
	known     map[string]*remembered
	last      *whorl.Host // that was judged last
	found     *remembered // of it; nil: it is not remembered
}

// remembered is what was found of a host. Many hosts share it.
type remembered struct {
	verdicts  []whorl.Verdict
	boxes     []whorl.Box
	undecided bool
}

const (
	// maxMemo bounds the observations that are remembered.
	maxMemo = 4096
	// telling is the weight of evidence that agrees below which it is left out, if not
	// all is asked for.
	telling = 0.1
)

// NewMemo remembers what j says. The first n verdicts get their evidence: all of it, or
// what speaks against them, is missing, or speaks for them with some weight.
func NewMemo(j *Judge, n int, all bool) *Memo {
	return &Memo{judge: j, explained: n, all: all, known: map[string]*remembered{}}
}

// Judge sets the verdicts of h, with evidence, and its next steps.
func (m *Memo) Judge(h *whorl.Host) {
	m.byProbes(h)
	m.judge.complete(h)
}

// byProbes judges and explains what probes have found, or remembers it.
func (m *Memo) byProbes(h *whorl.Host) {
	key := restsOn(h)
	m.last, m.found = h, m.known[key]
	if r := m.found; r != nil {
		h.Verdicts, h.Boxes = r.verdicts, r.boxes
		return
	}
	m.judge.judge(h)
	m.judge.explain(h, m.explained, m.tells)
	if _, surveyed := surveyOf(h); surveyed || len(runsOf(h)) > 0 || len(h.Next) > 0 { // steps name the host
		return
	}
	if len(m.known) == maxMemo {
		clear(m.known)
	}
	h.Verdicts, h.Boxes = slices.Clip(h.Verdicts), slices.Clip(h.Boxes) // who adds to them must not add to what others have
	m.found = &remembered{h.Verdicts, h.Boxes, m.judge.Undecided(h)}
	m.known[key] = m.found
}

// tells reports whether a piece of evidence is worth telling.
func (m *Memo) tells(e *whorl.Evidence) bool {
	return m.all || !e.Agrees || e.Missing != "" || e.Weight <= -telling || e.Weight >= telling
}

// Undecided is that of the judge, for a host that was judged and has not changed since.
func (m *Memo) Undecided(h *whorl.Host) bool {
	if h == m.last && m.found != nil {
		return m.found.undecided
	}
	return m.judge.Undecided(h)
}

// restsOn is all of a host that its verdicts by probes rest on.
func restsOn(h *whorl.Host) string {
	var b strings.Builder
	if isNear(h) {
		b.WriteString("near ")
	}
	for _, box := range onOurSide(h.Boxes) {
		fmt.Fprintf(&b, "%s%q%q ", box.Kind, box.LeftOut, box.Evidence)
	}
	for _, o := range h.Observations {
		if o.Method == "syn" || o.Method == "icmp" || o.Method == "claim" {
			continue
		}
		scan, print, ok := strings.Cut(o.Print, "\n")
		if !ok || !strings.HasPrefix(scan, "SCAN(") && !strings.HasPrefix(scan, "SInfo(") {
			scan, print = "", o.Print
		}
		b.WriteString(o.Method)
		b.WriteString(conditionsOf(scan))
		if o.Method == "ipv6" {
			print = ipv6.OwnTests(print)
		}
		b.WriteString(print)
		for _, u := range o.Conditions.Unsettled {
			b.WriteString(u)
		}
		for _, a := range o.Conditions.AtMost {
			b.WriteString(a)
		}
	}
	return b.String()
}

// conditionsOf is what a line SCAN or SInfo says of how a print was made, without when and by
// which of the ports.
func conditionsOf(scan string) string {
	l, err := method.ParseLine(scan)
	if err != nil {
		return scan
	}
	var b strings.Builder
	for _, a := range l.Attrs {
		switch a.Name {
		case "D", "TM", "Tm", "M", "P", "V":
			continue
		case "OT", "CT", "CU", "O", "C":
			if a.Value != "" && a.Value != "-1" {
				a.Value = "known"
			}
		}
		b.WriteString(a.Name)
		b.WriteString(a.Value)
	}
	return b.String()
}
