package decoy

import (
	"maps"
	"net/netip"
	"slices"
	"sync"
	"time"

	"whorl/persona"
)

// Bounds of connections with backends.
const (
	maxStreams       = 256
	maxStreamsOfPeer = 16
	maxCarried       = 1 << 30          // bytes each way; a connection with more is reset
	dialTime         = 5 * time.Second  // until a backend has accepted
	lastWords        = 10 * time.Second // for what is on its way when both sides have closed
)

// relay connects visitors with the programs behind services. A stream has two goroutines, which
// touch nothing of the network; what they have to tell is heard by its own.
type relay struct {
	wake func() // ends a wait for frames; nil: news wait until that ends

	mu     sync.Mutex
	live   map[*stream]struct{}
	ofPeer map[netip.Addr]int
	news   []*stream // that have something to tell
	shut   bool
	all    sync.WaitGroup

	counts relayCounts
}

// relayCounts are what became of visits.
type relayCounts struct {
	begun, full int
	failed      int // backends that could not be reached
}

// dial begins a stream; nil if there are too many.
func (r *relay) dial(v *persona.Visit) persona.Stream {
	r.mu.Lock()
	defer r.mu.Unlock()
	peer := v.Peer.Addr()
	if r.shut || len(r.live) >= maxStreams || r.ofPeer[peer] >= maxStreamsOfPeer {
		r.counts.full++
		return nil
	}
	if r.live == nil {
		r.live, r.ofPeer = map[*stream]struct{}{}, map[netip.Addr]int{}
	}
	s := newStream(r, v)
	r.live[s] = struct{}{}
	r.ofPeer[peer]++
	r.counts.begun++
	r.all.Go(s.run)
	return s
}

// over takes a stream out that has ended.
func (r *relay) over(s *stream) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.live, s)
	peer := s.visit.Peer.Addr()
	if r.ofPeer[peer]--; r.ofPeer[peer] <= 0 {
		delete(r.ofPeer, peer)
	}
}

// tell notes that a stream has news. Any goroutine may call it.
func (r *relay) tell(s *stream) {
	r.mu.Lock()
	first := !s.told
	if first {
		s.told = true
		r.news = append(r.news, s)
	}
	wake := r.wake
	r.mu.Unlock()
	if first && wake != nil {
		wake()
	}
}

// hear takes the streams that have news.
func (r *relay) hear() (news []*stream) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.news) == 0 {
		return nil
	}
	news, r.news = r.news, nil
	for _, s := range news {
		s.told = false
	}
	return news
}

// open lets news end a wait for frames.
func (r *relay) open(wake func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.wake = wake
}

// close cuts all streams off and waits until they are gone.
func (r *relay) close() {
	r.mu.Lock()
	r.shut, r.wake = true, nil
	live := slices.Collect(maps.Keys(r.live))
	r.mu.Unlock()
	for _, s := range live {
		s.quit()
	}
	r.all.Wait()
}

// relayed lets personas look at the streams that have news.
func (n *Network) relayed(now time.Time) {
	for _, s := range n.relay.hear() {
		n.now = now
		if err := s.unreached(); err != nil {
			n.relay.counts.failed++
			n.unreached(s.visit.Backend, err)
		}
		s.visit.Ready(now)
	}
}

// unreached tells of a backend that could not be reached, once of each.
func (n *Network) unreached(b *persona.Backend, err error) {
	if n.o.Unreached == nil || n.missing[b] {
		return
	}
	if n.missing == nil {
		n.missing = map[*persona.Backend]bool{}
	}
	n.missing[b] = true
	n.o.Unreached(err)
}
