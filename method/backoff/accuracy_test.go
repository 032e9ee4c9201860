package backoff

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

var (
	draws  = flag.Int("backoff.draws", 40, "runs drawn of each path in the test of accuracy")
	seed   = flag.Uint64("backoff.seed", 1, "seed of these")
	steady = flag.Bool("backoff.steady", false, "draw the medians of the data without the spread of the first gap")
)

// stack is one class of the Hershel+ data.
type stack struct {
	class string
	Schedule
}

func stacks(t testing.TB) (out []stack) {
	t.Helper()
	text, err := os.ReadFile("testdata/hershelplus.tsv")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		f := strings.Split(strings.TrimSpace(line), "\t")
		if strings.HasPrefix(line, "#") {
			continue
		}
		gaps, err1 := parseGaps(f[1])
		end, err2 := parseEnding(f[2])
		sd, err3 := parseSeconds(f[3])
		if err1 != nil || err2 != nil || err3 != nil {
			t.Fatal(line, err1, err2, err3)
		}
		out = append(out, stack{f[0], Schedule{State: SynRcvd, Gaps: gaps, End: end, First: sd}})
	}
	return out
}

// path is a simulated way to the host: an exponential delay of each packet, and loss.
type path struct {
	delay time.Duration
	loss  float64
}

// draw is one run: gaps with the jitter of the data, uniform in the first and of a
// tick of 10 ms in the rest, over the path. The delay that is told is estimated from
// four round trips. It is not ok if nothing came.
func draw(r *rand.Rand, s *Schedule, p path) (run Run, ok bool) {
	var came []time.Duration
	late := func() time.Duration { return time.Duration(r.ExpFloat64() * float64(p.delay)) }
	at := time.Duration(0)
	for i := range len(s.Gaps) + 1 {
		if i > 0 {
			half := float64(10*time.Millisecond) / 2
			if i == 1 && s.First > 0 && !*steady {
				half = math.Sqrt(3) * float64(s.First)
			}
			at += s.Gaps[i-1] + time.Duration((2*r.Float64()-1)*half)
		}
		last := i == len(s.Gaps) && s.End != Silence
		if r.Float64() < p.loss {
			continue
		}
		if came = append(came, at+late()); last {
			run.End = s.End
		}
	}
	if len(came) == 0 || len(came) == 1 && run.End != Silence {
		return run, false
	}
	slices.Sort(came)
	run.Seen = true
	for i := 1; i < len(came); i++ {
		run.Gaps = append(run.Gaps, came[i]-came[i-1])
	}
	run.Heard = max(at-came[0], 0) + 300*time.Second
	if run.End != Silence {
		run.Heard = came[len(came)-1] - came[0]
	}
	trips := []time.Duration{late(), late(), late(), late()}
	run.Delay = spread(trips)
	return run, true
}

// rounded is the group of a schedule as the published baseline has it: gaps rounded to
// whole seconds, and the end.
func rounded(s *Schedule) string {
	var b strings.Builder
	for _, g := range s.Gaps {
		fmt.Fprintf(&b, "%.0f ", g.Seconds())
	}
	return b.String() + s.End.String()
}

// alikes is the group of each schedule, as the number of its first member.
func alikes(all []stack) []string {
	out := make([]string, len(all))
	for i := range all {
		first := slices.IndexFunc(all[:i+1], func(s stack) bool { return s.Alike(&all[i].Schedule) })
		out[i] = fmt.Sprint(first)
	}
	return out
}

// plain is the likelihood that the baseline was computed with: normal gaps, and loss
// by the best alignment that drops segments.
func plain(s *Schedule, r *Run, p path) float64 {
	segments, end := r.arrivals()
	if r.End != Silence {
		segments = append(segments, end)
	}
	at := []float64{0}
	for _, g := range s.Gaps {
		at = append(at, at[len(at)-1]+g.Seconds())
	}
	if r.End != s.End && r.End != Silence {
		return math.Inf(-1)
	}
	loss := max(p.loss, 0.001)
	best := make([][]float64, len(segments))
	for i := range segments {
		best[i] = make([]float64, len(at))
		for j := range at {
			best[i][j] = math.Inf(-1)
			if i == 0 {
				best[i][j] = float64(j) * math.Log(loss)
				continue
			}
			for k := range j {
				sd := 2*p.delay.Seconds()*p.delay.Seconds() + 0.01*0.01
				if k == 0 {
					sd += s.First.Seconds() * s.First.Seconds()
				}
				z := segments[i] - segments[i-1] - at[j] + at[k]
				l := best[i-1][k] + float64(j-k-1)*math.Log(loss) - z*z/2/sd - math.Log(sd)/2
				best[i][j] = max(best[i][j], l)
			}
		}
	}
	total := math.Inf(-1)
	for j, l := range best[len(segments)-1] {
		if r.End != Silence && j != len(at)-1 {
			continue
		}
		total = max(total, l+float64(len(at)-1-j)*math.Log(loss))
	}
	return total
}

// decided is the group with the largest sum of probabilities.
func decided(groups []string, logs []float64) (group string) {
	top := slices.Max(logs)
	sums := map[string]float64{}
	for i, l := range logs {
		sums[groups[i]] += math.Exp(l - top)
	}
	for i := range groups {
		if g := groups[i]; group == "" || sums[g] > sums[group] {
			group = g
		}
	}
	return group
}

// told are the figures of a model that knows how the runs of a path were drawn: nothing
// can be right more often.
func (p path) told() Params {
	out := DefaultParams()
	out.Jitter = 2900 * time.Microsecond // ±5 ms, evenly
	out.Conditions[usual] = Condition{Share: 1, Loss: max(p.loss, 0.001)}
	out.LateFirst, out.Outlier, out.Truncated, out.NoReset, out.Stray, out.StrayEnd = 1e-9, 1e-9, 1e-9, 1e-9, 1e-9, 1e-9
	return out
}

// tally counts what was drawn and how often each way to decide was right.
type tally struct {
	n, exact                 int
	rounded, alike           int
	plainRounded, plainAlike int
	bestRounded              int // by a model that is told of the path
}

// percent is a count as a part of all draws.
func (c *tally) percent(n int) float64 { return 100 * float64(n) / float64(c.n) }

// simulate draws runs of all stacks over a path and decides each.
func simulate(all []stack, p path, n int) (out tally) {
	r := rand.New(rand.NewPCG(*seed, uint64(p.delay)))
	byRound, byAlike := make([]string, len(all)), alikes(all)
	for i := range all {
		byRound[i] = rounded(&all[i].Schedule)
	}
	params := DefaultParams()
	logs, old, best := make([]float64, len(all)), make([]float64, len(all)), make([]float64, len(all))
	told, delay := p.told(), max(p.delay, DefaultParams().DelayFloor).Seconds()
	for out.n < n {
		truth := r.IntN(len(all))
		run, ok := draw(r, &all[truth].Schedule, p)
		if !ok {
			continue
		}
		out.n++
		view := told.view(&run)
		for i := range all {
			logs[i] = LogLikelihood(&all[i].Schedule, &run, params)
			old[i] = plain(&all[i].Schedule, &run, p)
			best[i], _ = view.under(told.timetable(&all[i].Schedule, &told.Conditions[usual]), &view.conditions[usual], delay, math.Inf(-1))
		}
		count := func(to *int, groups []string, logs []float64) {
			if decided(groups, logs) == groups[truth] {
				*to++
			}
		}
		count(&out.rounded, byRound, logs)
		count(&out.alike, byAlike, logs)
		count(&out.plainRounded, byRound, old)
		count(&out.plainAlike, byAlike, old)
		count(&out.bestRounded, byRound, best)
		if slices.Index(logs, slices.Max(logs)) == truth {
			out.exact++
		}
	}
	return out
}

// Timing alone names the group of schedules that a stack belongs to. The figures of
// docs/temporal.md come from larger samples:
//
//	go test -run TestAccuracy -v ./method/backoff -args -backoff.draws 400 [-backoff.steady]
func TestAccuracy(t *testing.T) {
	all := stacks(t)
	for _, c := range []struct {
		path
		want float64 // least percentage of groups named rightly
	}{
		{path{time.Millisecond, 0}, 98}, {path{50 * time.Millisecond, 0.01}, 96},
		{path{100 * time.Millisecond, 0.038}, 93}, {path{500 * time.Millisecond, 0.038}, 80},
	} {
		got := simulate(all, c.path, *draws)
		t.Logf("delay %v, loss %.1f %%: exact %.1f; groups alike %.1f (plain %.1f), by whole seconds %.1f (plain %.1f, at best %.1f)",
			c.delay, 100*c.loss, got.percent(got.exact), got.percent(got.alike), got.percent(got.plainAlike),
			got.percent(got.rounded), got.percent(got.plainRounded), got.percent(got.bestRounded))
		chance := 2 * math.Sqrt(float64(got.n)/20) // two standard deviations, if every 20th is judged otherwise
		if short := float64(got.bestRounded - got.rounded); short > 0.03*float64(got.n)+chance {
			t.Errorf("delay %v: %.0f groups by whole seconds fewer than can be known", c.delay, short)
		}
		if got.percent(got.alike) < c.want {
			t.Errorf("delay %v, loss %.1f %%: %.1f %% of groups, want %.0f", c.delay, 100*c.loss, got.percent(got.alike), c.want)
		}
	}
}
