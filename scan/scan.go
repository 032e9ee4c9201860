package scan

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"runtime"
	"sync"
	"sync/atomic"

	"whorl"
	"whorl/link"
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
}

// Progress can be read at any time while a scan runs.
type Progress struct {
	Started, Finished, Up, Named atomic.Int64 // hosts
	Packets                      atomic.Int64 // sent
	Lost                         atomic.Uint64
}

// maxBacklog is how many finished hosts may wait to be judged and written before no
// new ones are admitted.
const maxBacklog = 1024

// Run scans until all targets are done or the context ends, and gives every host to
// c.Host. Hosts under way when the context ends are given with what is known of them.
// Targets that cannot be reached at all are given as down with the reason as a
// warning. The error tells what kept the scan from going on; what was found before
// has been given out.
func Run(ctx context.Context, j Job, c Config) error {
	r := &runner{ctx: ctx, job: j, Config: c, links: map[linkKey]*lane{}, finished: make(chan *whorl.Host, maxBacklog+max(j.Parallel, Timings[3].Parallel))}
	if r.Progress == nil {
		r.Progress = new(Progress)
	}
	if j.Parallel <= 0 {
		r.job.Parallel = Timings[3].Parallel
	}
	written := make(chan struct{})
	go r.write(written)
	for more := true; more; { // until a target has opened the first link
		_, _, _, more = r.pull(linkKey{})
	}
	r.engines.Wait()
	close(r.finished)
	<-written
	return errors.Join(r.errs...)
}

// runner spreads targets over links. Engines pull; a target for another link waits
// in that link's lane.
type runner struct {
	ctx context.Context
	job Job
	Config

	mu       sync.Mutex
	links    map[linkKey]*lane
	begun    bool // an engine runs
	ended    bool // no more targets
	errs     []error
	engines  sync.WaitGroup
	finished chan *whorl.Host
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
}

// Bounds of what one engine does for others while its own probes wait.
const (
	maxLane = 4096 // targets that wait for another link
	maxPull = 256  // targets looked at in one pull
)

// pull finds the next target for the link. more is false when none will come. Without
// a link it only places targets, until one of them has opened one.
func (r *runner) pull(key linkKey) (t Target, route link.Route, ok, more bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for range maxPull {
		if l := r.links[key]; l != nil && len(l.queue) > 0 {
			h := l.queue[0]
			l.queue = l.queue[1:]
			return h.Target, h.route, true, true
		}
		if r.ended || r.ctx.Err() != nil {
			return t, route, false, false
		}
		for _, l := range r.links {
			if len(l.queue) >= maxLane {
				return t, route, false, true
			}
		}
		if r.begun && len(r.finished) > maxBacklog/2 {
			return t, route, false, true
		}
		t, ok := r.job.Targets.Next()
		if !ok {
			r.ended = true
			continue
		}
		r.Progress.Started.Add(1)
		r.place(t)
		if key == (linkKey{}) && r.begun {
			return t, route, false, false
		}
	}
	return t, route, false, true
}

// place puts a target into the lane of its link, and opens that on first use.
func (r *runner) place(t Target) {
	if !t.Addr.Is4() {
		r.unreachable(t, fmt.Errorf("IPv6 targets cannot be scanned yet; give an IPv4 address"))
		return
	}
	route, err := r.Network.Route(t.Addr)
	if err != nil {
		r.unreachable(t, err)
		return
	}
	key := linkKey{route.Index, int(route.Link) + 1}
	l := r.links[key]
	if l == nil {
		l = &lane{}
		r.links[key] = l
		if l.conn, l.err = r.Network.Open(route); l.err != nil {
			r.errs = append(r.errs, l.err)
		} else {
			r.begun = true
			r.engines.Add(1)
			go r.drive(key, l)
		}
	}
	if l.err != nil {
		r.unreachable(t, l.err)
		return
	}
	l.queue = append(l.queue, held{t, route})
}

// unreachable gives out a target that nothing can be sent to.
func (r *runner) unreachable(t Target, why error) {
	r.finished <- &whorl.Host{Schema: whorl.Schema, Addr: t.Addr, Names: t.Names,
		Status: whorl.Status{Reason: "unreachable"}, Warnings: []string{why.Error()}}
}

// drive runs the engine of one link.
func (r *runner) drive(key linkKey, l *lane) {
	defer r.engines.Done()
	defer l.conn.Close()
	e := newEngine(&r.job, l.conn)
	e.listen = r.Listen
	e.feed = func() (Target, link.Route, bool, bool) { return r.pull(key) }
	e.busy = func() bool { return len(r.finished) > maxBacklog/2 }
	var lost uint64
	e.done = func(f *flow) {
		r.Progress.Packets.Add(int64(f.sent))
		now := e.lost()
		r.Progress.Lost.Add(now - lost)
		lost = now
		r.finished <- record(f, r.Version, now-f.lost)
	}
	if err := e.run(r.ctx); err != nil {
		r.fail(l, err)
	}
}

// fail gives up a link and the targets that wait for it.
func (r *runner) fail(l *lane, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.errs = append(r.errs, err)
	l.err = err
	for _, h := range l.queue {
		r.unreachable(h.Target, err)
	}
	l.queue = nil
}

// write judges finished hosts on all cores and gives them out one at a time.
func (r *runner) write(written chan struct{}) {
	defer close(written)
	var workers sync.WaitGroup
	var out sync.Mutex
	for range max(runtime.GOMAXPROCS(0), 1) {
		workers.Add(1)
		go func() {
			defer workers.Done()
			var judge Judge
			if r.NewJudge != nil {
				judge = r.NewJudge()
			}
			for h := range r.finished {
				if judge != nil && h.Status.Up {
					judge.Judge(h)
				}
				out.Lock()
				r.count(h)
				r.Host(h)
				out.Unlock()
			}
		}()
	}
	workers.Wait()
}

func (r *runner) count(h *whorl.Host) {
	r.Progress.Finished.Add(1)
	if h.Status.Up {
		r.Progress.Up.Add(1)
	}
	if len(h.Verdicts) > 0 && h.Verdicts[0].Name != whorl.Unknown {
		r.Progress.Named.Add(1)
	}
}
