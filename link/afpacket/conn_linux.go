package afpacket

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"whorl/link"
	"whorl/packet"
)

// Conn is an open interface. It lives in the network namespace of the thread that
// called Open.
type Conn struct {
	name  string
	link  packet.LinkType
	rx    *ring
	out   sockets
	tx    *sender // of Send
	taken taken   // frames of RecvBatch
	wake  int     // eventfd that ends a Recv
	clock clock
	drops atomic.Uint64

	// use is held for reading while Send or Recv touch the sockets and the ring, and
	// for writing by Close, which so waits until they are out.
	use    sync.RWMutex
	closed atomic.Bool
	end    sync.Once
	gone   bool // sockets and ring are released
}

var (
	_ link.Conn          = (*Conn)(nil)
	_ link.BatchSender   = (*Conn)(nil)
	_ link.BatchReceiver = (*Conn)(nil)
	_ link.MultiSender   = (*Conn)(nil)
	_ link.Counter       = (*Conn)(nil)
	_ link.Waker         = (*Conn)(nil)
)

// Open opens an interface. Without CAP_NET_RAW the error is a *link.CapabilityError.
func Open(o Options) (*Conn, error) {
	if o.Route.Link != packet.Ethernet && o.Route.Link != packet.Raw {
		return nil, fmt.Errorf("afpacket: %s: link type %v, want %v or %v", o.Route.Interface, o.Route.Link, packet.Ethernet, packet.Raw)
	}
	if o.Route.Index <= 0 {
		return nil, fmt.Errorf("afpacket: %s: interface index %d", o.Route.Interface, o.Route.Index)
	}
	c := &Conn{name: o.Route.Interface, link: o.Route.Link}
	var err error
	if c.wake, err = unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK); err != nil {
		return nil, c.fail("eventfd", err)
	}
	if c.out, err = openSockets(o.Route); err != nil {
		c.release()
		return nil, c.refused(err)
	}
	c.tx = newSender(c.out)
	c.clock = newClock()
	if c.rx, err = openRing(o); err != nil {
		c.release()
		return nil, c.refused(err)
	}
	return c, nil
}

// refused explains an error of Open by a missing capability, if that is it.
func (c *Conn) refused(err error) error {
	if errors.Is(err, unix.EPERM) {
		if missing := link.Capable(link.NetRaw); missing != nil {
			return missing
		}
	}
	return c.fail("open", err)
}

func (c *Conn) fail(what string, err error) error {
	return fmt.Errorf("afpacket: %s: %s: %w", c.name, what, err)
}

// LinkType is Ethernet or Raw, as the Route said.
func (c *Conn) LinkType() packet.LinkType { return c.link }

// Now is the wall clock at Open carried on by the monotonic clock: it never runs
// backwards, and after the machine's clock was set it differs from the wall clock.
// Times of Send and Recv are on it.
func (c *Conn) Now() time.Time { return c.clock.now() }

// Recv waits for the next frame. Its time is the kernel's, brought to the clock of
// Now; it may lie up to Options.Hold before Recv sees it, so a frame that came
// before a deadline can be given after it. VLAN tags that the kernel took off are
// put back, and checksums that it left to hardware are completed.
//
// On lo what we send comes in again. ENETDOWN means that the interface went down;
// Recv goes on if it comes up again.
func (c *Conn) Recv(buf []byte, deadline time.Time) (n int, at time.Time, err error) {
	c.use.RLock()
	defer c.use.RUnlock()
	s, err := c.await(deadline)
	if err != nil {
		return 0, c.Now(), err
	}
	return c.copy(buf, s), c.clock.stamp(time.Now(), s.stamp), nil
}

// await waits for the next frame in the ring.
func (c *Conn) await(deadline time.Time) (slot, error) {
	for {
		if c.closed.Load() {
			return slot{}, io.EOF
		}
		if s, ok := c.rx.next(); ok {
			return s, nil
		}
		now := c.Now()
		if !now.Before(deadline) {
			return slot{}, link.ErrTimeout
		}
		if err := c.wait(deadline.Sub(now)); errors.Is(err, link.ErrTimeout) {
			return slot{}, err
		} else if err != nil {
			return slot{}, c.fail("receive", err)
		}
	}
}

// copy brings a frame out of the ring, mended.
func (c *Conn) copy(buf []byte, s slot) int {
	n := 0
	if tag, ok := s.tag(c.link); ok {
		n = copy(buf, s.frame[:12])
		n += copy(buf[n:], tag[:])
		s.frame = s.frame[12:]
	}
	n += copy(buf[n:], s.frame)
	if s.status&unix.TP_STATUS_CSUMNOTREADY != 0 {
		complete(c.link, buf[:n])
	}
	return n
}

// tag is the VLAN tag that the kernel took off a frame, if it did.
func (s *slot) tag(link packet.LinkType) (tag [4]byte, ok bool) {
	if s.status&unix.TP_STATUS_VLAN_VALID == 0 || link != packet.Ethernet || len(s.frame) < 12 {
		return tag, false
	}
	tpid := uint16(packet.EtherTypeVLAN)
	if s.status&unix.TP_STATUS_VLAN_TPID_VALID != 0 {
		tpid = s.tpid
	}
	binary.BigEndian.PutUint16(tag[:], tpid)
	binary.BigEndian.PutUint16(tag[2:], s.tci)
	return tag, true
}

// wait returns when there may be a frame, after d at the latest, or when Close wants
// us out; link.ErrTimeout at a Wake.
func (c *Conn) wait(d time.Duration) error {
	fds := [2]unix.PollFd{
		{Fd: int32(c.rx.fd), Events: unix.POLLIN},
		{Fd: int32(c.wake), Events: unix.POLLIN},
	}
	ts := unix.NsecToTimespec(int64(min(d, time.Hour))) // more need not fit on 32 bits
	if _, err := unix.Ppoll(fds[:], &ts, nil); err != nil && err != unix.EINTR {
		return err
	}
	if fds[0].Revents&unix.POLLERR == 0 {
		return c.woken(fds[1].Revents)
	}
	errno, err := unix.GetsockoptInt(c.rx.fd, unix.SOL_SOCKET, unix.SO_ERROR)
	if err == nil && errno != 0 {
		err = unix.Errno(errno)
	}
	return err
}

// Wake ends a Recv that waits, or the next one that would.
func (c *Conn) Wake() {
	c.use.RLock()
	defer c.use.RUnlock()
	if !c.gone {
		unix.Write(c.wake, []byte{1, 0, 0, 0, 0, 0, 0, 0})
	}
}

// woken takes a Wake, if that is what happened.
func (c *Conn) woken(events int16) error {
	if events == 0 || c.closed.Load() {
		return nil
	}
	var count [8]byte
	unix.Read(c.wake, count[:])
	return link.ErrTimeout
}

// Drops is how many frames found the ring full since Open.
func (c *Conn) Drops() uint64 {
	c.use.RLock()
	defer c.use.RUnlock()
	if !c.gone {
		c.drops.Add(c.rx.dropped())
	}
	return c.drops.Load()
}

// Close ends a Recv that waits, which then gives io.EOF, waits until Send and Recv are out, and
// releases everything. Whoever else calls Close waits for that too.
func (c *Conn) Close() error {
	c.end.Do(func() {
		c.closed.Store(true)
		unix.Write(c.wake, []byte{1, 0, 0, 0, 0, 0, 0, 0})
		c.use.Lock()
		defer c.use.Unlock()
		c.drops.Add(c.rx.dropped())
		c.gone = true
		c.release()
	})
	return nil
}

func (c *Conn) release() {
	if c.rx != nil {
		c.rx.close()
	}
	c.out.close()
	unix.Close(c.wake)
}

func networkOrder(v uint16) uint16 { return binary.NativeEndian.Uint16([]byte{byte(v >> 8), byte(v)}) }
