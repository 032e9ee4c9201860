package scan

import "time"

// budget is a token bucket of packets. A host is admitted when the packets it
// plans are there; packets beyond the plan are charged afterwards and may leave
// the bucket in debt, which later hosts wait for.
type budget struct {
	rate   float64 // packets per second; 0: no limit
	burst  float64
	tokens float64
	last   time.Time
}

// burstTime is how much of the rate may be used at once.
const burstTime = 50 * time.Millisecond

func newBudget(rate float64, now time.Time) budget {
	b := budget{rate: rate, last: now}
	b.burst = max(rate*burstTime.Seconds(), planGen2)
	b.tokens = b.burst
	return b
}

// admit takes n packets if they are there; else it says when they will be.
func (b *budget) admit(n int, now time.Time) (ok bool, when time.Time) {
	if b.rate == 0 {
		return true, now
	}
	b.tokens = min(b.tokens+now.Sub(b.last).Seconds()*b.rate, b.burst)
	b.last = now
	need := float64(n) - b.tokens
	if need <= 0 {
		b.tokens -= float64(n)
		return true, now
	}
	return false, now.Add(time.Duration(need/b.rate*float64(time.Second)) + tick)
}

// charge takes packets that were sent beyond a plan.
func (b *budget) charge(n int) {
	if b.rate != 0 {
		b.tokens -= float64(n)
	}
}

// slow halves the rate when the machine cannot send as fast.
func (b *budget) slow() {
	if b.rate == 0 {
		b.rate = slowRate
	}
	b.rate = max(b.rate/2, planGen2)
	b.burst = max(b.rate*burstTime.Seconds(), planGen2)
	b.tokens = min(b.tokens, 0)
}

// slowRate is what an unlimited rate falls to when it proves too much.
const slowRate = 100_000
