package scan

import (
	"math"
	"time"
)

// budget is a token bucket of packets. A host is admitted when the packets it
// plans are there; packets beyond the plan are charged afterwards and may leave
// the bucket in debt, which later hosts wait for.
//
// When the machine or the path cannot keep up, the rate is halved, and then comes back
// by a twentieth each second. Without a limit of the user's the rate begins low and
// doubles each second until the engine is as busy as it should be; from there on it grows
// or falls, by a quarter each second at most, to keep that.
//
// Part of the rate is held back while results are not taken fast enough. As the part
// grows with the hosts that are begun and not given out, and not with those that wait
// alone, hosts are begun evenly, and not in bursts with pauses between.
type budget struct {
	limit  float64 // packets per second; 0: none
	rate   float64 // at present
	top    float64 // what the rate was when it no longer doubled or was halved last; 0: it still doubles
	tokens float64
	last   time.Time
	slowed time.Time // when the rate was halved last
	held   float64   // part of the rate, 0 to mostHeld
	load   float64   // of the engine; 1: as busy as it should be
}

const (
	burstTime = 10 * time.Millisecond // how much of the rate may be used at once
	slowPause = time.Second           // a rate shows what it does only when its hosts are done
	firstRate = 20_000                // where no limit begins
	fastest   = 10_000_000            // more than any link of today takes in small packets
	recovery  = 0.05                  // of the limit, regained each second
	growth    = 0.25                  // of the rate, each second, where there is none
	fullLoad  = 0.7                   // share of its time that an engine should be at work: timers that are due together wait for one another
	overshoot = 1.5                   // by how much the rate has doubled on when the load of half a second ago is known
	mostHeld  = 0.99
)

func newBudget(limit float64, now time.Time) budget {
	b := budget{limit: limit, rate: limit, last: now}
	if limit == 0 {
		b.rate = firstRate
	}
	b.tokens = b.burst()
	return b
}

func (b *budget) burst() float64 { return max(b.rate*burstTime.Seconds(), planGen2) }

// admit takes n packets if they are there; else it says when they will be.
func (b *budget) admit(n int, now time.Time) (ok bool, when time.Time) {
	b.pass(now)
	need := float64(n) - b.tokens
	if need <= 0 {
		b.tokens -= float64(n)
		return true, now
	}
	return false, now.Add(time.Duration(need/b.given()*float64(time.Second)) + tick)
}

// given is the rate less what is held back.
func (b *budget) given() float64 { return b.rate * (1 - b.held) }

// pass fills the bucket for the time that has gone by.
func (b *budget) pass(now time.Time) {
	gone := now.Sub(b.last).Seconds()
	b.last = now
	b.tokens = min(b.tokens+gone*b.given(), b.burst())
	switch {
	case b.load > 1:
		b.rate = max(b.rate*math.Pow(1+growth, gone*(1-b.load)), min(b.rate, planGen2))
	case b.limit > 0:
		b.rate = min(b.rate+gone*recovery*b.limit, b.limit)
	case b.top == 0:
		b.rate = min(b.rate*math.Exp2(gone), fastest)
	default:
		b.rate = min(b.rate*math.Pow(1+growth, gone*(1-b.load)), fastest)
	}
}

// charge takes packets that were sent beyond a plan.
func (b *budget) charge(n int) { b.tokens -= float64(n) }

// hold holds back part of the rate if n hosts are begun and not given out: nothing up to
// half of what may wait.
func (b *budget) hold(n int) {
	b.held = min(max(float64(n)/(maxBacklog/2)-1, 0), mostHeld)
}

// ease takes the share of its time that the engine is at work.
func (b *budget) ease(load float64, now time.Time) {
	b.pass(now)
	b.load = load / fullLoad
	if b.limit == 0 && b.top == 0 && b.load > 1 {
		b.rate /= overshoot
		b.top = b.rate
	}
}

// slow halves the rate.
func (b *budget) slow(now time.Time) {
	if !b.slowed.IsZero() && now.Before(b.slowed.Add(slowPause)) {
		return
	}
	b.pass(now)
	b.top = b.rate
	b.rate = min(b.rate, max(b.rate/2, planGen2))
	b.tokens = min(b.tokens, 0)
	b.slowed = now
}
