//go:build !linux

package main

import (
	"net/netip"

	"whorl/link"
)

// realNetwork does not exist here; everything that needs no network works.
type realNetwork struct{}

func (a *app) network(*scanOptions) (*realNetwork, error) {
	return nil, onlyOnLinux("scanning", "whorl explain and whorl demo work here")
}

func (*realNetwork) Route(netip.Addr) (link.Route, error) { return link.Route{}, link.ErrNoRoute }
func (*realNetwork) Open(link.Route) (link.Conn, error)   { return nil, link.ErrNoRoute }
func (*realNetwork) Listen(netip.Addr) (uint16, error)    { return 0, link.ErrNoRoute }
func (*realNetwork) Close() error                         { return nil }
