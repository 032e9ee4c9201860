package scan

import (
	"sync"

	"whorl"
)

// maxBacklog is how many finished hosts may wait to be judged and given out before no
// new ones are begun. Their flows take some 2 KiB each. It is as many as a range that is
// probed in a few seconds while the judges follow.
const maxBacklog = 8192

// downBacklog is how much of it those may fill who find that hosts are down, so that the
// engines always have room.
const downBacklog = maxBacklog / 8

// finished is a host on its way out. Who takes it owns its flow, which is measured only
// then: that costs the engine no time.
type finished struct {
	*whorl.Host // nil: to be made of the flow
	flow        *flow
	lost        uint64 // frames that the link lost while it was under way
	position    uint64
	keep        bool     // it need not be scanned again
	returns     *returns // set if the host may go back to the engine that it came from
}

// backlog holds finished hosts until they are judged and given out. Nobody waits in put:
// an engine that did would send the probes of all its hosts late. Who fills it looks at
// its length before he begins more.
type backlog struct {
	mu    sync.Mutex
	some  sync.Cond
	hosts []finished // the first is the next to be taken
	ended bool
}

func newBacklog() *backlog {
	b := new(backlog)
	b.some.L = &b.mu
	return b
}

func (b *backlog) put(h finished) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.hosts = append(b.hosts, h)
	b.some.Signal()
}

// take waits for the next host. ok is false after the last one.
func (b *backlog) take() (h finished, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for len(b.hosts) == 0 {
		if b.ended {
			return h, false
		}
		b.some.Wait()
	}
	h = b.hosts[0]
	b.hosts[0] = finished{} // its memory is free before that of the list
	b.hosts = b.hosts[1:]
	return h, true
}

// length is how many hosts wait.
func (b *backlog) length() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.hosts)
}

// end says that no more will come.
func (b *backlog) end() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ended = true
	b.some.Broadcast()
}
