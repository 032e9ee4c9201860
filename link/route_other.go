//go:build !linux

package link

import (
	"errors"
	"fmt"
	"net/netip"
	"runtime"
)

// RouteTo fails with [errors.ErrUnsupported] on this system.
func RouteTo(dst netip.Addr, via Via) (Route, error) {
	return Route{}, fmt.Errorf("link: %v: routes on %s: %w", dst, runtime.GOOS, errors.ErrUnsupported)
}

// Routes answers as RouteTo does.
type Routes struct{ via Via }

// NewRoutes keeps nothing on this system.
func NewRoutes(via Via) *Routes { return &Routes{via} }

// To fails with [errors.ErrUnsupported] on this system.
func (r *Routes) To(dst netip.Addr) (Route, error) { return RouteTo(dst, r.via) }

// Interfaces fails with [errors.ErrUnsupported] on this system.
func Interfaces() ([]Interface, error) {
	return nil, fmt.Errorf("link: interfaces on %s: %w", runtime.GOOS, errors.ErrUnsupported)
}
