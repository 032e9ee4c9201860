package decoy

import (
	"math/rand/v2"
	"testing"
	"time"
)

func TestEventsAreBounded(t *testing.T) {
	var q events
	for range maxPending + 3 {
		q.add(event{})
	}
	if len(q.all) != maxPending || q.lost != 3 {
		t.Errorf("%d under way, %d lost", len(q.all), q.lost)
	}
}

// Events happen in the order of their times, and those of one time as they were noted.
func TestEventsInOrder(t *testing.T) {
	luck := rand.New(rand.NewPCG(1, 2))
	var q events
	var last event
	n := 0
	for i := range 2000 {
		q.add(event{due: epoch.Add(time.Duration(i/4+luck.IntN(50)) * time.Second)})
		if i%3 > 0 && i < 1900 {
			continue
		}
		for e, ok := q.take(epoch.Add(time.Duration(i/4) * time.Second)); ok; e, ok = q.take(epoch.Add(time.Duration(i/4) * time.Second)) {
			if n++; e.before(&last) {
				t.Fatalf("%v, %d after %v, %d", e.due, e.no, last.due, last.no)
			}
			last = e
		}
	}
	for e, ok := q.take(epoch.Add(time.Hour)); ok; e, ok = q.take(epoch.Add(time.Hour)) {
		if n++; e.before(&last) {
			t.Fatalf("%v, %d after %v, %d", e.due, e.no, last.due, last.no)
		}
		last = e
	}
	if n != 2000 {
		t.Errorf("%d of 2000 happened", n)
	}
}
