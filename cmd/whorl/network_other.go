//go:build !linux

package main

import (
	"fmt"
	"net/netip"
	"runtime"

	"whorl/link"
)

// realNetwork does not exist here yet; everything that needs no network works.
type realNetwork struct{}

func (a *app) network(*scanOptions) (*realNetwork, error) {
	return nil, partial(fmt.Errorf("scanning is not implemented on %s", runtime.GOOS), "whorl explain and whorl demo work here")
}

func (*realNetwork) Route(netip.Addr) (link.Route, error) { return link.Route{}, link.ErrNoRoute }
func (*realNetwork) Open(link.Route) (link.Conn, error)   { return nil, link.ErrNoRoute }
func (*realNetwork) Listen(netip.Addr) (uint16, error)    { return 0, link.ErrNoRoute }
func (*realNetwork) Close() error                         { return nil }
