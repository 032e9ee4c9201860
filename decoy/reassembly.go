package decoy

import (
	"container/list"
	"encoding/binary"
	"net/netip"
	"slices"
	"time"

	"whorl/packet"
)

// Bounds of reassembly.
const (
	maxPartial  = 1024             // packets under way; the one that began first goes for a new one
	maxPieces   = 256              // of one packet
	maxHeld     = 4 << 20          // bytes of all
	partialLife = 30 * time.Second // Linux's ipfrag_time
)

// reassembly puts IPv4 packets together that come in fragments (RFC 791 section 3.2). A packet
// of which two fragments overlap is dropped, as Linux does since 4.19; one that comes twice is
// passed over. The zero value is empty.
type reassembly struct {
	under map[datagram]*list.Element
	order list.List // of *partial, as they began
	held  int
	whole []byte // the frame that was put together last
}

// datagram is what the fragments of a packet share.
type datagram struct {
	src, dst netip.Addr
	id       uint16
	proto    uint8
}

// partial is a packet of which fragments have come.
type partial struct {
	datagram
	began  time.Time
	head   []byte  // link and IP header of the first fragment; nil: it has not come
	pieces []piece // in the order of their places
	size   int     // bytes of all pieces
	total  int     // of the whole; 0: the last fragment has not come
}

// piece is what one fragment brings.
type piece struct {
	from int // its place, bytes
	data []byte
}

func (p piece) end() int { return p.from + len(p.data) }

// add takes a frame with a fragment, whose IP header begins at that byte. It gives the frame
// with the whole packet, valid until the next call, or nil if more has to come.
func (r *reassembly) add(now time.Time, p *packet.Packet, frame []byte, at int) []byte {
	const damaged = packet.OddIPLength | packet.OddIPHeader | packet.OddIPChecksum
	head := at + 20 + len(p.IPv4.Options)
	if p.Odd&damaged != 0 {
		return nil
	}
	got := piece{int(p.IPv4.Offset) * 8, frame[head : at+int(p.IPv4.TotalLen)]}
	if len(got.data) == 0 || p.IPv4.MF && len(got.data)%8 != 0 || head-at+got.end() > maxFrame-1 {
		return nil
	}
	r.expire(now)
	e := r.of(now, datagram{p.Src, p.Dst, p.IPv4.ID, p.Proto})
	d := e.Value.(*partial)
	if fits, known := d.insert(got, p.IPv4.MF); !fits {
		r.drop(e)
		return nil
	} else if known {
		return nil
	}
	if got.from == 0 {
		d.head = slices.Clone(frame[:head])
	}
	r.held += len(got.data)
	if d.head == nil || d.total == 0 || d.size < d.total {
		for r.held > maxHeld {
			r.drop(r.order.Front())
		}
		return nil
	}
	r.drop(e)
	r.whole = d.join(r.whole[:0], at)
	return r.whole
}

// of finds a packet that is under way or begins it.
func (r *reassembly) of(now time.Time, k datagram) *list.Element {
	if e, ok := r.under[k]; ok {
		return e
	}
	if r.under == nil {
		r.under = map[datagram]*list.Element{}
	}
	if len(r.under) >= maxPartial {
		r.drop(r.order.Front())
	}
	r.under[k] = r.order.PushBack(&partial{datagram: k, began: now})
	return r.under[k]
}

// expire drops what is not whole in time.
func (r *reassembly) expire(now time.Time) {
	for e := r.order.Front(); e != nil && now.Sub(e.Value.(*partial).began) >= partialLife; e = r.order.Front() {
		r.drop(e)
	}
}

func (r *reassembly) drop(e *list.Element) {
	d := r.order.Remove(e).(*partial)
	delete(r.under, d.datagram)
	r.held -= d.size
}

// insert puts a piece in its place. It does not fit if it overlaps another, or if it and the
// others disagree where the end is; known is a piece that was there.
func (d *partial) insert(got piece, more bool) (fits, known bool) {
	i, found := slices.BinarySearchFunc(d.pieces, got.from, func(p piece, from int) int { return p.from - from })
	last := len(d.pieces) - 1
	switch {
	case found && len(d.pieces[i].data) == len(got.data):
		return true, true
	case found, i > 0 && d.pieces[i-1].end() > got.from, i <= last && got.end() > d.pieces[i].from,
		d.total > 0 && got.end() > d.total, !more && (d.total > 0 || last >= 0 && d.pieces[last].end() > got.end()),
		len(d.pieces) >= maxPieces:
		return false, false
	}
	if !more {
		d.total = got.end()
	}
	got.data = slices.Clone(got.data)
	d.pieces = slices.Insert(d.pieces, i, got)
	d.size += len(got.data)
	return true, false
}

// join writes the whole packet, with the headers of its first fragment, to the end of b.
func (d *partial) join(b []byte, at int) []byte {
	b = append(b, d.head...)
	ip := b[at:]
	binary.BigEndian.PutUint16(ip[2:], uint16(len(ip)+d.total))
	ip[6], ip[7] = ip[6]&^0x20, 0 // no more fragments
	ip[10], ip[11] = 0, 0
	binary.BigEndian.PutUint16(ip[10:], packet.Checksum(ip))
	for _, p := range d.pieces {
		b = append(b, p.data...)
	}
	return b
}
