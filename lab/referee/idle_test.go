package main

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// One late tick is in as many trains as have six ticks there, and no other train is off.
func TestWorstGaps(t *testing.T) {
	late := make([]time.Duration, 2001)
	late[1000] = 7 * time.Millisecond
	off := worstGaps(late)
	if len(off) != 1501 {
		t.Fatalf("%d trains, want 1501", len(off))
	}
	hit := len(off) - slices.Index(off, 7*time.Millisecond)
	if hit != 6 || off[len(off)-7] != 0 {
		t.Errorf("%d trains are off, want 6; the next is off by %v", hit, off[len(off)-7])
	}
}

func TestIdle(t *testing.T) {
	var out strings.Builder
	if err := idle(&out, time.Millisecond); err == nil {
		t.Error("a length without a train: no error")
	}
	if err := idle(&out, 600*time.Millisecond); err != nil || strings.Count(out.String(), "\n") != 2 {
		t.Errorf("%v: %s", err, out.String())
	}
}
