package scan

import (
	"context"
	"sync"
	"time"

	"whorl"
)

// Undecided is what a judge may be too: it tells whether the probes of method/deep
// could decide about a host that it has judged. Where Job.Deep is IfNeeded, such a
// host goes back to its engine, which sends them; then it is judged again.
type Undecided interface {
	Undecided(h *whorl.Host) bool
}

// returns is the way back from the judges to one engine. Nobody waits in tell, so
// that neither side can hold up the other; it holds no more hosts than the engine
// has handed over, at most maxBacklog and those under way at once.
type returns struct {
	mu    sync.Mutex
	told  []returned
	ended bool
	news  chan struct{} // has one element if something was told
}

// returned is a host that was judged.
type returned struct {
	f         *flow
	undecided bool
}

func newReturns() *returns { return &returns{news: make(chan struct{}, 1)} }

// tell says how a host was judged. It is false if the engine has ended.
func (r *returns) tell(f *flow, undecided bool) (heard bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ended {
		return false
	}
	r.told = append(r.told, returned{f, undecided})
	select {
	case r.news <- struct{}{}:
	default:
	}
	return true
}

// take gives what was told since it was last called.
func (r *returns) take() (told []returned) {
	r.mu.Lock()
	defer r.mu.Unlock()
	told, r.told = r.told, nil
	return told
}

// end is the last take: from now on nothing is heard.
func (r *returns) end() []returned {
	r.mu.Lock()
	r.ended = true
	r.mu.Unlock()
	return r.take()
}

// cutShort warns of hosts that nobody could ask any more.
const cutShort = "the scan ended before more probes could decide; scan it again with --deep"

// goesBack tells the engine how the judge found the host. It is true if the engine
// takes it back, and then the host is not to be given out yet.
func (h *finished) goesBack(j Judge) bool {
	if h.returns == nil {
		return false
	}
	u, ok := j.(Undecided)
	undecided := ok && u.Undecided(h.Host)
	switch heard := h.returns.tell(h.flow, undecided); {
	case undecided && heard:
		return true
	case undecided:
		h.Warnings, h.keep = append(h.Warnings, cutShort), false
	}
	return false
}

// takeBack goes on with the hosts that the judges are undecided about, and forgets
// the others that were away.
func (e *engine) takeBack(now time.Time) {
	if e.away == 0 {
		return
	}
	for _, r := range e.back.take() {
		e.away--
		r.f.away = false
		switch {
		case !r.undecided:
			delete(e.flows, r.f.key())
		case r.f.problem != "": // one of its last packets could not be sent
			e.probing++
			e.finish(r.f)
		default:
			e.probing++
			r.f.stage = waiting
			e.wait(r.f, now)
		}
	}
}

// onlyAway reports whether there is nothing to do but to wait for the judges. The next
// host may be one that they have already.
func (e *engine) onlyAway() bool {
	if e.away == 0 || e.away < len(e.flows) {
		return false
	}
	if e.next == nil {
		return !e.more
	}
	_, twice := e.flows[e.next.Addr.WithZone("")]
	return twice
}

// await waits until a judge says something, or the scan ends.
func (e *engine) await(ctx context.Context) {
	select {
	case <-e.back.news:
	case <-ctx.Done():
	}
}
