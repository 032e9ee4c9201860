package scan

import (
	"math/rand/v2"
	"testing"
	"time"
)

var epoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// Whoever waits until he is told to comes through, and no more leave than the rate
// and one burst allow.
func TestBudget(t *testing.T) {
	for _, rate := range []float64{1, 20, 200, 5000, 1e6} {
		r := rand.New(rand.NewPCG(1, uint64(rate)))
		b := newBudget(rate, epoch)
		now, spent := epoch, 0
		for range 5000 {
			n := planSeek
			if r.IntN(2) == 0 {
				n = planGen2
			}
			for {
				ok, when := b.admit(n, now)
				if ok {
					break
				}
				if !when.After(now) {
					t.Fatalf("rate %v: told to come back at once", rate)
				}
				now = when
			}
			spent += n
			if r.IntN(10) == 0 {
				b.charge(5)
				spent += 5
			}
		}
		took := now.Sub(epoch).Seconds()
		if most := rate*took + b.burst() + 5; float64(spent) > most {
			t.Errorf("rate %v: %d packets in %v s", rate, spent, took)
		}
		if least := rate*took*0.9 - b.burst(); float64(spent) < least && rate < 5000 { // ticks cost more at high rates
			t.Errorf("rate %v: only %d packets in %v s", rate, spent, took)
		}
	}
}

// Without a limit the rate doubles each second until it proves too much, and then
// comes back slowly.
func TestBudgetWithoutLimit(t *testing.T) {
	b := newBudget(0, epoch)
	now := epoch
	for range 300 {
		now = now.Add(10 * time.Millisecond)
		b.pass(now)
	}
	if b.rate < 7*firstRate || b.rate > 9*firstRate {
		t.Errorf("rate %v after three seconds", b.rate)
	}
	top := b.rate
	busy := b
	busy.ease(fullLoad*1.01, now)
	if want := top / overshoot; busy.rate != want {
		t.Errorf("rate %v when the engine is busy, want %v", busy.rate, want)
	}
	for _, c := range []struct{ load, want float64 }{{0, 1 + growth}, {fullLoad, 1}, {2 * fullLoad, 1 / (1 + growth)}} {
		later := busy
		later.ease(c.load, now)
		later.pass(now.Add(time.Second))
		if want := c.want * busy.rate; later.rate < 0.99*want || later.rate > 1.01*want {
			t.Errorf("rate %v after a second of load %v, want %v", later.rate, c.load, want)
		}
	}
	b.slow(now)
	if b.rate != top/2 {
		t.Errorf("rate %v, halved from %v", b.rate, top)
	}
	if ok, _ := b.admit(planGen2, now); ok {
		t.Error("not held up after it was too much")
	}
	b.pass(now.Add(3 * time.Second))
	if b.rate < 0.9*top || b.rate > 1.1*top {
		t.Errorf("rate %v after three good seconds, want about %v", b.rate, top)
	}
	b.pass(now.Add(time.Hour))
	if b.rate != fastest {
		t.Errorf("rate %v after an hour", b.rate)
	}
}

// Many errors at once halve the rate once; errors that go on halve it down to a host
// a second; then it comes back.
func TestBudgetSlows(t *testing.T) {
	b := newBudget(1000, epoch)
	for range 20 {
		b.slow(epoch)
	}
	if b.rate != 500 {
		t.Errorf("rate %v after one burst of errors", b.rate)
	}
	now := epoch
	for range 30 {
		now = now.Add(slowPause)
		b.slow(now)
	}
	if b.rate < planGen2 || b.rate > 2*recovery*1000 {
		t.Errorf("rate %v after ten seconds of errors, want what one second regains", b.rate)
	}
	for range 3 {
		start := now
		for ok, when := b.admit(planGen2, now); !ok; ok, when = b.admit(planGen2, now) {
			if now = when; now.Sub(start) > 3*time.Second {
				t.Fatal("nothing is admitted")
			}
		}
	}
	now = now.Add(10 * time.Second)
	b.admit(1, now)
	if b.rate < 500 || b.rate > 700 {
		t.Errorf("rate %v after ten good seconds", b.rate)
	}
	b.admit(1, now.Add(15*time.Second))
	if b.rate != 1000 {
		t.Errorf("rate %v after all", b.rate)
	}
	slow := newBudget(5, epoch) // slower than a host a second already
	slow.slow(epoch)
	if slow.rate > 5 {
		t.Errorf("rate %v", slow.rate)
	}
}
