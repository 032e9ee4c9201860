package scan

import (
	"math/rand/v2"
	"testing"
	"time"
)

// slowWheel is the oracle: a list that is searched each time.
type slowWheel map[*flow]time.Time

// due gives those whose time has come, rounded up to ticks.
func (s slowWheel) due(origin, now time.Time) map[*flow]bool {
	out := map[*flow]bool{}
	for f, at := range s {
		if ticks(origin, at) <= now.Sub(origin)/tick {
			out[f] = true
		}
	}
	return out
}

func ticks(origin, at time.Time) time.Duration { return (at.Sub(origin) + tick - 1) / tick }

// Random schedules over all distances fire as in the slow wheel: never early, never
// more than a tick late, each once.
func TestWheelAgainstOracle(t *testing.T) {
	origin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 1))
		w, slow := newWheel(origin), slowWheel{}
		flows := make([]*flow, 60)
		for i := range flows {
			flows[i] = &flow{}
			flows[i].timer.owner = flows[i]
		}
		now := origin
		far := []time.Duration{tick, 50 * time.Millisecond, time.Second, 2 * time.Second, time.Minute, 20 * time.Minute, 3 * time.Hour}
		arm := func(f *flow) {
			at := now.Add(time.Duration(r.Int64N(int64(far[r.IntN(len(far))]))) - tick)
			w.set(&f.timer, at)
			if earliest := now.Truncate(tick).Add(tick); at.Before(earliest) { // not in the turn under way
				at = earliest
			}
			slow[f] = at
		}
		for range 3000 {
			switch f := flows[r.IntN(len(flows))]; r.IntN(6) {
			case 0, 1:
				arm(f)
			case 2:
				w.stop(&f.timer)
				delete(slow, f)
			default:
				now = now.Add(time.Duration(r.Int64N(int64(far[r.IntN(len(far))]))))
				want := slow.due(origin, now)
				w.advance(now, func(f *flow) {
					if !want[f] {
						t.Fatalf("seed %d: a timer for %v fires at %v", seed, slow[f].Sub(origin), now.Sub(origin))
					}
					delete(want, f)
					delete(slow, f)
				})
				if len(want) > 0 {
					t.Fatalf("seed %d: %d timers did not fire at %v", seed, len(want), now.Sub(origin))
				}
				for f := range slow { // some are armed again from outside
					if r.IntN(20) == 0 {
						arm(f)
					}
				}
			}
			checkNext(t, w, slow, origin, now)
		}
	}
}

// checkNext: the wheel wants to be looked at when the first timer is due, or before.
func checkNext(t *testing.T, w *wheel, slow slowWheel, origin, now time.Time) {
	t.Helper()
	at, ok := w.next()
	if ok != (len(slow) > 0) || w.count != len(slow) {
		t.Fatalf("next %v with %d timers, counted %d", ok, len(slow), w.count)
	}
	first := time.Duration(1 << 62)
	for _, d := range slow {
		first = min(first, ticks(origin, d)*tick)
	}
	switch after := at.Sub(origin); {
	case !ok:
	case after > first:
		t.Fatalf("next look at %v, the first timer is due at %v", after, first)
	case after <= now.Sub(origin)-tick:
		t.Fatalf("next look at %v, before now, %v", after, now.Sub(origin))
	case first-now.Sub(origin) < slots/2*tick && after != first && after/tick%slots != 0:
		t.Fatalf("next look at %v for %v", after, first)
	}
}

// Timers that are armed while others fire are kept, also for the same turn.
func TestWheelRearms(t *testing.T) {
	origin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	w, f := newWheel(origin), &flow{}
	f.timer.owner = f
	w.set(&f.timer, origin.Add(5*tick))
	var fired []time.Duration
	for i := range 4000 {
		w.advance(origin.Add(time.Duration(i)*tick), func(f *flow) {
			fired = append(fired, time.Duration(i))
			w.set(&f.timer, origin.Add(time.Duration(i)*tick)) // already past: the next tick
			if len(fired) == 3 {
				w.set(&f.timer, origin.Add(3000*tick))
			}
		})
	}
	if len(fired) != 3+1000 || fired[0] != 5 || fired[2] != 7 || fired[3] != 3000 || fired[4] != 3001 {
		t.Errorf("fired %d times, first %v", len(fired), fired[:min(len(fired), 6)])
	}
}

// At whatever distance a timer is armed while it fires, it fires at that time.
func TestWheelDistances(t *testing.T) {
	origin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, d := range []time.Duration{1, slots - 1, slots, slots + 1, 2 * slots, slots*slots - slots - 1, slots * (slots - 1), slots * slots, slots*slots + 1, 3 * slots * slots} {
		for _, start := range []time.Duration{1, slots - 1, slots, slots + 1} {
			w, f := newWheel(origin), &flow{}
			f.timer.owner = f
			w.set(&f.timer, origin.Add(start*tick))
			var fired []time.Duration
			for len(fired) < 2 {
				at, ok := w.next()
				if !ok {
					t.Fatalf("a timer %d ticks away is lost", d)
				}
				w.advance(at, func(f *flow) {
					if fired = append(fired, at.Sub(origin)/tick); len(fired) == 1 {
						w.set(&f.timer, at.Add(d*tick))
					}
				})
			}
			if fired[0] != start || fired[1] != start+d {
				t.Errorf("armed for %d and %d later, fires at %d", start, d, fired)
			}
		}
	}
}

func BenchmarkWheel(b *testing.B) {
	origin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	w := newWheel(origin)
	flows := make([]flow, 65536)
	for i := range flows {
		flows[i].timer.owner = &flows[i]
		w.set(&flows[i].timer, origin.Add(time.Duration(i)*tick/16))
	}
	now := origin
	b.ReportAllocs()
	for b.Loop() {
		now = now.Add(tick)
		w.advance(now, func(f *flow) { w.set(&f.timer, now.Add(4*time.Second)) })
	}
}
