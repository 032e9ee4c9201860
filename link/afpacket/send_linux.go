package afpacket

import (
	"errors"
	"fmt"
	"net"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"

	"whorl/link"
	"whorl/packet"
)

// batch is how many frames one system call sends. Measured: 8 reach 96 % of the
// rate of 64, and all frames of a call share one time.
const batch = 16

// sendBuffer is asked for; without CAP_NET_ADMIN the kernel gives less.
const sendBuffer = 4 << 20

// sockets are the transmit side of an interface: one packet socket for Ethernet, or one
// raw IP socket for each version of IP where only IP can be sent.
type sockets struct {
	link  packet.LinkType
	index uint32 // of the interface
	ether int    // descriptors; -1 is none
	ip4   int
	ip6   int
}

// sender sends over sockets, for one goroutine.
type sender struct {
	sockets
	head [batch]mmsghdr
	iov  [batch]unix.Iovec
	to4  [batch]unix.RawSockaddrInet4
	to6  [batch]unix.RawSockaddrInet6
}

// mmsghdr is struct mmsghdr of sendmmsg(2).
type mmsghdr struct {
	unix.Msghdr
	len uint32
}

func newSender(out sockets) *sender {
	s := &sender{sockets: out}
	for i := range s.head {
		s.head[i].Iov = &s.iov[i]
		s.head[i].SetIovlen(1)
	}
	return s
}

func openSockets(r link.Route) (s sockets, err error) {
	s = sockets{link: r.Link, index: uint32(r.Index), ether: -1, ip4: -1, ip6: -1}
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	if r.Link == packet.Ethernet {
		s.ether, err = openEthernet(r)
		return s, err
	}
	ifi, err := net.InterfaceByIndex(r.Index)
	if err != nil {
		return s, err
	}
	// All traffic to our own addresses goes over lo by itself. A socket bound to lo
	// would not find the routes of those that belong to other interfaces.
	bind := ifi.Name
	if ifi.Flags&net.FlagLoopback != 0 {
		bind = ""
	}
	if s.ip4, err = openRaw(unix.AF_INET, bind); err != nil {
		return s, err
	}
	// A kernel without IPv6 still sends IPv4.
	if s.ip6, err = openRaw(unix.AF_INET6, bind); errors.Is(err, unix.EAFNOSUPPORT) {
		err = nil
	}
	return s, err
}

func openEthernet(r link.Route) (int, error) {
	// Protocol 0: this socket never hears anything.
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, fmt.Errorf("packet socket: %w", err)
	}
	err = unix.SetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_QDISC_BYPASS, 1)
	if err == nil {
		err = unix.Bind(fd, &unix.SockaddrLinklayer{Ifindex: r.Index})
	}
	if err != nil {
		unix.Close(fd)
		return -1, fmt.Errorf("packet socket: %w", err)
	}
	widen(fd)
	return fd, nil
}

// openRaw makes a socket that takes whole IP packets: IPPROTO_RAW implies
// IP_HDRINCL and IPV6_HDRINCL.
func openRaw(family int, device string) (int, error) {
	fd, err := unix.Socket(family, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.IPPROTO_RAW)
	if err != nil {
		return -1, fmt.Errorf("raw socket: %w", err)
	}
	if device != "" {
		if err := unix.BindToDevice(fd, device); err != nil {
			unix.Close(fd)
			return -1, fmt.Errorf("raw socket: bind to %s: %w", device, err)
		}
	}
	widen(fd)
	return fd, nil
}

// widen enlarges the send buffer as far as we may, and bounds the wait for room.
func widen(fd int) {
	if unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_SNDBUFFORCE, sendBuffer) != nil {
		unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_SNDBUF, sendBuffer)
	}
	unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_SNDTIMEO, &unix.Timeval{Sec: 1})
}

// send puts the first frames on the wire with one system call and says how many.
func (s *sender) send(frames [][]byte) (n int, err error) {
	fd := -1
	for n < len(frames) && n < batch {
		f, err := s.address(n, frames[n])
		if err != nil && n == 0 {
			return 0, err
		}
		if err != nil || n > 0 && f != fd {
			break // the next call sends or reports it
		}
		fd = f
		s.iov[n].Base = &frames[n][0]
		s.iov[n].SetLen(len(frames[n]))
		n++
	}
	call := unix.RawSyscall6 // one that does not block is no news for the scheduler
	for flags := uintptr(unix.MSG_DONTWAIT); ; {
		sent, _, errno := call(unix.SYS_SENDMMSG, uintptr(fd), uintptr(unsafe.Pointer(&s.head[0])), uintptr(n), flags, 0, 0)
		runtime.KeepAlive(frames)
		switch {
		case errno == 0:
			return int(sent), nil
		case errno == unix.EAGAIN && flags != 0: // the buffer is full: wait for room
			call, flags = unix.Syscall6, 0
		case errno == unix.EINTR:
		default:
			return 0, errno
		}
	}
}

// address fills in where the i-th message of the batch goes and gives the socket
// for it. A raw socket wants the destination beside the packet.
func (s *sender) address(i int, frame []byte) (fd int, err error) {
	switch {
	case len(frame) == 0:
		return -1, errors.New("empty frame")
	case s.link == packet.Ethernet:
		return s.ether, nil
	case frame[0]>>4 == 4 && len(frame) >= 20:
		s.to4[i] = unix.RawSockaddrInet4{Family: unix.AF_INET, Addr: [4]byte(frame[16:20])}
		s.head[i].Name = (*byte)(unsafe.Pointer(&s.to4[i]))
		s.head[i].Namelen = unix.SizeofSockaddrInet4
		return s.ip4, nil
	case frame[0]>>4 == 6 && len(frame) >= 40:
		if s.ip6 < 0 {
			return -1, unix.EAFNOSUPPORT
		}
		to := unix.RawSockaddrInet6{Family: unix.AF_INET6, Addr: [16]byte(frame[24:40])}
		if to.Addr[0] == 0xfe && to.Addr[1]&0xc0 == 0x80 || to.Addr[0] == 0xff && to.Addr[1]&0xf == 2 {
			to.Scope_id = s.index // link-local means nothing without its link
		}
		s.to6[i] = to
		s.head[i].Name = (*byte)(unsafe.Pointer(&s.to6[i]))
		s.head[i].Namelen = unix.SizeofSockaddrInet6
		return s.ip6, nil
	}
	return -1, fmt.Errorf("not an IP packet: %d bytes beginning %#02x", len(frame), frame[0])
}

func (s *sockets) close() {
	for _, fd := range []*int{&s.ether, &s.ip4, &s.ip6} {
		if *fd >= 0 {
			unix.Close(*fd)
			*fd = -1
		}
	}
}
