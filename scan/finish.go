package scan

// finish ends a host: it is judged and given out, or, while more probes could still tell
// of it, judged and perhaps sent back.
func (e *engine) finish(f *flow) {
	e.wheel.stop(&f.timer)
	e.listened(f)
	if f.probed() {
		e.probing--
	}
	f.stage, f.machine = done, nil
	f.away = e.back != nil && f.deepPossible() && f.deep == nil && f.problem == ""
	if f.away {
		e.away++
	} else {
		delete(e.flows, f.key())
	}
	e.ended = append(e.ended, f)
}

// handOver lets go of the hosts that have ended. From then on they are the judges'.
func (e *engine) handOver() {
	for i, f := range e.ended {
		e.done(f)
		e.ended[i] = nil
	}
	e.ended = e.ended[:0]
}

// abort finishes all hosts under way. Those that are away are given out by the judges,
// who learn that they cannot send them back any more.
func (e *engine) abort(why string) {
	e.hangUpAll()
	cut := func(f *flow, why string) {
		f.fail(why)
		f.cut = true
		e.finish(f)
	}
	for _, f := range e.flows {
		if !f.away {
			cut(f, why)
		}
	}
	if e.back != nil {
		for _, r := range e.back.end() {
			if r.undecided {
				cut(r.f, cutShort)
			}
		}
	}
	e.handOver()
	clear(e.flows)
	e.ready, e.more, e.away, e.probing = nil, false, 0, 0
}
