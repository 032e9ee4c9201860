//go:build !linux

package scan

// stepAside does nothing on this system: its threads have no priorities of their own.
func stepAside() {}
