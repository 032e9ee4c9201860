package link

import (
	"errors"
	"fmt"
	"net"
	"net/netip"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"

	"whorl/packet"
)

// RouteTo says how packets reach dst. The zone of a link-local dst names the
// interface, as Via.Interface does; a dst that is ours always goes over lo.
//
// NextMAC is what the kernel's neighbour table knows, possibly stale; zero means
// that the neighbour has to be asked. RouteTo asks the kernel three or four times
// over netlink and sends nothing.
func RouteTo(dst netip.Addr, via Via) (Route, error) {
	if !dst.IsValid() {
		return Route{}, fmt.Errorf("link: route: invalid address")
	}
	dst = dst.Unmap()
	forced, err := via.interfaceFor(dst)
	if err != nil {
		return Route{}, &routeError{dst, err}
	}
	src, err := via.source(dst)
	if err != nil {
		return Route{}, &routeError{dst, err}
	}
	kr, err := lookup(dst, forced, src)
	if err != nil {
		return Route{}, &routeError{dst, err}
	}
	r, err := describe(dst, kr)
	if err != nil {
		return Route{}, &routeError{dst, err}
	}
	if via.Src.IsValid() {
		r.Src = via.Src.Unmap()
	}
	if !r.Src.IsValid() {
		return Route{}, &routeError{dst, fmt.Errorf("%w: %s has no %s address to send from", ErrNoRoute, r.Interface, version(dst))}
	}
	return r, nil
}

// routeError is why an address cannot be reached.
type routeError struct {
	dst netip.Addr
	why error
}

func (e *routeError) Error() string { return fmt.Sprintf("link: %v: %v", e.dst, e.why) }
func (e *routeError) Unwrap() error { return e.why }

// interfaceFor gives the index of the interface that the caller wants, 0 for any.
func (v Via) interfaceFor(dst netip.Addr) (int, error) {
	name := v.Interface
	if zone := dst.Zone(); zone != "" {
		if name != "" && name != zone {
			return 0, fmt.Errorf("zone %s, but interface %s is asked for", zone, name)
		}
		name = zone
	}
	if name == "" {
		if dst.Is6() && dst.IsLinkLocalUnicast() {
			return 0, fmt.Errorf("%w: a link-local address needs an interface, as in %v%%eth0", ErrNoRoute, dst)
		}
		return 0, nil
	}
	l, err := netlink.LinkByName(name)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", name, ErrNoInterface)
	}
	return l.Attrs().Index, up(l.Attrs())
}

// source gives the address that the kernel shall route from, if it knows of it.
func (v Via) source(dst netip.Addr) (netip.Addr, error) {
	if !v.Src.IsValid() {
		return netip.Addr{}, nil
	}
	src := v.Src.Unmap()
	if src.Is4() != dst.Is4() {
		return netip.Addr{}, fmt.Errorf("source %v is not an %s address", src, version(dst))
	}
	all, err := Interfaces()
	switch {
	case err != nil:
		return netip.Addr{}, err
	case Owns(all, src):
		return src, nil
	}
	if v.Spare {
		return netip.Addr{}, nil
	}
	return netip.Addr{}, fmt.Errorf("source %v: %w", src, ErrNotOurs)
}

// lookup asks the kernel, first without the interface: our own addresses are
// reached over lo even when another one is asked for.
func lookup(dst netip.Addr, index int, src netip.Addr) (netlink.Route, error) {
	o := netlink.RouteGetOptions{}
	if src.IsValid() {
		o.SrcAddr = src.WithZone("").AsSlice()
	}
	kr, err := ask(dst, o)
	if index != 0 && (err != nil || kr.Type != unix.RTN_LOCAL) {
		o.OifIndex = index
		kr, err = ask(dst, o)
	}
	if err != nil {
		return kr, err
	}
	switch kr.Type {
	case unix.RTN_UNICAST, unix.RTN_LOCAL:
		return kr, nil
	case unix.RTN_BROADCAST:
		return kr, fmt.Errorf("%w: broadcast address", ErrNoRoute)
	case unix.RTN_MULTICAST:
		return kr, fmt.Errorf("%w: multicast address", ErrNoRoute)
	}
	return kr, fmt.Errorf("%w: the routing table forbids it", ErrNoRoute)
}

func ask(dst netip.Addr, o netlink.RouteGetOptions) (netlink.Route, error) {
	routes, err := netlink.RouteGetWithOptions(dst.WithZone("").AsSlice(), &o)
	switch {
	case errors.Is(err, unix.ENETUNREACH), errors.Is(err, unix.EHOSTUNREACH):
		return netlink.Route{}, ErrNoRoute
	case errors.Is(err, unix.EACCES), errors.Is(err, unix.EINVAL): // prohibit, blackhole
		return netlink.Route{}, fmt.Errorf("%w: the routing table forbids it", ErrNoRoute)
	case errors.Is(err, unix.ENETDOWN):
		return netlink.Route{}, ErrDown
	case err != nil:
		return netlink.Route{}, fmt.Errorf("ask for route: %w", err)
	case len(routes) == 0:
		return netlink.Route{}, ErrNoRoute
	}
	return routes[0], nil
}

// describe turns the kernel's route into ours.
func describe(dst netip.Addr, kr netlink.Route) (Route, error) {
	l, err := netlink.LinkByIndex(kr.LinkIndex)
	if err != nil {
		return Route{}, fmt.Errorf("interface %d: %w", kr.LinkIndex, err)
	}
	if err := up(l.Attrs()); err != nil {
		return Route{}, err
	}
	r := fromLink(l.Attrs()).Route()
	r.Local = kr.Type == unix.RTN_LOCAL
	if kr.MTU > 0 {
		r.MTU = kr.MTU
	}
	r.Src = address(kr.Src)
	r.NextHop = dst
	if gw := address(kr.Gw); gw.IsValid() {
		r.NextHop = gw
	} else if via, ok := kr.Via.(*netlink.Via); ok { // IPv4 through an IPv6 neighbour (RFC 5549)
		r.NextHop = address(via.Addr)
	}
	switch {
	case r.Link != packet.Ethernet:
	case l.Attrs().RawFlags&unix.IFF_NOARP != 0:
		r.NextMAC = r.SrcMAC // as the kernel does where nobody can be asked
	default:
		r.NextMAC = neighbour(r.Index, r.NextHop)
	}
	return r, nil
}

// neighbour asks the kernel's table for one entry (Linux 5.0).
func neighbour(index int, addr netip.Addr) (mac packet.MAC) {
	family := uint8(unix.AF_INET)
	if addr.Is6() {
		family = unix.AF_INET6
	}
	req := nl.NewNetlinkRequest(unix.RTM_GETNEIGH, 0)
	req.AddData(&netlink.Ndmsg{Family: family, Index: uint32(index)})
	req.AddData(nl.NewRtAttr(netlink.NDA_DST, addr.WithZone("").AsSlice()))
	msgs, err := req.Execute(unix.NETLINK_ROUTE, unix.RTM_NEWNEIGH)
	if err != nil || len(msgs) == 0 {
		return mac
	}
	n, err := netlink.NeighDeserialize(msgs[0])
	const known = netlink.NUD_REACHABLE | netlink.NUD_STALE | netlink.NUD_DELAY | netlink.NUD_PROBE | netlink.NUD_PERMANENT
	if err == nil && n.State&known != 0 && len(n.HardwareAddr) == len(mac) {
		copy(mac[:], n.HardwareAddr)
	}
	return mac
}

// Interfaces lists the interfaces of this machine and our addresses on them.
func Interfaces() ([]Interface, error) {
	links, err := netlink.LinkList()
	if err != nil {
		return nil, fmt.Errorf("link: list interfaces: %w", err)
	}
	addrs, err := netlink.AddrList(nil, netlink.FAMILY_ALL)
	if err != nil {
		return nil, fmt.Errorf("link: list addresses: %w", err)
	}
	of := map[int][]netip.Prefix{}
	for _, a := range addrs {
		ones, _ := a.Mask.Size()
		of[a.LinkIndex] = append(of[a.LinkIndex], netip.PrefixFrom(address(a.IP), ones))
	}
	all := make([]Interface, len(links))
	for i, l := range links {
		all[i] = fromLink(l.Attrs())
		all[i].Addrs = of[all[i].Index]
	}
	return all, nil
}

// fromLink reads the type of an interface (ARPHRD_ numbers, linux/if_arp.h): of
// those that carry IP only Ethernet's frames are known here, and all others take IP
// packets and see to the rest themselves.
func fromLink(a *netlink.LinkAttrs) Interface {
	i := Interface{
		Name: a.Name, Index: a.Index, MTU: a.MTU, Link: packet.Raw,
		Up: up(a) == nil, Loopback: a.Flags&net.FlagLoopback != 0,
	}
	if a.EncapType == "ether" && len(a.HardwareAddr) == len(i.MAC) {
		i.Link = packet.Ethernet
		copy(i.MAC[:], a.HardwareAddr)
	}
	return i
}

func up(a *netlink.LinkAttrs) error {
	switch {
	case a.Flags&net.FlagUp == 0:
		return fmt.Errorf("%s: %w", a.Name, ErrDown)
	case a.RawFlags&unix.IFF_RUNNING == 0:
		return fmt.Errorf("%s: %w: no carrier", a.Name, ErrDown)
	}
	return nil
}

func address(ip net.IP) netip.Addr {
	a, _ := netip.AddrFromSlice(ip)
	return a.Unmap()
}

func version(a netip.Addr) string {
	if a.Is4() {
		return "IPv4"
	}
	return "IPv6"
}
