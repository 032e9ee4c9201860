//go:build !linux

package link

// Capable returns nil: this system has no capabilities, and opening the link tells
// what is not allowed.
func Capable(need ...Capability) error { return nil }
