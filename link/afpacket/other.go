//go:build !linux

package afpacket

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"runtime"

	"whorl/link"
)

// Conn is an open interface; there is none on this system.
type Conn struct {
	link.Conn
	link.BatchSender
	link.BatchReceiver
	link.MultiSender
	link.Counter
}

// Open fails with [errors.ErrUnsupported] on this system.
func Open(Options) (*Conn, error) { return nil, errUnsupported() }

// OpenShared fails with [errors.ErrUnsupported] on this system.
func OpenShared(Options, int) ([]*Conn, error) { return nil, errUnsupported() }

// Silence fails with [errors.ErrUnsupported] on this system.
func Silence(netip.AddrPort) (io.Closer, error) { return nil, errUnsupported() }

func errUnsupported() error {
	return fmt.Errorf("afpacket: on %s: %w", runtime.GOOS, errors.ErrUnsupported)
}
