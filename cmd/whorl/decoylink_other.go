//go:build !linux

package main

import (
	"whorl/link"
)

// decoyLink does not exist here; what sends nothing works.
func (*app) decoyLink(*decoyPlan) (link.Conn, error) {
	return nil, onlyOnLinux("answering as a decoy", "whorl decoy list and --dry-run work here")
}
