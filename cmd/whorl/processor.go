package main

import (
	"math"
	"os"
	"runtime"
	"runtime/debug"
)

const (
	// scanGrowth is how far memory may grow, in percent of what is in use, before it is
	// collected. Each collection disturbs the probes; measured, a quarter as many halve
	// the median error of a gap.
	scanGrowth = 300
	// scanMemory is the size in bytes from which on it is collected sooner: more than all
	// tables take when they are full.
	scanMemory = 1 << 30
)

// forScan sets Go's runtime for code that has to be in time. One thread more than there
// are cores may run Go code, so that an engine which comes back from the kernel finds room
// at once, and the kernel, which knows the priorities, decides who waits. What the user
// has set in the environment stays. back undoes it.
func forScan() (back func()) {
	threads, growth, limit := runtime.GOMAXPROCS(0), -1, debug.SetMemoryLimit(-1)
	if os.Getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(threads + 1)
	}
	if os.Getenv("GOGC") == "" && limit == math.MaxInt64 {
		growth = debug.SetGCPercent(scanGrowth)
		debug.SetMemoryLimit(scanMemory)
	}
	return func() {
		runtime.GOMAXPROCS(threads)
		if growth >= 0 {
			debug.SetGCPercent(growth)
			debug.SetMemoryLimit(limit)
		}
	}
}
