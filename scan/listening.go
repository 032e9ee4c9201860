package scan

import "time"

// A host whose probes are done and whose flows are still timed costs memory, some 8 KiB, and
// no packets until their RSTs. It gives its place among Job.Parallel to another, so ten
// thousand hosts take little longer than one.

// maxListening is how many hosts may be listened to at once before no new ones are admitted.
const maxListening = 65536

// room reports whether one more host may be under way.
func (e *engine) room() bool {
	return len(e.flows)-e.away-e.listening < e.job.Parallel && e.listening < maxListening && e.away < maxBacklog
}

// listenOn notes that a host is left with nothing but its flows.
func (e *engine) listenOn(f *flow) {
	if !f.temporal.alone {
		f.temporal.alone = true
		e.listening++
	}
}

// listened notes the end of a host.
func (e *engine) listened(f *flow) {
	if f.temporal != nil && f.temporal.alone {
		f.temporal.alone = false
		e.listening--
	}
}

// The end of all flows at once, at an interrupt: RSTs beyond what the line takes would be
// lost, and the hosts would keep their connections. They go out by the rate of the job, or
// faster where that would take longer than a user waits.
const (
	farewell      = time.Second
	farewellBatch = 64 // packets that leave at once
)

// hangUpAll ends the flows of all hosts.
func (e *engine) hangUpAll() {
	if e.broken != nil {
		return
	}
	now, flows := e.conn.Now(), 0
	for _, f := range e.flows {
		if f.temporal.live() {
			f.temporal.Cancel(now)
			flows += len(f.temporal.Flows)
		}
	}
	rate := float64(firstRate)
	if e.job.Rate > 0 {
		rate = min(rate, e.job.Rate)
	}
	rate = max(rate, float64(flows)/farewell.Seconds())
	pause := time.Duration(farewellBatch / rate * float64(time.Second))
	for _, f := range e.flows {
		e.hangUp(f, now)
		if len(e.queued) >= farewellBatch {
			e.flush() // the link is given up anyway
			e.deafFor(pause)
		}
	}
	e.flush()
}

// deafFor waits, and forgets what comes.
func (e *engine) deafFor(d time.Duration) {
	for until := e.conn.Now().Add(d); e.conn.Now().Before(until); {
		if _, _, err := e.conn.Recv(e.buf, until); err != nil {
			return
		}
	}
}
