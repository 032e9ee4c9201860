package watch

import (
	"encoding/binary"
	"net/netip"
	"time"

	"whorl/packet"
)

// Bounds of reassembly. Tools cut probes into pieces of some bytes; what an ordinary
// path cuts is larger, and is let pass.
const (
	maxDatagram  = 576 // bytes after the headers; the largest probe has 548
	maxHeaders   = 128 // bytes before what was cut, over IPv6
	maxDatagrams = 1024
	pieceAge     = 30 * time.Second
)

// fragments puts small packets together again. When there are too many under way the
// oldest goes.
type fragments struct {
	under map[datagramID]*datagram
	ring  [maxDatagrams]datagramID // those under way, in the order in which they began
	next  int
	frame []byte // the last that was put together
}

// datagramID is what the fragments of a packet share (RFC 791 section 3.2, RFC 8200 section
// 4.5).
type datagramID struct {
	src, dst netip.Addr
	id       uint32
	proto    uint8 // over IPv4
}

// fragment is a piece of a packet.
type fragment struct {
	datagramID
	headers []byte // of the first over IPv6: those of the whole packet, but for its length
	data    []byte
	from    int // its place, bytes
	more    bool
}

// datagram is a packet of which pieces have come.
type datagram struct {
	began time.Time
	head  packet.Packet // of the piece that came first, over IPv4
	chain []byte        // headers of the whole packet over IPv6; nil: its first piece has not come
	data  [maxDatagram]byte
	have  [maxDatagram / 8]bool // by blocks of 8 bytes
	total int                   // bytes; 0: the last piece has not come
}

// add takes a fragment; ok is false if it is dropped. Once a packet is complete, whole is
// a frame of type Raw, which is valid until the next call; it is nil before.
func (f *fragments) add(p *packet.Packet, frame []byte, at time.Time) (whole []byte, ok bool) {
	piece, found := fragmentOf(p, frame)
	if end := piece.from + len(piece.data); !found || len(piece.data) == 0 || end > maxDatagram || piece.more && len(piece.data)%8 != 0 {
		return nil, false
	}
	k := piece.datagramID
	d := f.under[k]
	if d == nil || at.Sub(d.began) > pieceAge {
		d = f.begin(k, p, at)
	}
	if !d.take(&piece) {
		delete(f.under, k)
		return nil, false
	}
	if !d.complete() {
		return nil, true
	}
	delete(f.under, k)
	f.frame = d.appendTo(f.frame[:0])
	return f.frame, true
}

// fragmentOf takes a fragment apart.
func fragmentOf(p *packet.Packet, frame []byte) (piece fragment, ok bool) {
	if p.Network == packet.IPv6 {
		return fragmentOf6(p, frame)
	}
	data, ok := body(p, frame)
	return fragment{datagramID: datagramID{p.Src, p.Dst, uint32(p.IPv4.ID), p.Proto},
		data: data, from: int(p.IPv4.Offset) * 8, more: p.IPv4.MF}, ok
}

// begin makes room for a packet.
func (f *fragments) begin(k datagramID, p *packet.Packet, at time.Time) *datagram {
	if f.under == nil {
		f.under = map[datagramID]*datagram{}
	}
	if _, known := f.under[k]; !known {
		delete(f.under, f.ring[f.next])
		f.ring[f.next] = k
		f.next = (f.next + 1) % maxDatagrams
	}
	d := &datagram{began: at, head: *p}
	d.head.IPv4.Options, d.head.IPv6.Extensions, d.head.Payload, d.head.TCP.Options = nil, nil, nil, nil // of the frame
	f.under[k] = d
	return d
}

// take puts a piece in its place. Pieces that overlap say nothing certain.
func (d *datagram) take(piece *fragment) bool {
	end := piece.from + len(piece.data)
	for i := piece.from / 8; i < (end+7)/8; i++ {
		if d.have[i] {
			return false
		}
		d.have[i] = true
	}
	copy(d.data[piece.from:], piece.data)
	if !piece.more {
		d.total = end
	}
	if piece.from == 0 {
		d.chain = piece.headers
	}
	return true
}

// complete reports whether all pieces have come.
func (d *datagram) complete() bool {
	if d.total == 0 {
		return false
	}
	for _, have := range d.have[:(d.total+7)/8] {
		if !have {
			return false
		}
	}
	return true
}

// appendTo writes the packet that was cut.
func (d *datagram) appendTo(b []byte) []byte {
	if d.chain != nil {
		return d.appendTo6(b)
	}
	src, dst := d.head.Src.As4(), d.head.Dst.As4()
	b = append(b, 0x45, d.head.TOS)
	b = binary.BigEndian.AppendUint16(b, uint16(20+d.total))
	b = binary.BigEndian.AppendUint16(b, d.head.IPv4.ID)
	df := byte(0)
	if d.head.IPv4.DF {
		df = 0x40
	}
	b = append(b, df, 0, d.head.TTL, d.head.Proto, 0, 0)
	b = append(append(b, src[:]...), dst[:]...)
	binary.BigEndian.PutUint16(b[10:], packet.Checksum(b[:20]))
	return append(b, d.data[:d.total]...)
}

// body gives what follows the IPv4 header in a frame that was decoded to p: the options
// are a slice of the frame, which tells where they stand.
func body(p *packet.Packet, frame []byte) (b []byte, ok bool) {
	from := cap(frame) - cap(p.IPv4.Options) + len(p.IPv4.Options)
	n := int(p.IPv4.TotalLen) - 20 - len(p.IPv4.Options)
	if p.IPv4.Options == nil || from < 20 || n < 0 || from+n > len(frame) {
		return nil, false
	}
	return frame[from : from+n], true
}
