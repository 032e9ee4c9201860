package scan

import (
	"context"
	"errors"
	"net/netip"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"whorl"
	"whorl/link"
	"whorl/method/backoff"
)

// Judge gives a host its verdicts. It is called from several goroutines, each with
// a value of its own from the function that makes them.
type Judge interface {
	Judge(h *whorl.Host)
}

// Config is what Run needs beside the job.
type Config struct {
	Network  Network
	Version  string                                    // for the SCAN line
	NewJudge func() Judge                              // nil: hosts are not judged
	Listen   func(netip.Addr) (port uint16, err error) // opens a port on an address of this machine; nil: not
	Host     func(*whorl.Host)                         // takes each finished host, one at a time
	Progress *Progress                                 // counts as the scan goes; may be nil

	// Decide is asked whether the flows of Job.Temporal have told enough; nil: they
	// go on until the time is up. Several goroutines may call it.
	Decide func(x *backoff.Exchange, now time.Time) bool

	// Heard gives what a listener has heard of an address, which is judged with what the scan
	// finds; nil: nothing. Several goroutines may call it.
	Heard func(netip.Addr) []whorl.Observation

	// Keep is told of each host that need not be scanned again, before Host is given
	// it. Hosts that were cut off, or that nothing could be sent to, are not. May be nil.
	Keep func(position uint64, h *whorl.Host)
}

// Progress can be read at any time while a scan runs.
type Progress struct {
	Started, Finished, Up, Named atomic.Int64 // hosts
	Packets                      atomic.Int64 // sent
	Lost                         atomic.Uint64
	Skipped                      atomic.Uint64 // excluded addresses passed over
}

// Count notes a finished host.
func (p *Progress) Count(h *whorl.Host) {
	p.Finished.Add(1)
	if h.Status.Up {
		p.Up.Add(1)
	}
	if len(h.Verdicts) > 0 && h.Verdicts[0].Name != whorl.Unknown {
		p.Named.Add(1)
	}
}

// Run scans until all targets are done or the context ends, and gives every host to
// c.Host. Hosts under way when the context ends are given with what is known of them.
// Targets that cannot be reached at all are given as down with the reason as a
// warning. The error tells what kept the scan from going on; what was found before
// has been given out.
func Run(ctx context.Context, j Job, c Config) error {
	r := newRunner(ctx, j, c)
	written := make(chan struct{})
	go r.write(written)
	for r.begin() { // again if all links have failed before the targets came to their end
		r.engines.Wait()
	}
	r.finished.end()
	<-written
	return errors.Join(r.errs...)
}

func newRunner(ctx context.Context, j Job, c Config) *runner {
	r := &runner{ctx: ctx, job: j, Config: c, links: map[linkKey]*lane{}, finished: newBacklog()}
	if r.Progress == nil {
		r.Progress = new(Progress)
	}
	if r.sweeping = worthSweeping(&j); r.sweeping {
		r.sweepers, r.turn = map[way]*sweeper{}, make(chan struct{}, 1)
	}
	if j.Parallel <= 0 {
		r.job.Parallel = Timings[3].Parallel
	}
	return r
}

// runner spreads targets over links. Engines pull; a target for another link waits
// in that link's lane.
type runner struct {
	ctx context.Context
	job Job
	Config

	mu       sync.Mutex
	links    map[linkKey]*lane
	sweeping bool // targets behind a next hop are swept first
	sweepers map[way]*sweeper
	turn     chan struct{} // of the sweeper that may send
	running  int           // engines
	ended    bool          // no more targets
	errs     []error
	engines  sync.WaitGroup
	finished *backlog
}

type linkKey struct {
	index int
	kind  int
}

// lane is one link and the targets that wait for it.
type lane struct {
	queue []held
	conn  link.Conn
	err   error

	beside atomic.Int64 // packets that others than its engine have sent
}

// Bounds of what one engine does for others while its own probes wait.
const (
	maxLane = 4096 // targets that wait for another link
	maxPull = 256  // targets looked at in one pull
)

// begin places targets until one of them has started an engine. It is false when none
// are left.
func (r *runner) begin() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for r.running == 0 {
		if !r.place() {
			return false
		}
	}
	return true
}

// pull finds the next target for the link. more is false when none will come.
func (r *runner) pull(l *lane) (h held, ok, more bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for range maxPull {
		if len(l.queue) > 0 {
			h = l.queue[0]
			l.queue = l.queue[1:]
			return h, true, true
		}
		if r.crowded() {
			break
		}
		if !r.place() {
			return h, false, r.coming(l)
		}
	}
	return h, false, true
}

// crowded reports whether links, sweepers or the writers have to catch up.
func (r *runner) crowded() bool {
	for _, l := range r.links {
		if len(l.queue) >= maxLane {
			return true
		}
	}
	for _, s := range r.sweepers {
		if len(s.waiting) >= sweepBatch {
			return true
		}
	}
	return r.finished.length() >= maxBacklog
}

// place puts the next target into the lane of its link, and opens that on first use.
// It is false when there is none.
func (r *runner) place() bool {
	if r.ended || r.ctx.Err() != nil {
		return false
	}
	t, ok := r.job.Targets.Next()
	r.Progress.Skipped.Store(r.job.Targets.Skipped())
	if !ok {
		r.ended = true
		return false
	}
	r.Progress.Started.Add(1)
	route, err := r.Network.Route(t.Addr)
	if err != nil {
		r.unreachable(t, err)
		return true
	}
	key := linkKey{route.Index, int(route.Link)}
	l := r.links[key]
	if l == nil {
		l = r.open(key, route)
	}
	if l.err != nil {
		r.unreachable(t, l.err)
		return true
	}
	if s := r.sweeperFor(l, route, t.Addr); s != nil {
		s.waiting = append(s.waiting, t)
		return true
	}
	l.queue = append(l.queue, held{Target: t, route: route})
	return true
}

// open opens a link and starts its engine.
func (r *runner) open(key linkKey, route link.Route) *lane {
	l := &lane{}
	r.links[key] = l
	if l.conn, l.err = r.Network.Open(route); l.err != nil {
		r.errs = append(r.errs, l.err)
		return l
	}
	r.running++
	r.engines.Add(1)
	go r.drive(l)
	return l
}

// unreachable gives out a target that nothing can be sent to.
func (r *runner) unreachable(t Target, why error) {
	r.finished.put(finished{Host: &whorl.Host{Schema: whorl.Schema, Addr: t.Addr, Names: t.Names,
		Status: whorl.Status{Reason: "unreachable"}, Warnings: []string{why.Error()}}})
}

// drive runs the engine of one link, on a thread of its own: the judges' step aside.
func (r *runner) drive(l *lane) {
	defer r.engines.Done()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer l.conn.Close()
	e := newEngine(&r.job, l.conn)
	e.listen, e.decide = r.Listen, r.Decide
	e.silencer, _ = r.Network.(Silencer)
	defer e.speak()
	e.beside = l.beside.Load
	e.feed = func() (held, bool, bool) { return r.pull(l) }
	e.backlog = r.finished.length
	if r.job.Deep == IfNeeded && r.NewJudge != nil {
		e.back = newReturns()
	}
	var lost uint64
	e.done = func(f *flow) {
		r.Progress.Packets.Add(int64(f.sent - f.counted))
		f.counted = f.sent
		now := e.lost()
		r.Progress.Lost.Add(now - lost)
		lost = now
		h := finished{flow: f, lost: now - f.lost, position: f.Position, keep: !f.cut}
		if f.away {
			h.returns = e.back
		}
		r.finished.put(h)
	}
	r.end(l, e.run(r.ctx), e.next)
}

// end notes how an engine ended. If its link failed, so have the targets that wait
// for it; next is the first of them, if any.
func (r *runner) end(l *lane, err error, next *held) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if next != nil {
		l.queue = append(l.queue, *next)
	}
	r.running--
	if err == nil {
		return
	}
	r.errs = append(r.errs, err)
	l.err = err
	for _, h := range l.queue {
		r.unreachable(h.Target, err)
	}
	l.queue = nil
}

// write measures and judges finished hosts on threads that yield to the engines', one
// less than Go code may run on at once, and gives them out one at a time.
func (r *runner) write(written chan struct{}) {
	defer close(written)
	var workers sync.WaitGroup
	var out sync.Mutex
	for range max(runtime.GOMAXPROCS(0)-1, 1) {
		workers.Add(1)
		go func() {
			defer workers.Done()
			stepAside()
			var judge Judge
			if r.NewJudge != nil {
				judge = r.NewJudge()
			}
			for {
				h, ok := r.finished.take()
				if !ok {
					return
				}
				if h.Host == nil {
					h.Host = record(h.flow, r.Version, h.lost)
					r.between(h.Host, h.flow)
				}
				if r.Heard != nil {
					h.Observations = append(h.Observations, r.Heard(h.Addr)...)
				}
				if judge != nil && (h.Status.Up || len(h.Observations) > 0) {
					judge.Judge(h.Host)
				}
				if h.goesBack(judge) {
					continue
				}
				out.Lock()
				r.Progress.Count(h.Host)
				if h.keep && r.Keep != nil {
					r.Keep(h.position, h.Host)
				}
				r.Host(h.Host)
				out.Unlock()
			}
		}()
	}
	workers.Wait()
}
