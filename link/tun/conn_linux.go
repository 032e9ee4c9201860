package tun

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"whorl/link"
	"whorl/packet"
)

// Conn is the far end of an interface.
type Conn struct {
	name string
	link packet.LinkType
	mac  packet.MAC // of the interface, if it is a TAP
	mtu  int
	made bool

	fd, wake int
	epoch    time.Time // with monotonic reading
	wall     time.Time // the same without
	gone     uint64    // frames that the kernel had dropped before Open

	use    sync.RWMutex // Close waits for those who use the descriptors
	closed atomic.Bool
	end    sync.Once
}

var (
	_ link.Conn    = (*Conn)(nil)
	_ link.Counter = (*Conn)(nil)
	_ link.Waker   = (*Conn)(nil)
)

// device is where interfaces come from.
const device = "/dev/net/tun"

// Open opens an interface.
func Open(o Options) (c *Conn, err error) {
	kind := uint16(unix.IFF_TUN)
	c = &Conn{name: o.Name, link: packet.Raw, fd: -1, wake: -1, epoch: time.Now()}
	c.wall = c.epoch.Round(0)
	if o.TAP {
		kind, c.link = unix.IFF_TAP, packet.Ethernet
	}
	defer func() {
		if err != nil {
			c.release()
			c, err = nil, fmt.Errorf("tun: %s: %w", o.Name, err)
		}
	}()
	request, err := unix.NewIfreq(o.Name)
	if err != nil || o.Name == "" {
		return c, errors.New("not the name of an interface")
	}
	if _, err := net.InterfaceByName(o.Name); err != nil {
		c.made = true
	}
	if c.fd, err = unix.Open(device, unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC, 0); err != nil {
		return c, fmt.Errorf("%s: %w", device, err)
	}
	request.SetUint16(kind | unix.IFF_NO_PI)
	if err := unix.IoctlIfreq(c.fd, unix.TUNSETIFF, request); err != nil {
		return c, why(err)
	}
	if c.wake, err = unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK); err != nil {
		return c, err
	}
	if c.made {
		if err := setUp(o.Name, o.Routes); err != nil {
			return c, err
		}
	}
	i, err := net.InterfaceByName(o.Name)
	if err != nil {
		return c, err
	}
	c.mtu = i.MTU
	copy(c.mac[:], i.HardwareAddr)
	c.gone = c.dropped()
	return c, nil
}

// why tells what an interface is that cannot be opened.
func why(err error) error {
	switch {
	case errors.Is(err, unix.EINVAL):
		return errors.New("not a TUN or TAP interface, or the other of the two")
	case errors.Is(err, unix.EBUSY):
		return errors.New("another program is at its far end")
	case errors.Is(err, unix.EPERM):
		return cmp.Or(link.Capable(link.NetAdmin), err)
	}
	return err
}

// LinkType is Raw for a TUN, Ethernet for a TAP.
func (c *Conn) LinkType() packet.LinkType { return c.link }

// MAC is the hardware address of the near end of a TAP.
func (c *Conn) MAC() packet.MAC { return c.mac }

// MTU is how many bytes the largest IP packet has that the interface takes.
func (c *Conn) MTU() int { return c.mtu }

// Made reports whether Open made the interface.
func (c *Conn) Made() bool { return c.made }

// Now is the time on the link's clock, which is not stepped.
func (c *Conn) Now() time.Time { return c.wall.Add(time.Since(c.epoch)) }

// Send hands one frame to the kernel. The error is EIO as long as the interface is down, and
// net.ErrClosed after Close.
func (c *Conn) Send(frame []byte) (time.Time, error) {
	c.use.RLock()
	defer c.use.RUnlock()
	if c.closed.Load() {
		return c.Now(), fmt.Errorf("tun: %s: send: %w", c.name, net.ErrClosed)
	}
	at := c.Now()
	for {
		_, err := unix.Write(c.fd, frame)
		switch err {
		case nil:
			return at, nil
		case unix.EINTR:
		default:
			return at, fmt.Errorf("tun: %s: send: %w", c.name, err)
		}
	}
}

// Recv waits for the next frame.
func (c *Conn) Recv(buf []byte, deadline time.Time) (n int, at time.Time, err error) {
	c.use.RLock()
	defer c.use.RUnlock()
	for {
		if c.closed.Load() {
			return 0, c.Now(), io.EOF
		}
		n, err := unix.Read(c.fd, buf)
		now := c.Now()
		switch {
		case err == nil:
			return n, now, nil
		case err == unix.EINTR:
			continue
		case err != unix.EAGAIN:
			return 0, now, fmt.Errorf("tun: %s: receive: %w", c.name, err)
		case !now.Before(deadline):
			return 0, now, link.ErrTimeout
		}
		if err := c.wait(deadline.Sub(now)); errors.Is(err, link.ErrTimeout) {
			return 0, c.Now(), err
		} else if err != nil {
			return 0, c.Now(), fmt.Errorf("tun: %s: receive: %w", c.name, err)
		}
	}
}

// wait returns when there may be a frame, after d at the latest, or when Close wants us out;
// link.ErrTimeout at a Wake.
func (c *Conn) wait(d time.Duration) error {
	fds := [2]unix.PollFd{{Fd: int32(c.fd), Events: unix.POLLIN}, {Fd: int32(c.wake), Events: unix.POLLIN}}
	ts := unix.NsecToTimespec(int64(min(d, time.Hour))) // more need not fit on 32 bits
	if _, err := unix.Ppoll(fds[:], &ts, nil); err != nil && err != unix.EINTR {
		return err
	}
	if fds[0].Revents&(unix.POLLERR|unix.POLLHUP|unix.POLLNVAL) != 0 {
		return errors.New("the interface is gone")
	}
	if fds[1].Revents == 0 || c.closed.Load() {
		return nil
	}
	var count [8]byte
	unix.Read(c.wake, count[:])
	return link.ErrTimeout
}

// Wake ends a Recv that waits, or the next one that would.
func (c *Conn) Wake() {
	c.use.RLock()
	defer c.use.RUnlock()
	if !c.closed.Load() {
		unix.Write(c.wake, []byte{1, 0, 0, 0, 0, 0, 0, 0})
	}
}

// Drops is how many frames the kernel could not queue for us since Open.
func (c *Conn) Drops() uint64 { return c.dropped() - c.gone }

func (c *Conn) dropped() uint64 {
	b, err := os.ReadFile("/sys/class/net/" + c.name + "/statistics/tx_dropped")
	if err != nil {
		return c.gone
	}
	n, err := strconv.ParseUint(strings.TrimSpace(string(b)), 10, 64)
	if err != nil {
		return c.gone
	}
	return n
}

// Close ends a Recv that waits, which then gives io.EOF, and gives the interface up. Once Close has
// returned, to the first caller or to another, an interface that Open made is gone.
func (c *Conn) Close() error {
	c.end.Do(func() {
		c.closed.Store(true)
		unix.Write(c.wake, []byte{1, 0, 0, 0, 0, 0, 0, 0})
		c.use.Lock()
		defer c.use.Unlock()
		c.release()
	})
	return nil
}

func (c *Conn) release() {
	for _, fd := range []int{c.fd, c.wake} {
		if fd >= 0 {
			unix.Close(fd)
		}
	}
}
