//go:build !linux

package main

import (
	"fmt"
	"runtime"

	"whorl/link"
)

// decoyLink does not exist here yet; what sends nothing works.
func (*app) decoyLink(*decoyPlan) (link.Conn, error) {
	return nil, partial(fmt.Errorf("decoys are not implemented on %s", runtime.GOOS), "whorl decoy list and --dry-run work here")
}
