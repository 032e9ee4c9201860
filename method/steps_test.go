package method

import (
	"testing"
	"time"
)

// Only tags of probes are listened to.
func TestLeft(t *testing.T) {
	at := time.Unix(1, 0)
	slots := make([]Slot[int], 2)
	for tag := range Tag(4) {
		tag--
		if ok := Left(slots, tag, at); ok != (tag == 0 || tag == 1) {
			t.Errorf("tag %d: %v", tag, ok)
		}
	}
	if slots[0].Sent != at || slots[1].Sent != at {
		t.Errorf("%+v", slots)
	}
}
