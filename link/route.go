package link

import (
	"errors"
	"net/netip"

	"whorl/packet"
)

// What RouteTo can fail with, for callers that decide on it. Errors of RouteTo wrap
// one of them where it fits and name the address or interface.
var (
	ErrNoRoute     = errors.New("no route")
	ErrNoInterface = errors.New("no such interface")
	ErrDown        = errors.New("interface is down")
	ErrNotOurs     = errors.New("not an address of this machine")
)

// Via narrows the choice of a route. The zero value leaves it to the system.
type Via struct {
	Interface string     // send through this interface
	Src       netip.Addr // send from this address
	Spare     bool       // Src need not be ours: the caller answers ARP and ND for it
}

// Interface is a network interface of this machine.
type Interface struct {
	Name     string
	Index    int
	MTU      int             // bytes
	Link     packet.LinkType // Ethernet, or Raw where only IP can be sent
	MAC      packet.MAC      // zero unless Link is Ethernet
	Up       bool            // switched on, and with a carrier
	Loopback bool
	Addrs    []netip.Prefix // our addresses on it, with the length of their network
}

// Route is the part of a Route that the interface alone decides, enough to listen.
func (i Interface) Route() Route {
	return Route{Interface: i.Name, Index: i.Index, MTU: i.MTU, Link: i.Link, SrcMAC: i.MAC, Local: i.Loopback}
}
