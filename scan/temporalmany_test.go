package scan

import (
	"context"
	"errors"
	"math"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"whorl"
	"whorl/link"
	"whorl/link/sim"
	"whorl/method/backoff"
	"whorl/packet"
)

// watched is a repeater that notes what comes to its timed connections.
type watched struct {
	*repeater
	all     *crowded
	packets map[uint16]int // by source port
}

// crowded is what many watched hosts have seen together.
type crowded struct {
	began  time.Time
	open   int   // timed connections
	most   int   // of them at once
	second []int // packets that came in each second
	resets []int // RSTs of timed connections in each tenth of a second
}

func count(in *[]int, at int) {
	for len(*in) <= at {
		*in = append(*in, 0)
	}
	(*in)[at]++
}

func (w *watched) Receive(now time.Time, p *packet.Packet, out link.Outlet) {
	gone := now.Sub(w.all.began)
	count(&w.all.second, int(gone/time.Second))
	if p.Transport == packet.TCP && p.TCP.SrcPort >= 10000 && p.TCP.SrcPort < 20000 {
		w.packets[p.TCP.SrcPort]++
		if p.TCP.Flags.Has(packet.RST) {
			count(&w.all.resets, int(gone/(100*time.Millisecond)))
		}
	}
	before := len(w.conns)
	w.repeater.Receive(now, p, out)
	w.all.open += len(w.conns) - before
	w.all.most = max(w.all.most, w.all.open)
}

// crowdOf is a network of n watched hosts, from 10.0.0.0 on.
func crowdOf(n int) (*sim.Net, []*watched) {
	net := sim.New(sim.Options{})
	all, hosts := &crowded{began: net.Now()}, make([]*watched, n)
	for i := range hosts {
		hosts[i] = &watched{&repeater{plain: plain{rtt: time.Millisecond}, conns: map[uint16]*repeated{}}, all, map[uint16]int{}}
		net.Add(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), hosts[i])
	}
	return net, hosts
}

// gapErrors are how far the gaps that a host is said to have are from the true ones; none
// if they are not as many.
func gapErrors(t *testing.T, o whorl.Observation) (errs []time.Duration) {
	t.Helper()
	got := gapsOf(t, o)
	for state, want := range map[string][]time.Duration{"SynRcvd": synAckGaps, "LastAck": finGaps, "FinWait1": finGaps} {
		words := strings.Split(got[state], ",")
		if len(words) != len(want) {
			return nil
		}
		for i, word := range words {
			v, err := strconv.ParseFloat(word, 64)
			if err != nil {
				t.Fatal(err)
			}
			errs = append(errs, time.Duration(math.Abs(v*1e9-float64(want[i]))))
		}
	}
	return errs
}

// Ten thousand hosts are timed at once, though no more than 1024 may be under way: the
// budget holds, no flow sends more than ten packets, each ends with one RST, times are
// right, and each answer is there in time.
func TestTemporalOfMany(t *testing.T) {
	const n, timeout, rate = 10_000, 60 * time.Second, 20_000
	net, hosts := crowdOf(n)
	began := net.Now()
	j := Job{TCP: []uint16{80, 81}, NoSweep: true, Temporal: Temporal{States: backoff.All, Timeout: timeout}}
	j.Timing = Timing{Rate: rate, Parallel: 1024, Tries: 2}
	j.Targets = &Targets{}
	if err := j.Targets.Add("10.0.0-39.0-255", nil); err != nil {
		t.Fatal(err)
	}
	for _, last := range []string{"10.0.39.16-255"} { // 10,000 of 10,240
		if err := j.Targets.Exclude(last, nil); err != nil {
			t.Fatal(err)
		}
	}
	var errs []time.Duration
	scanned := 0
	err := Run(context.Background(), j, Config{Network: network{net}, Version: "test", Host: func(h *whorl.Host) {
		scanned++
		if took := h.Seen.Last.Sub(h.Seen.First); took > timeout+time.Second {
			t.Errorf("%v took %v", h.Addr, took)
		}
		of := gapErrors(t, timed(h))
		if len(of) == 0 || len(h.Warnings) > 0 {
			t.Errorf("%v: %v, %v", h.Addr, gapsOf(t, timed(h)), h.Warnings)
		}
		errs = append(errs, of...)
	}})
	if err != nil || scanned != n {
		t.Fatalf("%d hosts, %v", scanned, err)
	}
	slices.Sort(errs)
	if p99 := errs[len(errs)*99/100]; p99 > 2*time.Millisecond {
		t.Errorf("p99 of the error is %v", p99)
	}
	most := 0
	for i, h := range hosts {
		if len(h.packets) != 3 || h.resets != 3 || len(h.conns) != 0 {
			t.Fatalf("host %d: %d flows, %d resets, %d connections left", i, len(h.packets), h.resets, len(h.conns))
		}
		for _, k := range h.packets {
			most = max(most, k)
		}
	}
	if most > 10 {
		t.Errorf("%d packets in a flow", most)
	}
	all := hosts[0].all
	if all.most < 3*n*95/100 {
		t.Errorf("%d flows at once, want nearly %d", all.most, 3*n)
	}
	if busiest := slices.Max(all.second); busiest > rate*11/10 {
		t.Errorf("%d packets in a second, at most %d", busiest, rate)
	}
	sent := 0
	for _, k := range all.second {
		sent += k
	}
	if took, want := net.Now().Sub(began), timeout+time.Duration(sent)*time.Second/rate+8*time.Second; took > want {
		t.Errorf("took %v, want %v at most", took, want)
	}
	t.Logf("%v, %d packets a host, at most %d a flow and %d a second, %d flows at once, error %v at most",
		net.Now().Sub(began), sent/n, most, slices.Max(all.second), all.most, errs[len(errs)-1])
}

// listening is an engine that listens to n hosts. look is called once it does so to all of
// them, at that time.
func listening(n int, lookAt time.Duration, look func(e *engine)) (*engine, []*watched) {
	net, hosts := crowdOf(n)
	began, looked := net.Now(), false
	var e *engine
	link := &faulty{Net: net, recv: func(int) error {
		if !looked && net.Now().Sub(began) > lookAt {
			looked = true
			look(e)
		}
		return nil
	}}
	e = newEngine(&Job{TCP: []uint16{80, 81}, Timing: Timing{Parallel: n, Tries: 2},
		Temporal: Temporal{States: backoff.All, Timeout: time.Minute}}, link)
	next := netip.MustParseAddr("10.0.0.0")
	e.feed = func() (h held, ok, more bool) {
		if n == 0 {
			return h, false, false
		}
		n--
		h.Addr, next = next, next.Next()
		h.route, _ = network{net}.Route(h.Addr)
		return h, true, true
	}
	e.backlog = func() int { return 0 }
	e.done = func(*flow) {}
	return e, hosts
}

// A host that is listened to takes little memory, with all that it has said until then.
func TestMemoryOfListening(t *testing.T) {
	const n, bound = 4096, 8192
	ctx, stop := context.WithCancel(t.Context())
	each := uint64(0)
	e, _ := listening(n, 40*time.Second, func(e *engine) {
		if e.listening != n {
			t.Errorf("%d hosts of %d are listened to", e.listening, n)
		}
		with := heap()
		clear(e.flows)
		e.wheel, e.queued, e.ready = newWheel(e.conn.Now()), nil, nil
		each = (with - heap()) / n
		stop()
	})
	if err := e.run(ctx); err != nil {
		t.Fatal(err)
	}
	if each > bound || each < 1000 {
		t.Errorf("%d bytes a host, at most %d", each, bound)
	}
	t.Logf("%d bytes a host", each)
}

// An interrupt resets all flows, once each, and not all in one burst.
func TestFarewell(t *testing.T) {
	const n = 3000
	ctx, stop := context.WithCancel(t.Context())
	e, hosts := listening(n, 30*time.Second, func(*engine) { stop() })
	if err := e.run(ctx); err != nil {
		t.Fatal(err)
	}
	for i, h := range hosts {
		if h.resets != 3 || len(h.conns) != 0 {
			t.Fatalf("host %d: %d resets, %d connections left", i, h.resets, len(h.conns))
		}
	}
	resets := hosts[0].all.resets
	took := e.conn.Now().Sub(hosts[0].all.began) - 30*time.Second
	if most := slices.Max(resets); most > firstRate/10+2*farewellBatch || took > farewell {
		t.Errorf("%d of %d in a tenth of a second, %v in all", most, 3*n, took)
	}
}

// A link that fails while the flows are reset ends the wait for it.
func TestFarewellToNobody(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	broken := false
	e, _ := listening(200, 30*time.Second, func(e *engine) { stop(); broken = true })
	inner := e.conn.(*faulty).recv
	e.conn.(*faulty).recv = func(n int) error {
		if broken {
			return errors.New("gone")
		}
		return inner(n)
	}
	if err := e.run(ctx); err != nil {
		t.Fatal(err)
	}
}
