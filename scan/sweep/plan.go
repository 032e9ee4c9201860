package sweep

import (
	"net/netip"
	"sync"
	"time"
)

// plan is what is asked next, and when: one walk over the addresses for each question and
// pass. The senders share it. It has no clock and does not wait.
type plan struct {
	*Sweep
	asks []question

	mu   sync.Mutex
	pace pace
	walk int // how many have been begun
	next func() (netip.Addr, bool)
	away int       // batches that senders have yet to send
	rest bool      // the answers of a pass are waited for
	last time.Time // when the latest batch was taken, or left if that was later; at first the start
}

// batch is one question to some addresses.
type batch struct {
	addrs []netip.Addr
	question
	slot uint16 // of the time at which it leaves
}

// maxLook bounds the addresses that are looked at for one batch, for those that need not be
// asked again.
const maxLook = 4096

func newPlan(s *Sweep) *plan {
	now := s.conn.Now()
	return &plan{Sweep: s, asks: s.o.questions(), pace: newPace(s.o.Rate, now), last: now}
}

// take gives a sender what is overdue by late, or says how long to wait. The batch may be
// empty; else the sender says when it is done with it. more is false when all has been taken.
func (p *plan) take(now time.Time, late time.Duration, b *batch) (wait time.Duration, more bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if wait = p.wait(now) + late; wait > 0 {
		return wait, true
	}
	if p.next == nil && !p.begin() {
		return 0, false
	}
	b.question, b.addrs = p.question(), b.addrs[:0]
	for look := 0; len(b.addrs) < p.pace.batch() && look < maxLook; look++ {
		addr, ok := p.next()
		if !ok {
			p.end()
			break
		}
		if addr = addr.Unmap(); !askable(addr) || addr.Is4() != p.o.four {
			p.counts.skipped.Add(1)
		} else if p.walk == 1 || !p.seen.has(addr, p.o.remembered(uint16(b.question))) {
			b.addrs = append(b.addrs, addr)
		}
	}
	if len(b.addrs) > 0 {
		b.slot = p.times.slot(now)
		p.pace.sent(len(b.addrs))
		p.last = later(p.last, now)
		p.away++
	}
	return 0, true
}

// done takes note that a batch has left.
func (p *plan) done(now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.last = later(p.last, now)
	p.away--
}

// slow lowers the rate, as the interface had no room, and says how long to wait.
func (p *plan) slow(now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pace.slow(now)
	return p.pace.wait(now)
}

// wait is how long the next batch has to wait; it may be negative. It does not come before
// the answers to the pass before have been waited for.
func (p *plan) wait(now time.Time) time.Duration {
	wait := p.pace.wait(now)
	if p.rest {
		over := p.last.Add(p.o.Wait).Sub(now)
		if p.away > 0 {
			over = max(over, slotTime)
		}
		p.rest = over > 0
		wait = max(wait, over)
	}
	return wait
}

// begin begins the next walk. It is false when there is none.
func (p *plan) begin() bool {
	if p.walk == len(p.asks)*p.o.Passes {
		return false
	}
	p.walk++
	p.counts.pass.Store(int64(p.walk))
	p.next = p.o.Walk()
	return true
}

func (p *plan) question() question { return p.asks[(p.walk-1)%len(p.asks)] }

// end ends a walk. A pass repeats what was asked only once its answers have come in.
func (p *plan) end() {
	p.next = nil
	p.rest = p.walk%len(p.asks) == 0 && p.walk < len(p.asks)*p.o.Passes
}

// askable reports whether an address can be that of a host behind a router (RFC 6890, RFC
// 5771, RFC 4291 section 2.5.6).
func askable(a netip.Addr) bool {
	return a.IsValid() && !a.IsMulticast() && !a.IsUnspecified() && a != netip.AddrFrom4([4]byte{255, 255, 255, 255}) &&
		!(a.Is6() && a.IsLinkLocalUnicast())
}
