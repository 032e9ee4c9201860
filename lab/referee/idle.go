package main

import (
	"fmt"
	"io"
	"runtime"
	"slices"
	"time"
)

// The trains of an idle machine: six ticks, a gap apart, as of SEQ.
const (
	idleTick = time.Millisecond
	idleGap  = 100 // ticks
	idleGaps = 5
)

// idle measures what a machine itself puts cadence off by: one thread sleeps from tick to
// tick and sends nothing. A train begins at every tick.
func idle(w io.Writer, length time.Duration) error {
	if length < (idleGap*idleGaps+1)*idleTick {
		return fmt.Errorf("idle: %v is shorter than one train; give -for 1s or more", length)
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	begun := time.Now()
	var late []time.Duration
	for due := time.Duration(0); due < length; due += idleTick {
		time.Sleep(due - time.Since(begun))
		late = append(late, time.Since(begun)-due)
	}
	off := worstGaps(late)
	for _, c := range []struct {
		name  string
		share int // of a hundred
	}{{"idle50", 50}, {"idle99", 99}} {
		fmt.Fprintf(w, "%s\t%.3f\tms, the worst error of a gap, of the %dth in a hundred trains that nobody sent\n",
			c.name, float64(off[(len(off)-1)*c.share/100])/float64(time.Millisecond), c.share)
	}
	return nil
}

// worstGaps are the worst errors of a gap of all trains, sorted. late is how late each
// tick was.
func worstGaps(late []time.Duration) (off []time.Duration) {
	for first := 0; first+idleGap*idleGaps < len(late); first++ {
		worst := time.Duration(0)
		for n := range idleGaps {
			gap := late[first+(n+1)*idleGap] - late[first+n*idleGap]
			worst = max(worst, gap.Abs())
		}
		off = append(off, worst)
	}
	slices.Sort(off)
	return off
}
