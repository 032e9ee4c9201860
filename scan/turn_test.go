package scan

import (
	"context"
	"errors"
	"net/netip"
	"testing"
	"time"

	"whorl/link"
	"whorl/link/sim"
)

// flood is a mirror that hears more frames of others than anybody can take: between any
// two of its own there are strangers', which cost as much time as real ones.
type flood struct {
	*mirror
	frames int
}

// floodCost is what a frame takes that nobody waits for.
const floodCost = 5 * time.Microsecond

func (f *flood) Recv(buf []byte, deadline time.Time) (int, time.Time, error) {
	if f.frames++; f.frames%2 == 0 {
		n, at, err := f.mirror.Recv(buf, time.Time{})
		if !errors.Is(err, link.ErrTimeout) {
			return n, at, err
		}
	}
	f.now = f.now.Add(floodCost)
	return 0, f.now, nil
}

// However many frames come, probes leave in time: a turn takes a bounded number of them.
func TestTurnIsBounded(t *testing.T) {
	const hosts = 64
	whole := 0
	m := &mirror{}
	e := crowd(m, hosts, hosts, func(f *flow) {
		worst, _ := f.gen2.Cadence()
		if most := tick + 2*maxDrain*floodCost; worst > most {
			t.Errorf("a gap was %v off, at most %v", worst, most)
		}
		if f.gen2.Answered() == 14 {
			whole++
		}
	})
	e.conn = &flood{mirror: m}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := e.run(ctx); err != nil || whole != hosts {
		t.Errorf("%d of %d hosts whole, %v", whole, hosts, err)
	}
}

// Engines hand hosts over as they are, without waiting for anybody: measuring and judging
// is for others to do.
func TestEnginesDoNotMeasure(t *testing.T) {
	n := sim.New(sim.Options{})
	n.Otherwise(func(netip.Addr) link.Node { return &plain{rtt: time.Millisecond} })
	j := Job{Targets: rangeOf(t, "10.0.0.0/26", ""), TCP: []uint16{80, 81}, Timing: Timings[3]}
	r := newRunner(t.Context(), j, Config{Network: network{n}})
	for r.begin() {
		r.engines.Wait()
	}
	r.finished.end()
	hosts := 0
	for h, ok := r.finished.take(); ok; h, ok = r.finished.take() {
		if h.Host != nil {
			t.Fatalf("%v was measured by its engine", h.Addr)
		}
		if len(record(h.flow, "test", h.lost).Observations) == 1 {
			hosts++
		}
	}
	if hosts != 64 || r.finished.length() != 0 {
		t.Errorf("%d of 64 hosts can be measured", hosts)
	}
}

// The more hosts are begun and not given out, the fewer are begun.
func TestHeldBack(t *testing.T) {
	b := newBudget(1000, epoch)
	for _, c := range []struct {
		begun int
		want  float64
	}{{0, 1000}, {maxBacklog / 2, 1000}, {maxBacklog * 3 / 4, 500}, {2 * maxBacklog, 10}} {
		b.hold(c.begun)
		if got := b.given(); got < 0.99*c.want || got > 1.01*c.want {
			t.Errorf("%d hosts begun: %v packets a second, want %v", c.begun, got, c.want)
		}
	}
	b.hold(maxBacklog)
	b.tokens = 0
	if ok, when := b.admit(10, epoch); ok || when.Sub(epoch) < 900*time.Millisecond || when.Sub(epoch) > 1100*time.Millisecond {
		t.Errorf("%v, to come back after %v", ok, when.Sub(epoch))
	}
}
