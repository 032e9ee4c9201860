package backoff

import (
	"fmt"
	"slices"
	"time"

	"whorl/method"
)

// Run is what was seen of one state: the arrivals of a segment and of its copies. As a
// line:
//
//	SynRcvd(G=1.043,2.012,4.26%E=none%T=8%B=0.0006%W=FE88%TTL=40%O=MSTNW)
//
// [Exchange.Measure] adds what the segments looked like; judging looks at the times.
type Run struct {
	State State
	Seen  bool            // the first segment came at all
	Gaps  []time.Duration // between arrivals (G); the last one before the end, unless that is silence
	End   Ending          // E
	Heard time.Duration   // how long was listened since the first segment, or since our own if none came (T)
	RTT   time.Duration   // round trip that the host measured, as far as we can tell (R); 0 in SynRcvd
	Delay time.Duration   // mean queueing delay of the path (B); 0: not known
}

// Line is the run as a print writes it. Times are to the millisecond.
func (r *Run) Line() method.Line {
	l := method.Line{Test: r.State.String()}
	if r.Seen {
		gaps := make([]time.Duration, len(r.Gaps))
		for i, g := range r.Gaps {
			gaps[i] = g.Round(time.Millisecond)
		}
		l.Set("G", string(appendGaps(nil, gaps)))
	}
	l.Set("E", r.End.String())
	l.Set("T", seconds(r.Heard.Round(time.Millisecond)))
	if r.State.fin() {
		l.Set("R", seconds(r.RTT.Round(100*time.Microsecond)))
	}
	if r.Delay > 0 {
		l.Set("B", seconds(max(r.Delay.Round(100*time.Microsecond), 100*time.Microsecond)))
	}
	return l
}

// ReadRun reads a run from the line of a print. Attributes that say how segments
// looked are passed over.
func ReadRun(l method.Line) (r Run, err error) {
	var ok bool
	if r.State, ok = StateNamed(l.Test); !ok {
		return r, fmt.Errorf("there is no state %s; want one of %v", l.Test, Tests)
	}
	for _, a := range l.Attrs {
		switch a.Name {
		case "G":
			r.Gaps, err = parseGaps(a.Value)
			r.Seen = true
		case "E":
			r.End, err = parseEnding(a.Value)
		case "T":
			r.Heard, err = parseSeconds(a.Value)
		case "R":
			r.RTT, err = parseSeconds(a.Value)
		case "B":
			r.Delay, err = parseSeconds(a.Value)
		}
		if err != nil {
			return r, fmt.Errorf("%s: %s: %w", l.Test, a.Name, err)
		}
	}
	if r.Seen && r.End != Silence && len(r.Gaps) == 0 {
		return r, fmt.Errorf("%s: E=%v wants a gap before it", l.Test, r.End)
	}
	var total time.Duration
	for _, g := range r.Gaps {
		total += g
	}
	if total > maxSeconds {
		return r, fmt.Errorf("%s: G: the gaps are more than a day together", l.Test)
	}
	r.Heard = max(r.Heard, total)
	return r, nil
}

// Equal reports whether two runs are the same.
func (r Run) Equal(o Run) bool {
	return slices.Equal(r.Gaps, o.Gaps) && r.State == o.State && r.Seen == o.Seen && r.End == o.End &&
		r.Heard == o.Heard && r.RTT == o.RTT && r.Delay == o.Delay
}

// arrivals are the times of the segments since the first, and that of the end.
func (r *Run) arrivals() (segments []float64, end float64) {
	segments = append(segments, 0)
	at := 0.0
	for i, g := range r.Gaps {
		at += g.Seconds()
		if i < len(r.Gaps)-1 || r.End == Silence {
			segments = append(segments, at)
		}
	}
	return segments, at
}
