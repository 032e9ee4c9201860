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
// has set in the environment stays.
func forScan() {
	if os.Getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + 1)
	}
	if os.Getenv("GOGC") != "" {
		return
	}
	debug.SetGCPercent(scanGrowth)
	if debug.SetMemoryLimit(-1) == math.MaxInt64 {
		debug.SetMemoryLimit(scanMemory)
	}
}
