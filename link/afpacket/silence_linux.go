package afpacket

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"net"
	"net/netip"
	"syscall"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"

	"whorl/link"
)

// Silence keeps this machine's kernel from answering TCP segments that come for
// src, until the closer is closed: a target that was sent a SYN by other means can
// be watched half-open. A listening socket takes the port, so the kernel does not
// refuse, and throws away whatever comes, so it does not accept either.
//
// It throws away by a filter, which needs CAP_NET_ADMIN (measured: Linux 6.18
// refuses SO_ATTACH_FILTER on TCP without it). Otherwise it asks for TCP MD5
// signatures (RFC 2385) from everybody, with a key that nobody has; that needs no
// capability, but a kernel built with them (CONFIG_TCP_MD5SIG).
//
// The port must be free, or the error is EADDRINUSE. An unspecified address stands
// for all of ours. The socket is all there is: when the process ends, however it
// does, nothing stays behind, and the kernel answers late segments with RST again.
func Silence(src netip.AddrPort) (io.Closer, error) {
	return silence(src, func(fd int) error {
		err := discard(fd)
		if errors.Is(err, unix.EPERM) && sign(fd) == nil {
			return nil
		}
		return err
	})
}

// Ports of [SilencePorts]: none that the kernel gives out by itself, nor that other
// probes come from.
const (
	lowestSilent  = 10000
	highestSilent = 20000
	silentTries   = 64 // before the ports count as taken
)

// SilencePorts is Silence for n ports of an address that follow one another, from first
// on. It looks for some that are free.
func SilencePorts(src netip.Addr, n int) (first uint16, ports io.Closer, err error) {
	for range silentTries {
		first = uint16(lowestSilent + mathrand.IntN(highestSilent-lowestSilent-n))
		if ports, err = silenceFrom(src, first, n); err == nil || !errors.Is(err, unix.EADDRINUSE) {
			break
		}
	}
	return first, ports, err
}

// silences are several that end together.
type silences []io.Closer

func (s silences) Close() (err error) {
	for _, c := range s {
		err = errors.Join(err, c.Close())
	}
	return err
}

func silenceFrom(src netip.Addr, first uint16, n int) (io.Closer, error) {
	var all silences
	for i := range n {
		s, err := Silence(netip.AddrPortFrom(src, first+uint16(i)))
		if err != nil {
			all.Close()
			return nil, err
		}
		all = append(all, s)
	}
	return all, nil
}

func silence(src netip.AddrPort, deafen func(fd int) error) (io.Closer, error) {
	lc := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) (err error) {
		if e := c.Control(func(fd uintptr) { err = deafen(int(fd)) }); e != nil {
			return e
		}
		return err
	}}
	lc.SetMultipathTCP(false)
	l, err := lc.Listen(context.Background(), "tcp", src.String())
	if err == nil {
		return l, nil
	}
	if errors.Is(err, unix.EPERM) {
		if missing := link.Capable(link.NetAdmin); missing != nil {
			return nil, missing
		}
	}
	return nil, fmt.Errorf("afpacket: silence: %w", err)
}

// discard drops every segment before TCP sees it.
func discard(fd int) error {
	return attach(fd, []bpf.Instruction{bpf.RetConstant{Val: 0}})
}

// sign makes TCP drop every segment that is not signed with a key known to nobody.
func sign(fd int) error {
	family, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_DOMAIN)
	if err != nil {
		return err
	}
	// The address stays zero: with a prefix length of zero it means everybody.
	s := unix.TCPMD5Sig{Flags: unix.TCP_MD5SIG_FLAG_PREFIX}
	s.Addr.Family = uint16(family)
	s.Keylen = uint16(copy(s.Key[:], rand.Text()))
	return unix.SetsockoptTCPMD5Sig(fd, unix.IPPROTO_TCP, unix.TCP_MD5SIG_EXT, &s)
}
