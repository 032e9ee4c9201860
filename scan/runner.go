package scan

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"

	"whorl"
	"whorl/link"
)

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
		Status: whorl.Status{Reason: whorl.Unreachable}, Warnings: []string{why.Error()}}})
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
