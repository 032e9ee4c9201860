package watch

import (
	"net/netip"
	"time"
)

// Limits on records, so that neither one source nor many that are made up can fill a log.
const (
	burstSource = 12              // records of one source at once
	everySource = 5 * time.Second // ... and then one in that time
	burstAll    = 1000            // records of all sources at once
	everyAll    = 10 * time.Millisecond
	rateSources = 1 << 12 // buckets of sources; two that share one share its limit
)

// rates are token buckets.
type rates struct {
	all    bucket
	source []bucket
}

// bucket holds tokens, one for each record.
type bucket struct {
	tokens int
	at     time.Time // when the last whole token came
}

func (r *rates) init() { r.source = make([]bucket, rateSources) }

// allow takes a token for a record of a source, if there is one.
func (r *rates) allow(source netip.Addr, now time.Time) bool {
	b := &r.source[numberOf(source, 0)%rateSources]
	b.fill(now, burstSource, everySource)
	r.all.fill(now, burstAll, everyAll)
	if b.tokens == 0 || r.all.tokens == 0 {
		return false
	}
	b.tokens--
	r.all.tokens--
	return true
}

func (b *bucket) fill(now time.Time, burst int, every time.Duration) {
	if b.at.IsZero() {
		b.tokens, b.at = burst, now
		return
	}
	if now.Before(b.at) { // the clock was set
		b.at = now
	}
	n := now.Sub(b.at) / every
	if n <= 0 {
		return
	}
	if n >= time.Duration(burst-b.tokens) {
		b.tokens, b.at = burst, now
		return
	}
	b.tokens += int(n)
	b.at = b.at.Add(n * every)
}
