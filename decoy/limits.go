package decoy

import (
	"net/netip"
	"time"
)

// Limits bound what leaves, in packets per second; 0 is no limit. A second's worth may leave
// at once.
type Limits struct {
	Peer float64 // to one address
	All  float64 // to all together
}

// maxPeers is how many addresses have a limit of their own at a time, about.
const maxPeers = 1 << 16

// limits are token buckets.
type limits struct {
	Limits
	all bucket
	// Buckets of peers. When the young are many they become the old, and what was old is
	// dropped: so those of the last maxPeers/2 peers are there, and no more than maxPeers.
	young, old map[netip.Addr]*bucket
}

// bucket is what may still leave.
type bucket struct {
	tokens float64
	at     time.Time // when that was so
}

// fill adds what has come since.
func (b *bucket) fill(rate float64, now time.Time) {
	most := max(rate, 1)
	if b.at.IsZero() {
		b.tokens = most
	} else if d := now.Sub(b.at); d > 0 {
		b.tokens = min(most, b.tokens+rate*d.Seconds())
	} else {
		return
	}
	b.at = now
}

// of is the bucket of a peer, filled.
func (l *limits) of(peer netip.Addr, now time.Time) *bucket {
	b, ok := l.young[peer]
	if !ok {
		if b, ok = l.old[peer]; !ok {
			b = &bucket{}
		}
		if l.young == nil || len(l.young) >= maxPeers/2 {
			l.old, l.young = l.young, map[netip.Addr]*bucket{}
		}
		l.young[peer] = b
	}
	b.fill(l.Peer, now)
	return b
}

// open reports whether a packet may leave for a peer.
func (l *limits) open(peer netip.Addr, now time.Time) bool {
	if l.All > 0 {
		if l.all.fill(l.All, now); l.all.tokens < 1 {
			return false
		}
	}
	return l.Peer <= 0 || l.of(peer, now).tokens >= 1
}

// take lets a packet leave for a peer, or not.
func (l *limits) take(peer netip.Addr, now time.Time) bool {
	if !l.open(peer, now) {
		return false
	}
	if l.All > 0 {
		l.all.tokens--
	}
	if l.Peer > 0 {
		l.of(peer, now).tokens--
	}
	return true
}
