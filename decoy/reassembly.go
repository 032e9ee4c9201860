package decoy

import (
	"container/list"
	"net/netip"
	"slices"
	"time"

	"whorl/packet"
)

// Bounds of reassembly, over IPv4 and IPv6 together.
const (
	maxPartial = 1024    // packets under way; the one that began first goes for a new one
	maxPieces  = 256     // of one packet
	maxHeld    = 4 << 20 // bytes of all
)

// Times after which a packet is given up.
const (
	partialLife  = 30 * time.Second // Linux's ipfrag_time
	partialLife6 = 60 * time.Second // RFC 8200 section 4.5
)

// reassembly puts packets together that come in fragments (RFC 791 section 3.2, RFC 8200
// section 4.5). A packet of which two fragments overlap is dropped, as RFC 5722 wants and
// Linux does since 4.19; one that comes twice is passed over. The zero value is empty.
type reassembly struct {
	under map[datagram]*list.Element
	order [2]list.List   // of *partial, as they began; over IPv4, and over IPv6
	late  func(*partial) // is told of each that is given up; nil: nobody
	held  int
	whole []byte // the frame that was put together last
}

// datagram is what the fragments of a packet share.
type datagram struct {
	src, dst netip.Addr
	id       uint32
	proto    uint8 // over IPv4
}

// part is a fragment.
type part struct {
	datagram
	piece
	more  bool   // it is not the last
	head  []byte // what stands before the piece: link and IP header, over IPv6 to the Fragment header's end
	field int    // where the byte stands there that names the Fragment header
}

// partial is a packet of which fragments have come.
type partial struct {
	datagram
	began  time.Time
	head   []byte // of the first fragment, and field too; nil: it has not come
	field  int
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
	cut := part4
	if p.Network == packet.IPv6 {
		cut = part6
	}
	got, ok := cut(p, frame, at)
	if !ok || len(got.data) == 0 || got.more && len(got.data)%8 != 0 || len(got.head)-at+got.end() > maxPacket {
		return nil
	}
	r.expire(now)
	e := r.of(now, got.datagram)
	d := e.Value.(*partial)
	if fits, known := d.insert(got.piece, got.more); !fits {
		r.drop(e)
		return nil
	} else if known {
		return nil
	}
	if got.from == 0 {
		d.head, d.field = slices.Clone(got.head), got.field
	}
	r.held += len(got.data)
	if d.head == nil || d.total == 0 || d.size < d.total {
		for r.held > maxHeld {
			r.drop(r.oldest())
		}
		return nil
	}
	r.drop(e)
	r.whole = d.join(r.whole[:0], at)
	return r.whole
}

// version is the place of a packet's list.
func (d *datagram) version() int {
	if d.src.Is4() {
		return 0
	}
	return 1
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
		r.drop(r.oldest())
	}
	r.under[k] = r.order[k.version()].PushBack(&partial{datagram: k, began: now})
	return r.under[k]
}

// oldest is the packet under way that began first.
func (r *reassembly) oldest() *list.Element {
	a, b := r.order[0].Front(), r.order[1].Front()
	if a == nil || b != nil && b.Value.(*partial).began.Before(a.Value.(*partial).began) {
		return b
	}
	return a
}

// expire gives up what is not whole in time.
func (r *reassembly) expire(now time.Time) {
	for version, life := range [...]time.Duration{partialLife, partialLife6} {
		order := &r.order[version]
		for e := order.Front(); e != nil && now.Sub(e.Value.(*partial).began) >= life; e = order.Front() {
			d := r.drop(e)
			if r.late != nil {
				r.late(d)
			}
		}
	}
}

func (r *reassembly) drop(e *list.Element) *partial {
	d := e.Value.(*partial)
	r.order[d.version()].Remove(e)
	delete(r.under, d.datagram)
	r.held -= d.size
	return d
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

// join writes the whole packet, with the headers of its first fragment, to the end of b. Its
// IP header is to begin at that byte.
func (d *partial) join(b []byte, at int) []byte {
	if d.src.Is4() {
		b = d.head4(b, at)
	} else {
		b = d.head6(b, at)
	}
	for _, p := range d.pieces {
		b = append(b, p.data...)
	}
	return b
}
