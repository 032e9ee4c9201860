package backoff

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Tolerances of [Guesses]: a gap agrees within the larger of both. What Cron-OS used
// is not documented.
const (
	cronSlack = 500 * time.Millisecond
	cronPart  = 10 // a tenth
)

// Guess is how a record agrees with results in the form of Cron-OS.
type Guess struct {
	Record         int // index
	Success, Tests int
	Residual       time.Duration // sum of the differences of the tests that agree
}

// Guesses compares results with records as Cron-OS did: all gaps within a tolerance
// and as many copies as fit the time. Records that agree in no test are left out. The
// best come first. Gaps alone cannot separate many systems: [Ranker] says so, this
// list does not.
func Guesses(seen []CronOS, records []Reference) (out []Guess) {
	for i, r := range records {
		g := Guess{Record: i}
		for _, c := range seen {
			if !r.Has(c.State) || c.State.fin() && len(c.Copies) == 0 {
				continue
			}
			g.Tests++
			if residual, ok := r.agrees(c); ok {
				g.Success++
				g.Residual += residual
			}
		}
		if g.Success > 0 {
			out = append(out, g)
		}
	}
	slices.SortStableFunc(out, func(a, b Guess) int {
		return cmp.Or(cmp.Compare(b.Success*a.Tests, a.Success*b.Tests), cmp.Compare(b.Tests, a.Tests), cmp.Compare(a.Residual, b.Residual))
	})
	return out
}

// agrees reports whether a schedule of the record is within the tolerance, and how far
// off the nearest is.
func (r Reference) agrees(c CronOS) (residual time.Duration, ok bool) {
	for i := range r {
		if r[i].State != c.State {
			continue
		}
		if d, fits := r[i].agrees(c); fits && (!ok || d < residual) {
			residual, ok = d, true
		}
	}
	return residual, ok
}

func (s *Schedule) agrees(c CronOS) (residual time.Duration, ok bool) {
	host := s.at(c.Connect, 0, true)
	var at time.Duration
	for i, g := range host.Gaps[:max(host.copies(), 0)] {
		if at += g; i >= len(c.Copies) {
			return residual, at > c.Time
		}
		off := (g - c.Copies[i]).Abs()
		if off > max(cronSlack, g/cronPart) {
			return 0, false
		}
		residual += off
	}
	return residual, len(c.Copies) == host.copies()
}

// AppendGuesses writes the list that Cron-OS prints, without a newline:
//
//	Remote OS guesses: NAME (2success/2tests), NAME (1success/2tests)
//
// names are those of the records.
func AppendGuesses(b []byte, guesses []Guess, names []string) []byte {
	b = append(b, "Remote OS guesses: "...)
	for i, g := range guesses {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = fmt.Appendf(b, "%s (%dsuccess/%dtests)", names[g.Record], g.Success, g.Tests)
	}
	return b
}
