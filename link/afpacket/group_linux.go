package afpacket

import (
	"fmt"
	"io"
	"net/netip"

	"golang.org/x/sys/unix"
)

// Join makes an interface hear a multicast group of IPv6, until the closer is closed: an
// address that the kernel does not own is asked for in one (packet.SolicitedNode), which
// the interface may filter out and switches may keep back. The kernel tells routers and
// switches by MLD (RFC 3810). A socket is the member: when the process ends, however it
// does, the group is left. It needs no capability.
func Join(index int, group netip.Addr) (io.Closer, error) {
	fd, err := unix.Socket(unix.AF_INET6, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("afpacket: join %v: %w", group, err)
	}
	m := unix.IPv6Mreq{Multiaddr: group.As16(), Interface: uint32(index)}
	if err := unix.SetsockoptIPv6Mreq(fd, unix.IPPROTO_IPV6, unix.IPV6_JOIN_GROUP, &m); err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("afpacket: join %v: %w", group, err)
	}
	return member(fd), nil
}

// member is a socket that is in a group and hears nothing itself.
type member int

func (m member) Close() error { return unix.Close(int(m)) }
