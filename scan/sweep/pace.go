package sweep

import "time"

// pace spreads packets evenly over time: batch i is due when the packets before it
// have had their time, so that an oversleep is made up for. What has been missed by
// more than maxLag is not.
//
// When the machine cannot send as fast, the rate is halved, and then comes back by a
// twentieth of the limit each second.
type pace struct {
	limit  float64   // packets per second; 0: none
	rate   float64   // at present; 0: no limit
	due    time.Time // of the next packet
	last   time.Time // when the rate was looked at
	slowed time.Time // when the rate was halved last
}

const (
	maxLag    = 10 * time.Millisecond
	maxBatch  = 256                    // so that senders seldom wait for each other
	batchTime = time.Millisecond       // of packets that may leave at once
	slowPause = 100 * time.Millisecond // errors of sending within it count as one
	slowRate  = 100_000                // stands for no limit once that has proved too much
	leastRate = 10                     // packets per second, below which nothing is halved
	recovery  = 0.05                   // of the limit, regained each second
)

func newPace(limit float64, now time.Time) pace {
	return pace{limit: limit, rate: limit, due: now, last: now}
}

// batch is how many packets may leave together.
func (p *pace) batch() int {
	if p.rate == 0 {
		return maxBatch
	}
	return int(max(1, min(p.rate*batchTime.Seconds(), maxBatch)))
}

// wait is how long the next batch has to wait. It is negative for one that is overdue, as
// all are without a limit.
func (p *pace) wait(now time.Time) time.Duration {
	p.recover(now)
	if p.rate == 0 {
		return -maxLag
	}
	if oldest := now.Add(-maxLag); p.due.Before(oldest) {
		p.due = oldest
	}
	return p.due.Sub(now)
}

// sent takes the time of n packets.
func (p *pace) sent(n int) {
	if p.rate > 0 {
		p.due = p.due.Add(time.Duration(float64(n) / p.rate * float64(time.Second)))
	}
}

func (p *pace) recover(now time.Time) {
	gone := max(0, now.Sub(p.last)).Seconds() // of two senders the later may come first
	p.last = later(p.last, now)
	if p.rate == p.limit {
		return
	}
	top := p.top()
	if p.rate += gone * recovery * top; p.rate >= top {
		p.rate = p.limit
	}
}

// top is the rate from which the limit holds again.
func (p *pace) top() float64 {
	if p.limit == 0 {
		return slowRate
	}
	return p.limit
}

// slow halves the rate and lets the interface breathe.
func (p *pace) slow(now time.Time) {
	if !p.slowed.IsZero() && now.Before(p.slowed.Add(slowPause)) {
		p.due = now.Add(batchTime)
		return
	}
	if p.rate == 0 {
		p.rate = slowRate
	}
	p.rate = min(p.rate, max(p.rate/2, leastRate))
	p.due = now.Add(batchTime)
	p.slowed = now
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
