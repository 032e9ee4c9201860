package backoff

import (
	"math"
	"time"
)

// view is a run as schedules are compared with it: all that does not depend on them. It
// has room for the work of one comparison, so two must not use it at once.
type view struct {
	Params
	run      *Run
	segments []float64  // when they came, in seconds after the first
	ended    float64    // and the end, unless it is silence
	heard    float64    // seconds
	delays   [3]float64 // mean delays to sum over, seconds
	logs
	cells, free []cell
	trials      []trial
	followed    map[tripKey]trial
	gaps        []time.Duration
}

// logs are logarithms of what [Params] says.
type logs struct {
	conditions                                 [numConditions]chances
	stray, inlier, outlier, prompt, late, full float64
	delayed                                    [3]float64 // share of each delay
	probe, noProbe, moreTrips                  float64
	outliers, trips                            student
}

// chances are a condition: logarithms, but for loss, stall and moreLoss.
type chances struct {
	share, lost, got, loss float64
	kept, stalled          float64 // shares of gaps over which the host had time and had none
	stall                  float64 // mean of how long, seconds; 0: it always had

	moreLoss          float64 // of the path that loses more, and
	moreLost, lessGot float64 // by how much its lost and got are other
}

// delayShares are how likely each of the delays of [Params.delays] is.
var delayShares = [3]float64{0.25, 0.5, 0.25}

func (p Params) view(r *Run) *view {
	v := &view{Params: p, run: r, heard: max(r.Heard.Seconds(), 1e-3), delays: p.delays(r)}
	v.segments, v.ended = r.arrivals()
	v.logs = logs{stray: math.Log(p.Stray / v.heard),
		inlier: math.Log1p(-p.Outlier), outlier: math.Log(p.Outlier), prompt: math.Log1p(-p.LateFirst), late: math.Log(p.LateFirst),
		full: math.Log1p(-p.Truncated), probe: math.Log1p(-p.NoProbe), noProbe: math.Log(p.NoProbe),
		moreTrips: math.Log(p.MoreTrips), outliers: newStudent(p.OutlierDegrees), trips: newStudent(tripDegrees)}
	for i, c := range p.Conditions {
		v.conditions[i] = chances{math.Log(c.Share), math.Log(c.Loss), math.Log1p(-c.Loss), c.Loss, math.Log1p(-c.Stalls), math.Log(c.Stalls), c.Stall.Seconds(), 0, 0, 0}
	}
	for i := range v.conditions {
		c, worse := &v.conditions[i], &v.conditions[lossy]
		c.moreLoss, c.moreLost, c.lessGot = worse.loss, worse.lost-c.lost, worse.got-c.got
	}
	for i, share := range delayShares {
		v.delayed[i] = math.Log(share)
	}
	return v
}
