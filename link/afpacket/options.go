package afpacket

import (
	"time"

	"golang.org/x/net/bpf"

	"whorl/link"
)

// Options say which interface to open and what to hear on it.
type Options struct {
	// Route names the interface (Interface, Index) and says whether its frames are
	// Ethernet or Raw (Link). The other fields are not used.
	Route link.Route

	// Filter chooses the frames that are heard; nil hears all. It sees the frame as
	// Recv gives it, but without VLAN tags. [Towards] makes the usual one.
	Filter []bpf.Instruction

	// Snap is how many bytes are kept of a frame. 0 keeps whole frames up to the size of a
	// block.
	Snap int

	// Block is the size of the blocks of the ring in bytes, rounded up to a power of two. 0
	// is 32 KiB, the least. The kernel wakes the receiver for each block that is full: large
	// ones save processor time at high rates. It also hands one over after Hold, however
	// little is in it, so that few blocks are soon used up by slow traffic.
	Block int

	// Ring is the size of the receive ring in bytes, rounded up to whole blocks. 0 is
	// 8 MiB, which holds 50,000 frames of 60 bytes or a quarter of a second of any
	// slower traffic. It is memory of the kernel, taken as long as the Conn is open.
	Ring int

	// Hold is how long the kernel may keep a frame in order to hand over several at
	// once, in whole milliseconds. 0 is 1 ms, right for probing; listening wants
	// 10 ms. It delays Recv, not the time that a frame carries. Older kernels round it
	// up to their timer tick, at most 10 ms.
	Hold time.Duration

	// Promiscuous hears frames for other stations too. An address that the kernel
	// does not own needs it for IPv6, whose neighbour discovery is multicast.
	Promiscuous bool

	// Outgoing hears also what this machine sends, except Ethernet frames of Send.
	Outgoing bool
}

// snapped gives the filter with no frame kept longer than Snap.
func (o Options) snapped() []bpf.Instruction {
	if o.Snap <= 0 {
		return o.Filter
	}
	limit := uint32(o.Snap)
	if o.Filter == nil {
		return []bpf.Instruction{bpf.RetConstant{Val: limit}}
	}
	f := append([]bpf.Instruction(nil), o.Filter...)
	for i, in := range f {
		if ret, ok := in.(bpf.RetConstant); ok {
			f[i] = bpf.RetConstant{Val: min(ret.Val, limit)}
		}
	}
	return f
}
