package scan

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"whorl"
	"whorl/link"
	"whorl/link/sim"
	"whorl/packet"
)

// behind is a network behind one gateway: each way out opens a link of its own to it.
// Every nth address answers.
type behind struct {
	nth int
	bad func(opened int) error // why a link fails

	mu     sync.Mutex
	opened int
}

func (b *behind) Route(addr netip.Addr) (link.Route, error) {
	r := link.Route{Interface: "sim0", Index: 1, MTU: 1500, Link: packet.Raw, Src: us, NextHop: addr}
	if addr.Is6() {
		r.Src = netip.MustParseAddr("2001:db8:ffff::1")
	}
	return r, nil
}

func (b *behind) Open(r link.Route) (link.Conn, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.opened++
	n := sim.New(sim.Options{RealTime: true})
	for a := netip.MustParseAddr("198.18.0.0"); a != netip.MustParseAddr("198.18.32.0"); a = a.Next() {
		if b.lives(a) {
			n.Add(a, &plain{rtt: time.Millisecond})
		}
	}
	for a := netip.MustParseAddr("2001:db8::"); a != netip.MustParseAddr("2001:db8::1000"); a = a.Next() {
		if b.lives(a) {
			n.Add(a, &plain{rtt: time.Millisecond})
		}
	}
	if b.bad != nil {
		if err := b.bad(b.opened); err != nil {
			return &faulty{Net: n, send: func(int) error { return err }}, nil
		}
	}
	return n, nil
}

func (b *behind) lives(a netip.Addr) bool {
	o := a.AsSlice()
	o = o[len(o)-2:]
	return (int(o[0])*256+int(o[1]))%b.nth == 0
}

// sweepScan scans 4,096 addresses and one of them twice more, and gives the hosts by
// address.
func sweepScan(t *testing.T, ctx context.Context, b *behind) (hosts map[netip.Addr][]*whorl.Host, positions map[uint64]int, err error) {
	t.Helper()
	j := Job{Targets: targets(t, "198.18.16.0/20", "198.18.16.0", "198.18.16.0"), Timing: Timings[5], TCP: []uint16{80, 81}}
	hosts, positions = map[netip.Addr][]*whorl.Host{}, map[uint64]int{}
	err = Run(ctx, j, Config{Network: b,
		Keep: func(p uint64, h *whorl.Host) { positions[p]++ },
		Host: func(h *whorl.Host) { hosts[h.Addr] = append(hosts[h.Addr], h) },
	})
	return hosts, positions, err
}

// Whoever answers a sweep is fingerprinted, and everybody else is down, each once.
func TestSweeping(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds: a sweep runs in real time")
	}
	b := &behind{nth: 64}
	hosts, positions, err := sweepScan(t, context.Background(), b)
	if err != nil {
		t.Fatal(err)
	}
	if b.opened != 2 {
		t.Errorf("%d links opened, want one for the engine and one for the sweep", b.opened)
	}
	checkSwept(t, b, hosts)
	if len(positions) != 4098 {
		t.Errorf("%d positions kept", len(positions))
	}
}

// Over IPv6 too.
func TestSweeping6(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds: a sweep runs in real time")
	}
	b, up, down := &behind{nth: 64}, 0, 0
	j := Job{Targets: targets(t, "2001:db8::/116"), Timing: Timings[5], TCP: []uint16{80, 81}}
	err := Run(context.Background(), j, Config{Network: b, Host: func(h *whorl.Host) {
		if h.Status.Up != b.lives(h.Addr) || h.Status.Up != (len(h.Observations) > 0) {
			t.Errorf("%v: %+v, %d observations", h.Addr, h.Status, len(h.Observations))
		}
		if h.Status.Up {
			up++
		} else {
			down++
		}
	}})
	if err != nil || up != 64 || down != 4032 || b.opened != 2 {
		t.Errorf("%d up, %d down, %d links opened, %v", up, down, b.opened, err)
	}
}

func checkSwept(t *testing.T, b *behind, hosts map[netip.Addr][]*whorl.Host) {
	t.Helper()
	if len(hosts) != 4096 {
		t.Errorf("%d hosts", len(hosts))
	}
	for a, list := range hosts {
		want := 1
		if a == netip.MustParseAddr("198.18.16.0") {
			want = 3
		}
		if len(list) != want {
			t.Errorf("%v: given %d times", a, len(list))
		}
		for _, h := range list {
			if h.Status.Up != b.lives(a) || h.Status.Up != (len(h.Observations) > 0) || h.Seen.Last.Before(h.Seen.First) {
				t.Errorf("%v: %+v, %d observations, seen %v", a, h.Status, len(h.Observations), h.Seen)
			}
		}
	}
}

// A sweep that cannot send loses nothing: the engine asks one by one.
func TestSweepingFails(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds: a sweep runs in real time")
	}
	b := &behind{nth: 64, bad: func(opened int) error {
		if opened == 2 {
			return syscall.ENETDOWN
		}
		return nil
	}}
	hosts, _, err := sweepScan(t, context.Background(), b)
	if !errors.Is(err, syscall.ENETDOWN) || strings.Count(err.Error(), "one by one") != 1 {
		t.Errorf("error %v", err)
	}
	checkSwept(t, b, hosts)
}

// An interrupt ends a sweep at once.
func TestSweepingInterrupted(t *testing.T) {
	ctx, stop := context.WithTimeout(context.Background(), 500*time.Millisecond)
	defer stop()
	began := time.Now()
	hosts, _, err := sweepScan(t, ctx, &behind{nth: 64})
	if err != nil || time.Since(began) > 10*time.Second {
		t.Errorf("ended with %v after %v", err, time.Since(began))
	}
	for a, list := range hosts {
		if len(list) != 1 && a != netip.MustParseAddr("198.18.16.0") {
			t.Errorf("%v: given %d times", a, len(list))
		}
	}
}

// What is small, near, patient or taken for up is not swept.
func TestWorthSweeping(t *testing.T) {
	for _, c := range []struct {
		job  Job
		want bool
	}{
		{Job{Targets: targets(t, "198.18.0.0/20"), Timing: Timings[3]}, true},
		{Job{Targets: targets(t, "198.18.0.0/20"), Timing: Timings[5]}, true},
		{Job{Targets: targets(t, "198.18.0.0/21"), Timing: Timings[3]}, false},
		{Job{Targets: targets(t, "198.18.0.0/20"), Timing: Timings[3], SkipUp: true}, false},
		{Job{Targets: targets(t, "198.18.0.0/20"), Timing: Timings[1]}, false},
	} {
		if got := worthSweeping(&c.job); got != c.want {
			t.Errorf("%d addresses at %v: %v", c.job.Targets.Count(), c.job.Timing, got)
		}
	}
	r := &runner{sweeping: true, sweepers: map[way]*sweeper{}}
	for _, route := range []link.Route{{Local: true}, {Link: packet.Ethernet, NextHop: us}} {
		if r.sweeperFor(nil, route, us) != nil {
			t.Errorf("swept over %+v", route)
		}
	}
}

func targets(t *testing.T, specs ...string) *Targets {
	t.Helper()
	list := &Targets{}
	for _, s := range specs {
		if err := list.Add(s, nil); err != nil {
			t.Fatal(err)
		}
	}
	return list
}
