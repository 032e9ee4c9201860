package verdict

import (
	"slices"
	"strings"

	"whorl"
	"whorl/method"
)

// Memo is a judge that explains, and that gives hosts with the same observations the
// same verdicts without judging them again: where many addresses are one kind of
// machine, most say the same. It must not be used from two goroutines at once, and the
// verdicts that it gives must not be changed. Hosts with a survey are never the same, as
// the times of its answers are their own.
type Memo struct {
	judge     *Judge
	explained int
	all       bool
	known     map[string]remembered
	last      *whorl.Host // that was judged last
	lastKey   string      // what its verdicts rest on
}

// remembered is what was found of a host.
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
	return &Memo{judge: j, explained: n, all: all, known: map[string]remembered{}}
}

// Judge sets the verdicts of h, with evidence, and its next steps.
func (m *Memo) Judge(h *whorl.Host) {
	key := restsOn(h)
	m.last, m.lastKey = h, key
	if r, ok := m.known[key]; ok {
		h.Verdicts, h.Boxes = slices.Clone(r.verdicts), slices.Clone(r.boxes)
		return
	}
	m.judge.Judge(h)
	m.judge.Explain(h, m.explained)
	for i := range h.Verdicts {
		if v := &h.Verdicts[i]; !m.all {
			v.Evidence = slices.DeleteFunc(v.Evidence, func(e whorl.Evidence) bool {
				return e.Agrees && e.Missing == "" && -telling < e.Weight && e.Weight < telling
			})
		}
	}
	if _, surveyed := surveyOf(h); surveyed || len(h.Next) > 0 { // steps name the host
		return
	}
	if len(m.known) == maxMemo {
		clear(m.known)
	}
	m.known[key] = remembered{slices.Clone(h.Verdicts), slices.Clone(h.Boxes), m.judge.Undecided(h)}
}

// Undecided is that of the judge, for a host that was judged and has not changed since.
func (m *Memo) Undecided(h *whorl.Host) bool {
	key := m.lastKey
	if h != m.last {
		key = restsOn(h)
	}
	if r, ok := m.known[key]; ok {
		return r.undecided
	}
	return m.judge.Undecided(h)
}

// restsOn is all of a host that its verdicts rest on.
func restsOn(h *whorl.Host) string {
	var b strings.Builder
	if isNear(h) {
		b.WriteString("near ")
	}
	for _, o := range h.Observations {
		scan, print, ok := strings.Cut(o.Print, "\n")
		if !ok || !strings.HasPrefix(scan, "SCAN(") {
			scan, print = "", o.Print
		}
		b.WriteString(o.Method)
		b.WriteString(conditionsOf(scan))
		b.WriteString(print)
		for _, u := range o.Conditions.Unsettled {
			b.WriteString(u)
		}
	}
	return b.String()
}

// conditionsOf is what a SCAN line says of how a print was made, without when and by
// which of the ports.
func conditionsOf(scan string) string {
	l, err := method.ParseLine(scan)
	if err != nil {
		return scan
	}
	var b strings.Builder
	for _, a := range l.Attrs {
		switch a.Name {
		case "D", "TM", "M", "P", "V":
			continue
		case "OT", "CT", "CU":
			if a.Value != "" {
				a.Value = "known"
			}
		}
		b.WriteString(a.Name)
		b.WriteString(a.Value)
	}
	return b.String()
}
