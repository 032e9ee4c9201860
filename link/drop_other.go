//go:build !linux

package link

// DropPrivileges does nothing: this system has no capabilities.
func DropPrivileges() error { return nil }
