package scan

import (
	"runtime"
	"sync"
)

// write measures and judges finished hosts on threads that yield to the engines', one
// less than Go code may run on at once, and gives them out one at a time.
func (r *runner) write(written chan struct{}) {
	defer close(written)
	var workers sync.WaitGroup
	var out sync.Mutex
	for range max(runtime.GOMAXPROCS(0)-1, 1) {
		workers.Go(func() { r.judgeAll(&out) })
	}
	workers.Wait()
}

// judgeAll is one of these threads. out is held by the one that gives a host out.
func (r *runner) judgeAll(out *sync.Mutex) {
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
}
