//go:build !linux

package link

import (
	"fmt"
	"net/netip"
	"runtime"
)

// RouteTo says that routes are not implemented on this system.
func RouteTo(dst netip.Addr, via Via) (Route, error) {
	return Route{}, fmt.Errorf("link: %v: routes are not implemented on %s", dst, runtime.GOOS)
}

// Routes answers as RouteTo does.
type Routes struct{ via Via }

// NewRoutes keeps nothing on this system.
func NewRoutes(via Via) *Routes { return &Routes{via} }

// To says that routes are not implemented on this system.
func (r *Routes) To(dst netip.Addr) (Route, error) { return RouteTo(dst, r.via) }

// Interfaces says that the list is not implemented on this system.
func Interfaces() ([]Interface, error) {
	return nil, fmt.Errorf("link: interfaces are not implemented on %s", runtime.GOOS)
}
