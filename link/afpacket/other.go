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

// Network is the network as this machine reaches it; there is none on this system.
type Network struct {
	ARP    bool
	Groups []netip.Addr
	Resets bool
}

// NewNetwork fails with [errors.ErrUnsupported] on this system.
func NewNetwork(link.Via) (*Network, error) { return nil, errUnsupported() }

// Route fails with [errors.ErrUnsupported] on this system.
func (*Network) Route(netip.Addr) (link.Route, error) { return link.Route{}, errUnsupported() }

// Open fails with [errors.ErrUnsupported] on this system.
func (*Network) Open(link.Route) (link.Conn, error) { return nil, errUnsupported() }

// Listen fails with [errors.ErrUnsupported] on this system.
func (*Network) Listen(netip.Addr) (uint16, error) { return 0, errUnsupported() }

// Close does nothing.
func (*Network) Close() error { return nil }

// Silence fails with [errors.ErrUnsupported] on this system.
func Silence(netip.AddrPort) (io.Closer, error) { return nil, errUnsupported() }

func errUnsupported() error {
	return fmt.Errorf("afpacket: on %s: %w", runtime.GOOS, errors.ErrUnsupported)
}
