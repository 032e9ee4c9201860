// Package link is the one door to the network. A [Conn] moves frames and stamps
// them, and owns the time: [Conn.Now] is the only clock that probing code ever
// reads, so the same code runs over a real interface (link/afpacket), a capture
// (link/pcapfile) or a simulated internet in virtual time (link/sim).
package link

import (
	"errors"
	"net/netip"
	"time"

	"whorl/packet"
)

// Conn is a place where frames go out and come in.
//
// Recv and Send may be called from two goroutines at once, but neither from more
// than one. Close may be called from any and ends a Recv that waits.
type Conn interface {
	// LinkType says how frames begin, in both directions.
	LinkType() packet.LinkType

	// Now is the time on the link's clock. It never runs backwards.
	Now() time.Time

	// Send puts one frame on the link and returns when it left. The frame may be
	// used again after the return.
	Send(frame []byte) (sent time.Time, err error)

	// Recv waits for the next frame until the deadline, copies it into buf and
	// returns its length and arrival time. A frame longer than buf is cut. At the
	// deadline it returns ErrTimeout with n = 0 and the time; a deadline that has
	// passed already makes it a poll. io.EOF means that no frame will come any more.
	Recv(buf []byte, deadline time.Time) (n int, at time.Time, err error)

	Close() error
}

// BatchSender is a Conn that sends many frames at the price of one call.
type BatchSender interface {
	// SendBatch sends the frames in order and stores in sent when each left; sent
	// is as long as frames. n is how many were sent before the error.
	SendBatch(frames [][]byte, sent []time.Time) (n int, err error)
}

// MultiSender is a Conn on which several goroutines may send at once.
type MultiSender interface {
	// Sender is one more way out, for one more goroutine. It is closed with the Conn.
	Sender() BatchSender
}

// Frame is one that came in.
type Frame struct {
	Data []byte
	At   time.Time // as Recv tells it
}

// BatchReceiver is a Conn that hands over frames where they lie, many at the price of one
// call.
type BatchReceiver interface {
	// RecvBatch waits for frames until the deadline and calls use with some that have
	// come, in order. They are valid until use returns; use must not call the Conn. n is
	// how many they were. Errors are those of Recv.
	RecvBatch(deadline time.Time, use func([]Frame)) (n int, err error)
}

// Counter is a Conn that can tell what it lost.
type Counter interface {
	// Drops is how many received frames were lost before Recv since Open.
	Drops() uint64
}

// Waker is a Conn whose Recv can be ended early.
type Waker interface {
	// Wake ends a Recv that waits, or the next one that would, with ErrTimeout. Any goroutine
	// may call it, also after Close.
	Wake()
}

// ErrTimeout is returned by Recv at its deadline.
var ErrTimeout = errors.New("link: timeout")

// Route says how packets reach an address from this machine.
type Route struct {
	Interface string          // name of the interface
	Index     int             // of the interface
	MTU       int             // bytes
	Link      packet.LinkType // what frames on it look like: Ethernet, or Raw where only IP can be sent (lo, tun, ppp)
	Src       netip.Addr      // our address towards it
	SrcMAC    packet.MAC      // ours, if Link is Ethernet
	NextHop   netip.Addr      // the neighbour to hand packets to: the gateway, or the address itself on its segment
	NextMAC   packet.MAC      // hardware address of NextHop if the system knows it already
	Local     bool            // the address is one of this machine
}

// OnLink reports whether addr itself is the neighbour, no router between.
func (r Route) OnLink(addr netip.Addr) bool { return r.NextHop == addr }
