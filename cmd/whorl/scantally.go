package main

import (
	"fmt"
	"strings"

	"whorl"
)

// tally counts hosts. It is used by one goroutine at a time.
type tally struct {
	up, down, unreached int
	why                 string // of the first that could not be reached
}

func (t *tally) add(h *whorl.Host) {
	switch {
	case h.Status.Up:
		t.up++
		return
	case h.Status.Reason == whorl.Unreachable:
		if t.unreached++; t.unreached == 1 {
			t.why = strings.Join(h.Warnings, "; ")
		}
	}
	t.down++
}

// shortfall is an error if not every target could be asked. missed counts those
// that had no address to begin with.
func (t *tally) shortfall(missed int) error {
	switch n := t.unreached; {
	case n > 1:
		return partial(fmt.Errorf("%d targets could not be reached, the first: %s", n, t.why), "another interface with -e, or a route to them")
	case n == 1:
		return partial(fmt.Errorf("a target could not be reached: %s", t.why), "another interface with -e, or a route to it")
	case missed > 0:
		return partial(fmt.Errorf("not every target could be used (%d), the others were scanned", missed), "addresses, or names that resolve")
	}
	return nil
}

// explainFailure turns an error of a scan into one with the right exit code.
func explainFailure(err error) error {
	if exitCode(err) == exitNoPrivilege {
		return err
	}
	return partial(err, "check the interface and the route, then scan the rest again")
}
