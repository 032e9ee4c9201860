package scan

import (
	"fmt"
	"net/netip"
	"time"

	"whorl"
	"whorl/link"
	"whorl/packet"
	"whorl/scan/sweep"
)

// A large range is mostly silence, and each silent address costs an engine seconds of
// waiting. So what lies behind a next hop is swept first, a batch at a time: who answers
// goes to the engine, the others are down.
const (
	sweepFrom  = 4096                 // addresses in a job from which on they are swept
	sweepBatch = 65536                // addresses swept together
	sweepShare = 0.5                  // of the rate of the job
	sweepRate  = 150_000              // packets per second where the job has no limit
	sweepLeast = 1000                 // a job with a lower rate has patience as its purpose
	placeTurn  = 1024                 // targets placed before others get a turn
	roomCheck  = 2 * time.Millisecond // how often a full lane or backlog is looked at again
)

// sweepPorts get a SYN of the sweep if an echo request was not answered.
var sweepPorts = []uint16{443, 80}

// reasons are the words for how a sweep has found a host.
var reasons = map[sweep.State]string{sweep.Alive: "echo-reply", sweep.Open: "syn-ack", sweep.Closed: "reset", sweep.Unreachable: "port-unreach"}

// way is what the targets behind one next hop have in common.
type way struct {
	linkKey
	hop, src netip.Addr
}

// sweeper sweeps the targets of one way. Its fields are guarded by runner.mu.
type sweeper struct {
	*lane
	route   link.Route
	waiting []Target
	ended   bool // nothing comes from it any more
	failed  bool // it cannot sweep: targets go to the engine as they are
}

// worthSweeping reports whether a job is one to be swept.
func worthSweeping(j *Job) bool {
	return !j.NoSweep && !j.SkipUp && j.Pause == 0 && (j.Rate == 0 || j.Rate >= sweepLeast) && j.Targets.Count() >= sweepFrom
}

// sweeperFor is the sweeper of a route; nil: its targets go to the engine as they are.
func (r *runner) sweeperFor(l *lane, route link.Route, addr netip.Addr) *sweeper {
	w := way{linkKey: linkKey{route.Index, int(route.Link)}, src: route.Src}
	if route.Link == packet.Ethernet { // elsewhere there is no next hop to choose
		w.hop = route.NextHop
	}
	if !r.sweeping || addr.Zone() != "" || route.Local || route.Link == packet.Ethernet && route.OnLink(addr) { // answers tell no zone
		return nil
	}
	s := r.sweepers[w]
	if s == nil {
		s = &sweeper{lane: l, route: route}
		r.sweepers[w] = s
		r.engines.Add(1)
		go r.sweep(s)
	}
	if s.failed {
		return nil
	}
	return s
}

// coming reports whether a lane may get more targets from a sweeper.
func (r *runner) coming(l *lane) bool {
	for _, s := range r.sweepers {
		if s.lane == l && !s.ended {
			return true
		}
	}
	return false
}

// sweep runs one sweeper until there are no more targets. What it cannot sweep goes to
// the engine as it is.
func (r *runner) sweep(s *sweeper) {
	defer r.engines.Done()
	conn, err := r.openSweep(s)
	if err == nil {
		defer conn.Close()
	}
	for {
		if err != nil {
			r.cannotSweep(s, err)
		}
		batch := r.batch(s)
		if len(batch) == 0 {
			return
		}
		if err == nil {
			batch, err = r.sweepBatch(s, conn, batch)
		}
		for _, t := range batch {
			r.hand(s, held{Target: t, route: s.route})
		}
	}
}

// cannotSweep notes why a sweeper has given up, once.
func (r *runner) cannotSweep(s *sweeper, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !s.failed && r.ctx.Err() == nil {
		r.errs = append(r.errs, fmt.Errorf("scan: the targets behind %v are asked one by one: %w", s.route.NextHop, err))
	}
	s.failed = true
}

// openSweep opens a link of the sweeper's own, and finds out who the next hop is.
func (r *runner) openSweep(s *sweeper) (link.Conn, error) {
	conn, err := r.Network.Open(s.route)
	if err != nil {
		return nil, err
	}
	if s.route.NextMAC, err = sweep.Resolve(r.ctx, conn, s.route); err != nil {
		conn.Close()
		return nil, err
	}
	return conn, nil
}

// batch takes the targets to be swept next. It is empty when no more will come.
func (r *runner) batch(s *sweeper) (batch []Target) {
	for r.ctx.Err() == nil {
		r.mu.Lock()
		crowded := false
		for range placeTurn {
			if len(s.waiting) >= sweepBatch || r.ended || s.failed {
				batch, s.waiting = s.waiting, nil
				s.ended = len(batch) == 0
				r.mu.Unlock()
				return batch
			}
			if crowded = r.crowded(); crowded {
				break
			}
			r.place()
		}
		r.mu.Unlock()
		if crowded {
			r.pause(roomCheck)
		}
	}
	return nil
}

// sweepBatch sweeps a batch: who answers goes to the engine, who does not is given out
// as down. With an error it returns those of whom nothing is known.
func (r *runner) sweepBatch(s *sweeper, conn link.Conn, batch []Target) (rest []Target, err error) {
	select { // one at a time, so that together they keep the rate
	case r.turn <- struct{}{}:
		defer func() { <-r.turn }()
	case <-r.ctx.Done():
		return nil, nil
	}
	began := conn.Now()
	sw, err := sweep.Start(r.ctx, conn, s.route, sweep.Options{
		Walk: func() func() (netip.Addr, bool) { return addresses(batch) },
		Echo: true, TCP: r.sweepTCP(), Key: r.job.Key, Rate: r.sweepRate(),
	})
	if err != nil {
		return batch, err
	}
	first := make(map[netip.Addr]int, len(batch)) // place of an address in the batch
	for i, t := range batch {
		if _, twice := first[t.Addr]; !twice {
			first[t.Addr] = i
		}
	}
	up := make([]string, len(batch)) // how an address was found, by its first place
	r.hear(s, sw, func(f sweep.Found) {
		if i, asked := first[f.Addr]; asked && f.Up() && up[i] == "" {
			up[i] = reasons[f.State]
			r.hand(s, held{Target: batch[i], route: s.route, up: up[i]})
		}
	})
	if sw.Err() == nil && r.ctx.Err() != nil {
		return nil, nil
	}
	span := whorl.Span{First: began, Last: conn.Now()}
	for i, t := range batch {
		at := first[t.Addr]
		switch reason := up[at]; {
		case reason != "" && at != i: // the same address again
			r.hand(s, held{Target: t, route: s.route, up: reason})
		case reason != "":
		case sw.Err() != nil:
			rest = append(rest, t)
		default:
			for r.finished.length() >= downBacklog && r.ctx.Err() == nil {
				r.pause(roomCheck)
			}
			r.finished.put(finished{position: t.Position, keep: true, Host: &whorl.Host{
				Schema: whorl.Schema, Addr: t.Addr, Names: t.Names, Seen: span, Status: whorl.Status{Reason: noResponse}}})
		}
	}
	return rest, sw.Err()
}

// hear takes all that a sweep finds, and counts what it sends.
func (r *runner) hear(s *sweeper, sw *sweep.Sweep, take func(sweep.Found)) {
	sent := int64(0)
	count := func() {
		n := sw.Counts().Sent
		r.Progress.Packets.Add(n - sent)
		s.beside.Add(n - sent)
		sent = n
	}
	defer count()
	every := time.NewTicker(strainEvery)
	defer every.Stop()
	for {
		select {
		case f, ok := <-sw.Found():
			if !ok {
				return
			}
			take(f)
		case <-every.C:
			count()
		}
	}
}

// hand puts a target into the lane of the sweeper once it has room.
func (r *runner) hand(s *sweeper, h held) {
	for r.ctx.Err() == nil {
		r.mu.Lock()
		switch {
		case s.err != nil:
			r.unreachable(h.Target, s.err)
		case len(s.queue) < maxLane:
			s.queue = append(s.queue, h)
		default:
			r.mu.Unlock()
			r.pause(roomCheck)
			continue
		}
		r.mu.Unlock()
		return
	}
}

// pause waits, or for the end of the scan.
func (r *runner) pause(d time.Duration) {
	select {
	case <-time.After(d):
	case <-r.ctx.Done():
	}
}

// sweepTCP are the ports of the sweep: those that hosts are known by, and the first
// that the user names.
func (r *runner) sweepTCP() []uint16 {
	if len(r.job.TCP) > 0 && r.job.TCP[0] != 80 && r.job.TCP[0] != 443 {
		return append([]uint16{r.job.TCP[0]}, sweepPorts...)
	}
	return sweepPorts
}

func (r *runner) sweepRate() float64 {
	if r.job.Rate == 0 {
		return sweepRate
	}
	return r.job.Rate * sweepShare
}

// addresses walks over the addresses of targets.
func addresses(targets []Target) func() (netip.Addr, bool) {
	return func() (a netip.Addr, ok bool) {
		if len(targets) == 0 {
			return a, false
		}
		a, targets = targets[0].Addr, targets[1:]
		return a, true
	}
}
