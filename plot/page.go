package plot

import (
	"fmt"
	"time"

	"whorl"
	"whorl/report"
)

// Page is the picture of one host.
type Page struct {
	Title   string // what was measured: an address, a place in a file
	Verdict string // what it is, as Headline says it
	Lanes   []Lane
	Series  *whorl.Sequences // nil: none
}

// Lane is one TCP state in which the host repeated a segment, and what records say of it.
// Times count from the first segment.
type Lane struct {
	State      string          // as package backoff names it
	Segments   []time.Duration // arrivals, the first of them 0; none: none came
	End        string          // "RST", "FIN", "ICMP"; empty: silence
	Ended      time.Duration   // when the end came, unless it is silence
	Heard      time.Duration   // how long was listened
	Candidates []Candidate
}

// Candidate is the schedule of a record.
type Candidate struct {
	Name   string // of the record
	Share  string // how likely it is by the times alone, as in "98 %"; may be empty
	Rank   int    // decides about shape and colour: a candidate has one in all lanes
	Copies []Window
	End    *Window // nil: silence
}

// Window is when a segment is due: from the earliest to the latest.
type Window struct{ From, To time.Duration }

// Bounds of what is drawn; the rest is left out.
const (
	maxLanes      = 8
	maxMarks      = 65 // of a row: one segment and 64 copies
	maxCandidates = 3
	maxSamples    = 64
)

// Empty reports whether there is nothing to draw.
func (p *Page) Empty() bool { return len(p.Lanes) == 0 && !p.sampled() }

func (p *Page) sampled() bool { return p.Series != nil && len(p.Series.ISN) > 0 }

// Headline is the first verdict of a host and how sure it is.
func Headline(h *whorl.Host) string {
	if len(h.Verdicts) == 0 {
		return "not judged"
	}
	switch v := &h.Verdicts[0]; {
	case v.Name == whorl.Unknown:
		return v.Name
	case v.Confidence > 0:
		return fmt.Sprintf("%s, %d %% sure", v.Name, v.Confidence.Percent())
	default:
		return fmt.Sprintf("%s, %d %% of Nmap's points", v.Name, v.Accuracy.Percent())
	}
}

// lanes are those that are drawn.
func (p *Page) lanes() []Lane { return p.Lanes[:min(len(p.Lanes), maxLanes)] }

// candidates are those that are drawn.
func (l *Lane) candidates() []Candidate {
	return l.Candidates[:min(len(l.Candidates), maxCandidates)]
}

// label makes text fit to be drawn: on one line, and short.
func label(s string, most int) string {
	const longest = 4 // bytes of a character
	r := []rune(report.Clean(s[:min(len(s), longest*(most+1))]))
	if len(r) > most {
		r = append(r[:most-1], '…')
	}
	return string(r)
}
