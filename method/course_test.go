package method

import (
	"testing"
	"time"
)

// A course begins with the first packet and counts them all. Only a sure answer to a probe
// that was sent once tells the round trip time.
func TestCourse(t *testing.T) {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	at := func(ms int) time.Time { return start.Add(time.Duration(ms) * time.Millisecond) }
	var c Course
	slots := make([]Slot[int], 3)
	slots[0].Leave(&c, at(0))
	slots[1].Leave(&c, at(10))
	slots[2].Leave(&c, at(20))
	slots[1].Leave(&c, at(40))
	if c.First != at(0) || c.Last != at(40) || c.Packets != 4 || slots[1].Sends != 2 || slots[1].Sent != at(40) {
		t.Errorf("%+v, %+v", c, slots)
	}
	seven := 7
	for _, a := range []struct {
		slot, ms int
		sure     bool
		samples  int
		smoothed time.Duration
	}{
		{1, 45, true, 0, 0},
		{2, 47, false, 0, 0},
		{0, 50, true, 1, 50 * time.Millisecond},
	} {
		slots[a.slot].Answer(&c, &seven, at(a.ms), a.sure)
		if c.RTT.Samples != a.samples || c.RTT.Smoothed != a.smoothed || slots[a.slot].Reply != &seven {
			t.Errorf("slot %d: %+v", a.slot, c.RTT)
		}
	}
}
