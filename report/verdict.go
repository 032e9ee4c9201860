package report

import (
	"fmt"
	"math"
	"path"
	"slices"
	"strings"

	"whorl"
)

// How much is told if not all is asked for.
const (
	maxOthers   = 5 // verdicts besides the first
	maxEvidence = 8 // rows for, against and missing each
	maxNamed    = 4 // tests in the one line of evidence
)

// verdict puts our own answer on the page: name, how sure, from where, why.
func (p *page) verdict(h *whorl.Host, verbose int) {
	if len(h.Verdicts) == 0 && len(h.Observations) == 0 {
		return
	}
	p.WriteByte('\n')
	word := "or"
	if len(h.Verdicts) == 0 || isUnknown(h.Verdicts[0]) {
		word = "near"
		p.line("OS: %s, %s", cell{"unknown", bold}, whyUnknown(h))
	} else {
		head := h.Verdicts[0]
		p.line("OS: %s, %s%s", cell{head.Name, bold}, sureness(head), bracket(head.Source))
		if len(head.Notes) > 0 {
			p.line("    not as it comes: %s", strings.Join(head.Notes, ", "))
		}
	}
	if len(h.Verdicts) > 0 {
		p.why(h.Verdicts[0].Evidence, verbose)
		p.others(word, h.Verdicts[1:])
	}
	if verbose > 0 {
		p.unsettled(h.Observations)
	}
}

// sureness is the probability, or the share of points if that is all there is.
func sureness(v whorl.Verdict) string {
	switch {
	case !(v.Confidence > 0):
		return points(v)
	case v.Confidence < 0.01:
		return "under 1 % sure"
	}
	return fmt.Sprintf("%d %% sure", v.Confidence.Percent())
}

func points(v whorl.Verdict) string {
	return fmt.Sprintf("%d %% of Nmap's points", v.Accuracy.Percent())
}

// bracket is the record behind a verdict as in " [embedded linux.osdb:41]".
func bracket(s whorl.Source) string {
	place := s.String()
	if s.Database != "" && s.Database != path.Base(s.File) {
		place = strings.TrimSpace(s.Database + " " + place)
	}
	if place == "" {
		return ""
	}
	return " [" + place + "]"
}

// whyUnknown gives the reason behind the answer "unknown".
func whyUnknown(h *whorl.Host) string {
	if len(h.Verdicts) > 0 && h.Verdicts[0].Source.Text != "" {
		return h.Verdicts[0].Source.Text
	}
	answered := 0
	for _, o := range h.Observations {
		answered += o.Conditions.Answered
	}
	switch {
	case len(h.Observations) == 0:
		return "nothing was measured"
	case answered == 0:
		return "no probe was answered"
	}
	return "no known system answers like this"
}

// others lists the verdicts behind the first, each after a word.
func (p *page) others(word string, verdicts []whorl.Verdict) {
	var rows [][]cell
	for _, v := range verdicts[:min(len(verdicts), maxOthers)] {
		row := plainCells(word, v.Name+",", sureness(v)+",", points(v))
		if !(v.Confidence > 0) {
			row[2].text = ""
		}
		row[3].text += bracket(v.Source)
		rows = append(rows, row)
	}
	p.table("    ", rows)
	if n := len(verdicts) - maxOthers; n > 0 {
		p.line("    and %d more", n)
	}
}

// side is what a piece of evidence does to its verdict.
type side int

const (
	speaksFor side = iota
	speaksAgainst
	missing
)

var sideCells = [...]cell{{"for", green}, {"against", red}, {"missing", yellow}}

func sideOf(e whorl.Evidence) side {
	switch {
	case e.Weight > 0 || e.Weight == 0 && e.Agrees:
		return speaksFor
	case e.Weight < 0 || e.Points > 0:
		return speaksAgainst
	}
	return missing
}

// why puts the evidence on the page: one line, or a table if verbose.
func (p *page) why(evidence []whorl.Evidence, verbose int) {
	if len(evidence) == 0 {
		return
	}
	var by [len(sideCells)][]whorl.Evidence
	for _, e := range slices.SortedStableFunc(slices.Values(evidence), byWeight) {
		by[sideOf(e)] = append(by[sideOf(e)], e)
	}
	if verbose == 0 {
		p.line("    evidence: %d for, %d against%s, %d missing%s", len(by[speaksFor]),
			len(by[speaksAgainst]), naming(by[speaksAgainst]), len(by[missing]), naming(by[missing]))
		return
	}
	rows := [][]cell{plainCells("EVIDENCE", "TEST", "GOT", "WANT", "METHOD", "WEIGHT")}
	hidden := 0
	for s, list := range by {
		shown := len(list)
		if verbose == 1 {
			shown = min(shown, maxEvidence)
		}
		hidden += len(list) - shown
		for _, e := range list[:shown] {
			rows = append(rows, evidenceRow(side(s), e))
		}
	}
	p.table("    ", rows)
	if hidden > 0 {
		p.line("    and %d that weigh less (-vv shows all)", hidden)
	}
}

// unsettled tells what could not be measured.
func (p *page) unsettled(observations []whorl.Observation) {
	for _, o := range observations {
		for _, u := range o.Conditions.Unsettled {
			p.line("    not measured by %s: %s", o.Method, u)
		}
	}
}

// byWeight puts what counts most first.
func byWeight(a, b whorl.Evidence) int {
	switch x, y := math.Abs(a.Weight), math.Abs(b.Weight); {
	case x > y:
		return -1
	case x < y:
		return 1
	}
	return b.Points - a.Points
}

// naming lists the first few tests, as in " (WIN.W1, SEQ.SP)".
func naming(list []whorl.Evidence) string {
	if len(list) == 0 {
		return ""
	}
	var names []string
	for _, e := range list[:min(len(list), maxNamed)] {
		names = append(names, testName(e))
	}
	if len(list) > maxNamed {
		names = append(names, "...")
	}
	return " (" + strings.Join(names, ", ") + ")"
}

func testName(e whorl.Evidence) string {
	if e.Attr == "" {
		return e.Test
	}
	return e.Test + "." + e.Attr
}

func evidenceRow(s side, e whorl.Evidence) []cell {
	row := plainCells("", testName(e), orElse(e.Got, `""`), shorten(orElse(e.Want, `""`)), e.Method, "")
	row[0] = sideCells[s]
	switch {
	case s == missing:
		row[2].text, row[5].text = orElse(e.Got, "-"), "-"
	case e.Weight != 0:
		row[5].text = fmt.Sprintf("%+.2f", e.Weight)
	default:
		row[5].text = count(e.Points, "point", "points")
	}
	return row
}

// maxWant is how much of an expression the evidence shows; db show has all of it.
const maxWant = 36

func shorten(s string) string {
	if len(s) <= maxWant {
		return s
	}
	return s[:maxWant-3] + "..."
}

// boxes tells what stands between us and the host.
func (p *page) boxes(boxes []whorl.Box) {
	for _, b := range boxes {
		p.line("In the way: %s", cell{boxTitle(b), bold})
		for _, e := range b.Evidence {
			p.line("    %s", e)
		}
	}
}

// boxTitle is a box as in "syn-proxy on tcp 80,443, 1 hop away".
func boxTitle(b whorl.Box) string {
	s := b.Kind
	if len(b.Ports) > 0 {
		s += " on tcp " + portRanges(b.Ports)
	}
	if b.Distance != nil {
		s += ", " + count(b.Distance.Count, "hop", "hops") + " away"
	}
	return s
}
