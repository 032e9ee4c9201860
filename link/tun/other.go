//go:build !linux

package tun

import (
	"errors"
	"fmt"
	"runtime"

	"whorl/link"
	"whorl/packet"
)

// Conn is the far end of an interface; there is none on this system.
type Conn struct {
	link.Conn
	link.Counter
}

// Open fails with [errors.ErrUnsupported] on this system.
func Open(Options) (*Conn, error) {
	return nil, fmt.Errorf("tun: on %s: %w", runtime.GOOS, errors.ErrUnsupported)
}

// MAC is that of no interface.
func (*Conn) MAC() packet.MAC { return packet.MAC{} }

// Made is false.
func (*Conn) Made() bool { return false }
