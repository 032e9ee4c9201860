package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"whorl"
)

// How much evidence is told if not all is asked for.
const (
	maxEvidence = 8 // rows for, against and missing each
	maxNamed    = 4 // tests in the one line of evidence
)

// side is what a piece of evidence does to its verdict.
type side int

const (
	speaksFor side = iota
	speaksAgainst
	missing
)

var sideCells = [...]cell{{"for", green}, {"against", red}, {"missing", yellow}}

func sideOf(e *whorl.Evidence) side {
	switch {
	case e.Missing != "":
		return missing
	case e.Weight > 0 || e.Weight == 0 && e.Agrees:
		return speaksFor
	case e.Weight < 0 || e.Points > 0 || e.Method == "syn":
		return speaksAgainst
	}
	return missing
}

// sorted puts evidence on its sides, what counts most first.
func sorted(evidence []whorl.Evidence) (by [len(sideCells)][]*whorl.Evidence) {
	for i := range evidence {
		e := &evidence[i]
		by[sideOf(e)] = append(by[sideOf(e)], e)
	}
	for _, list := range by {
		slices.SortStableFunc(list, byWeight)
	}
	return by
}

// byWeight puts what counts most first.
func byWeight(a, b *whorl.Evidence) int {
	switch x, y := math.Abs(a.Weight), math.Abs(b.Weight); {
	case x > y:
		return -1
	case x < y:
		return 1
	}
	return b.Points - a.Points
}

// unit is what the weight of evidence is counted in.
type unit string

const (
	inNats    unit = "WEIGHT" // log likelihood ratio, natural logarithm
	inPoints  unit = "POINTS" // Nmap's
	unweighed unit = ""       // it was compared with no other record
)

func unitOf(evidence []whorl.Evidence) unit {
	switch {
	case slices.ContainsFunc(evidence, func(e whorl.Evidence) bool { return e.Weight != 0 }):
		return inNats
	case slices.ContainsFunc(evidence, func(e whorl.Evidence) bool { return e.Points != 0 }):
		return inPoints
	}
	return unweighed
}

// merged puts the windows, and the option texts, that say the same into one row.
func merged(list []*whorl.Evidence) (out []*whorl.Evidence) {
	for _, e := range list {
		i := -1
		if (e.Test == "WIN" || e.Test == "OPS") && e.Attr != "" {
			i = slices.IndexFunc(out, func(o *whorl.Evidence) bool {
				return o.Test == e.Test && o.Attr != "" && o.Got == e.Got && o.Want == e.Want && o.Missing == e.Missing
			})
		}
		if i < 0 {
			out = append(out, e)
			continue
		}
		both := *out[i] // what is given stays as it is
		both.Attr = joined(both.Attr, e.Attr)
		both.Weight += e.Weight
		both.Points += e.Points
		out[i] = &both
	}
	slices.SortStableFunc(out, byWeight)
	return out
}

// joined is the name of several windows or option texts: O1,2,4.
func joined(names, another string) string {
	numbers := strings.Split(names[1:], ",")
	numbers = append(numbers, another[1:])
	slices.Sort(numbers)
	return names[:1] + strings.Join(numbers, ",")
}

// why puts the evidence on the page: one line, or a table if verbose.
func (p *page) why(indent string, evidence []whorl.Evidence, verbose int) {
	if len(evidence) == 0 {
		return
	}
	by := sorted(evidence)
	if verbose == 0 {
		p.fold(indent, fmt.Sprintf("evidence: %d for, %d against%s, %d missing%s", len(by[speaksFor]),
			len(by[speaksAgainst]), naming(by[speaksAgainst]), len(by[missing]), naming(by[missing])))
		return
	}
	u := unitOf(evidence)
	rows := [][]cell{plainCells("EVIDENCE", string(u), "SEEN", "IN WORDS")}
	hidden := 0
	for s, list := range by {
		if verbose == 1 {
			list = merged(list)
		}
		shown := len(list)
		if verbose == 1 {
			shown = min(shown, maxEvidence)
		}
		hidden += len(list) - shown
		if side(s) == missing {
			rows = append(rows, missingRows(list[:shown])...)
			continue
		}
		for _, e := range list[:shown] {
			rows = append(rows, evidenceRows(side(s), e, u)...)
		}
	}
	p.table(indent, rows)
	if hidden > 0 {
		p.line(indent+"and %d that weigh less (-vv shows all)", hidden)
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

// naming lists the first few tests, as in " (WIN.W1, SEQ.SP)".
func naming(list []*whorl.Evidence) string {
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

// testName is TEST.ATTR. Both of Nmap's generations have tests T1 to T7: those of the
// first are marked as in records.
func testName(e *whorl.Evidence) string {
	if e.Method == "gen1" {
		return "Gen1 " + attrName(e)
	}
	return attrName(e)
}

func attrName(e *whorl.Evidence) string {
	switch e.Attr {
	case "":
		return e.Test
	case "W1,2,3,4,5,6", "O1,2,3,4,5,6":
		return e.Test
	}
	return e.Test + "." + e.Attr
}

// evidenceRows are a piece of evidence: what was seen as printed and in words, and what
// the record says if that is something else.
func evidenceRows(s side, e *whorl.Evidence, u unit) [][]cell {
	row := plainCells("", "", testName(e)+"="+orElse(e.Got, `""`), e.GotWords)
	row[0] = sideCells[s]
	switch u {
	case inNats:
		row[1].text = fmt.Sprintf("%+6.2f", e.Weight)
	case inPoints:
		row[1].text = fmt.Sprintf("%6d", e.Points)
	}
	rows := [][]cell{row}
	if e.Common != "" {
		rows = append(rows, plainCells("", "", "as "+e.Common, "on a 1500-byte path"))
	}
	if !e.Agrees {
		rows = append(rows, plainCells("", "", "record "+shorten(orElse(e.Want, `""`)), e.WantWords))
	}
	return rows
}

// missingRows tell what was not seen, tests with one reason together.
func missingRows(list []*whorl.Evidence) (rows [][]cell) {
	var reasons []string
	tests := map[string][]string{}
	for _, e := range list {
		if tests[e.Missing] == nil {
			reasons = append(reasons, e.Missing)
		}
		tests[e.Missing] = append(tests[e.Missing], testName(e))
	}
	for _, why := range reasons {
		row := plainCells("", "     -", strings.Join(tests[why], " "), why)
		row[0] = sideCells[missing]
		rows = append(rows, row)
	}
	return rows
}

// maxWant is how much of an expression the evidence shows; db show has all of it.
const maxWant = 20

func shorten(s string) string {
	if len(s) <= maxWant {
		return s
	}
	return s[:maxWant-3] + "..."
}
