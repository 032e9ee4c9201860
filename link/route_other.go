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

// Interfaces says that the list is not implemented on this system.
func Interfaces() ([]Interface, error) {
	return nil, fmt.Errorf("link: interfaces are not implemented on %s", runtime.GOOS)
}
