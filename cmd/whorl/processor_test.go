package main

import (
	"math"
	"runtime"
	"runtime/debug"
	"testing"
)

// What a scan sets of Go's runtime is undone after it, and what the user has set stays.
func TestForScan(t *testing.T) {
	for _, v := range []string{"GOGC", "GOMAXPROCS"} {
		t.Setenv(v, "")
	}
	state := func() [3]int {
		growth := debug.SetGCPercent(100)
		debug.SetGCPercent(growth)
		limit := 0
		if n := debug.SetMemoryLimit(-1); n != math.MaxInt64 {
			limit = int(n)
		}
		return [3]int{runtime.GOMAXPROCS(0), growth, limit}
	}
	before := state()
	back := forScan()
	if got, want := state(), [3]int{before[0] + 1, scanGrowth, scanMemory}; got != want {
		t.Errorf("threads, growth, limit %v during a scan, want %v", got, want)
	}
	back()
	if got := state(); got != before {
		t.Errorf("%v after it, %v before", got, before)
	}
	t.Setenv("GOGC", "50")
	t.Setenv("GOMAXPROCS", "7")
	defer forScan()()
	if got := state(); got != before {
		t.Errorf("%v where the user has set them, %v before", got, before)
	}
}
