package main

import (
	"fmt"
	"math/bits"
	"net"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// ring is a transmit ring (packet(7), PACKET_TX_RING) that holds all frames for good: the
// kernel takes each from where it lies, as often as it is offered.
type ring struct {
	fd    int
	mem   []byte
	size  int // of a slot, bytes
	slots int
	tail  int // the oldest slot that has been offered and has not left
}

const (
	batch      = 64       // frames offered at once
	sendBuffer = 16 << 20 // bytes under way at most
)

// slot is how a slot begins; the frame follows. As nothing was said of it, the kernel would
// hand over pages of the ring, which a virtual cable then copies into pages of their own. It
// takes less to copy a header, so all of the frame is called one.
type slot struct {
	unix.Tpacket2Hdr
	virtio
}

// virtio is struct virtio_net_hdr of linux/virtio_net.h.
type virtio struct {
	flags, gso                           uint8
	header, segment, sumStart, sumOffset uint16 // bytes
}

const frameAt = int(unsafe.Offsetof(slot{}.virtio) + unsafe.Sizeof(virtio{}))

// openRing opens an interface and fills a ring with frames. The last ones are left out if
// they fill no block.
func openRing(name string, frames [][]byte) (_ *ring, err error) {
	dev, err := net.InterfaceByName(name)
	if err != nil {
		return nil, fmt.Errorf("interface %q: %w", name, err)
	}
	page, longest := unix.Getpagesize(), 0
	for _, f := range frames {
		longest = max(longest, len(f))
	}
	size := 1 << bits.Len(uint(frameAt+longest-1))
	blocks := len(frames) * size / page
	if blocks == 0 {
		return nil, fmt.Errorf("%d frames fill no block of %d bytes; more hosts are needed", len(frames), page)
	}
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("packet socket: %w", err)
	}
	r := &ring{fd: fd, size: size, slots: blocks * page / size}
	defer func() {
		if err != nil {
			r.close()
		}
	}()
	for _, set := range []struct{ level, option, value int }{
		{unix.SOL_PACKET, unix.PACKET_VERSION, unix.TPACKET_V2},
		{unix.SOL_PACKET, unix.PACKET_VNET_HDR, 1},
		{unix.SOL_PACKET, unix.PACKET_QDISC_BYPASS, 1},
		{unix.SOL_SOCKET, unix.SO_SNDBUFFORCE, sendBuffer},
	} {
		if err := unix.SetsockoptInt(fd, set.level, set.option, set.value); err != nil {
			return nil, fmt.Errorf("packet socket: %w", err)
		}
	}
	if err := unix.SetsockoptTpacketReq(fd, unix.SOL_PACKET, unix.PACKET_TX_RING, &unix.TpacketReq{
		Block_size: uint32(page), Block_nr: uint32(blocks), Frame_size: uint32(r.size), Frame_nr: uint32(r.slots),
	}); err != nil {
		return nil, fmt.Errorf("ring of %d slots of %d bytes: %w", r.slots, r.size, err)
	}
	if r.mem, err = unix.Mmap(fd, 0, blocks*page, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED); err != nil {
		return nil, fmt.Errorf("map ring: %w", err)
	}
	if err := unix.Bind(fd, &unix.SockaddrLinklayer{Ifindex: dev.Index}); err != nil {
		return nil, fmt.Errorf("bind: %w", err)
	}
	for i, f := range frames[:r.slots] {
		h := r.slot(i)
		h.Len = uint32(unsafe.Sizeof(virtio{})) + uint32(len(f))
		h.virtio = virtio{flags: unix.VIRTIO_NET_HDR_F_NEEDS_CSUM, header: uint16(len(f)), sumStart: atSource, sumOffset: atChecksum - atSource}
		copy(r.frame(i), f)
	}
	return r, nil
}

func (r *ring) slot(i int) *slot { return (*slot)(unsafe.Pointer(&r.mem[i*r.size])) }

// frame is what lies in a slot. It may be changed while the slot is free.
func (r *ring) frame(i int) []byte { return r.mem[i*r.size+frameAt:][:r.slot(i).header] }

// free reports whether the kernel is done with a slot.
func (r *ring) free(i int) bool {
	return atomic.LoadUint32(&r.slot(i).Status) == unix.TP_STATUS_AVAILABLE
}

// await waits until a slot is free.
func (r *ring) await(i int) error {
	for begun := time.Now(); !r.free(i); {
		if time.Since(begun) > patience {
			return errFull
		}
	}
	return nil
}

// offer has a slot sent by the next flush. Slots are offered in order.
func (r *ring) offer(i int) {
	atomic.StoreUint32(&r.slot(i).Status, unix.TP_STATUS_SEND_REQUEST)
}

// flush returns when the n slots that were offered last have left. A frame that finds the far
// end full is tried again.
func (r *ring) flush(n int) error {
	for last := time.Now(); ; {
		_, _, errno := unix.RawSyscall6(unix.SYS_SENDTO, uintptr(r.fd), 0, 0, unix.MSG_DONTWAIT, 0, 0)
		before := n
		for ; n > 0 && atomic.LoadUint32(&r.slot(r.tail).Status) != unix.TP_STATUS_SEND_REQUEST; n-- {
			r.tail = (r.tail + 1) % r.slots
		}
		switch {
		case n == 0:
			return nil
		case errno != 0 && errno != unix.ENOBUFS && errno != unix.EAGAIN && errno != unix.EINTR:
			return fmt.Errorf("send: %w", errno)
		case n < before:
			last = time.Now()
		case time.Since(last) > patience:
			return errFull
		}
	}
}

func (r *ring) close() {
	if r.mem != nil {
		unix.Munmap(r.mem)
	}
	unix.Close(r.fd)
}
