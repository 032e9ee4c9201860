package sweep

import (
	"net/netip"
	"testing"
	"time"
)

func TestSeen(t *testing.T) {
	s := newSeen(3)
	a, b := netip.MustParseAddr("198.18.0.1"), netip.MustParseAddr("198.18.255.255")
	for i, tt := range []struct {
		addr  netip.Addr
		port  uint16
		up    bool
		first bool
	}{
		{a, 80, true, true}, {a, 80, true, false}, {b, 80, true, true}, {a, 81, true, true}, {a, 80, false, true},
		{a, 80, false, false}, {b, 80, true, false},
		{netip.MustParseAddr("198.19.0.1"), 80, true, true}, {netip.MustParseAddr("198.19.0.1"), 80, true, true}, // no room
	} {
		if got := s.add(tt.addr, tt.port, tt.up); got != tt.first {
			t.Errorf("%d: %v port %d up %v: first %v", i, tt.addr, tt.port, tt.up, got)
		}
	}
	if !s.has(a, 80) || !s.has(b, 80) || s.has(b, 81) || s.has(a.Next(), 80) {
		t.Error("it does not have what was added, or more")
	}
	if s.forgotten() != 2 {
		t.Errorf("%d forgotten, want 2", s.forgotten())
	}
}

// Addresses of IPv6 are remembered one by one, up to a limit.
func TestSeen6(t *testing.T) {
	s := newSeen(1)
	a := netip.MustParseAddr("2001:db8::")
	for range pageSixes {
		a = a.Next()
		if !s.add(a, 80, true) || s.add(a, 80, true) || !s.has(a, 80) || s.has(a, 81) {
			t.Errorf("%v is not known, or known before", a)
		}
	}
	if b := a.Next(); !s.add(b, 80, true) || !s.add(b, 80, true) || s.has(b, 80) || s.forgotten() != 2 {
		t.Errorf("%d forgotten, want 2", s.forgotten())
	}
}

// Slots go round, and tell the time that is their latest.
func TestTimes(t *testing.T) {
	x := newTimes(4)
	at := time.Unix(1000, 0)
	for i := range uint16(10) {
		if got := x.slot(at); got != i%4 {
			t.Errorf("slot %d, want %d", got, i%4)
		}
		if got := x.slot(at.Add(slotTime / 2)); got != i%4 {
			t.Errorf("half a slot later: %d, want %d", got, i%4)
		}
		if got := x.since(i%4, at.Add(delay)); got != delay {
			t.Errorf("%v, want %v", got, delay)
		}
		if got := x.since(i%4, at.Add(-delay)); got != 0 {
			t.Errorf("before it left: %v", got)
		}
		at = at.Add(slotTime)
	}
}

// The rate comes back after it was halved, and no time is made up for that is long gone.
func TestPace(t *testing.T) {
	now := time.Unix(1000, 0)
	p := newPace(10_000, now)
	p.slow(now)
	p.slow(now.Add(time.Millisecond)) // the same trouble
	if p.rate != 5000 {
		t.Errorf("rate %v after slow", p.rate)
	}
	now = now.Add(5 * time.Second)
	if p.wait(now); p.rate < 7400 || p.rate > 7600 {
		t.Errorf("rate %v after 5 s", p.rate)
	}
	now = now.Add(time.Minute)
	if wait := p.wait(now); p.rate != 10_000 || wait != -maxLag {
		t.Errorf("rate %v after a minute, wait %v", p.rate, wait)
	}
	p = newPace(4, now)
	p.slow(now)
	if p.rate != 4 {
		t.Errorf("a low rate was made %v", p.rate)
	}
	p = newPace(0, now)
	p.slow(now)
	if p.rate != slowRate/2 || p.batch() != 50 || p.wait(now) != batchTime {
		t.Errorf("%+v", p)
	}
	if p.wait(now.Add(time.Minute)); p.rate != 0 || p.batch() != maxBatch {
		t.Errorf("%+v", p)
	}
}
