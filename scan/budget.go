package scan

import "time"

// budget is a token bucket of packets. A host is admitted when the packets it
// plans are there; packets beyond the plan are charged afterwards and may leave
// the bucket in debt, which later hosts wait for.
//
// When the machine cannot send as fast, the rate is halved, and then comes back by a
// twentieth of the limit each second.
type budget struct {
	limit  float64 // packets per second; 0: none
	rate   float64 // at present; 0: no limit
	tokens float64
	last   time.Time
	slowed time.Time // when the rate was halved last
}

const (
	burstTime = 50 * time.Millisecond  // how much of the rate may be used at once
	slowPause = 100 * time.Millisecond // errors of sending within it count as one
	slowRate  = 100_000                // stands for no limit once that has proved too much
	recovery  = 0.05                   // of the limit, regained each second
)

func newBudget(limit float64, now time.Time) budget {
	b := budget{limit: limit, rate: limit, last: now}
	b.tokens = b.burst()
	return b
}

func (b *budget) burst() float64 { return max(b.rate*burstTime.Seconds(), planGen2) }

// admit takes n packets if they are there; else it says when they will be.
func (b *budget) admit(n int, now time.Time) (ok bool, when time.Time) {
	b.pass(now)
	if b.rate == 0 {
		return true, now
	}
	need := float64(n) - b.tokens
	if need <= 0 {
		b.tokens -= float64(n)
		return true, now
	}
	return false, now.Add(time.Duration(need/b.rate*float64(time.Second)) + tick)
}

// pass fills the bucket for the time that has gone by.
func (b *budget) pass(now time.Time) {
	gone := now.Sub(b.last).Seconds()
	b.last = now
	b.tokens = min(b.tokens+gone*b.rate, b.burst())
	if b.rate == b.limit {
		return
	}
	top := b.top()
	if b.rate += gone * recovery * top; b.rate >= top {
		b.rate = b.limit
	}
}

// top is the rate from which the limit holds again.
func (b *budget) top() float64 {
	if b.limit == 0 {
		return slowRate
	}
	return b.limit
}

// charge takes packets that were sent beyond a plan.
func (b *budget) charge(n int) {
	if b.rate != 0 {
		b.tokens -= float64(n)
	}
}

// slow halves the rate.
func (b *budget) slow(now time.Time) {
	if !b.slowed.IsZero() && now.Before(b.slowed.Add(slowPause)) {
		return
	}
	b.pass(now)
	if b.rate == 0 {
		b.rate = slowRate
	}
	b.rate = min(b.rate, max(b.rate/2, planGen2))
	b.tokens = min(b.tokens, 0)
	b.slowed = now
}
