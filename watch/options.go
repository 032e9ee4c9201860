package watch

import (
	"encoding/binary"

	"whorl/packet"
)

// layout is what TCP options are when their values are put aside: the kinds in order.
type layout struct {
	kinds [maxKinds]byte
	n     uint8
}

// maxKinds is more than options have that are not mostly padding: those of all probes have
// at most 8.
const maxKinds = 12

// values are those of the options that tools differ in; wild where there is none.
type values struct{ mss, scale, val, echo int64 }

// wild is a value that does not matter, or that is not there.
const wild = -1

// readOptions takes options apart. ok is false if they are malformed or too many.
func readOptions(raw []byte) (l layout, v values, ok bool) {
	v = values{wild, wild, wild, wild}
	for len(raw) > 0 {
		o, rest, well := packet.NextOption(raw)
		if !well || l.n == maxKinds {
			return l, v, false
		}
		l.kinds[l.n] = o.Kind
		l.n++
		switch d := o.Data; {
		case o.Kind == packet.OptMSS && len(d) == 2:
			v.mss = int64(binary.BigEndian.Uint16(d))
		case o.Kind == packet.OptWScale && len(d) == 1:
			v.scale = int64(d[0])
		case o.Kind == packet.OptTimestamp && len(d) == 8:
			v.val, v.echo = int64(binary.BigEndian.Uint32(d)), int64(binary.BigEndian.Uint32(d[4:]))
		}
		raw = rest
	}
	return l, v, true
}

// letters are options in the texts of tables.
var letters = map[rune]byte{'M': packet.OptMSS, 'N': packet.OptNOP, 'W': packet.OptWScale,
	'S': packet.OptSACKOK, 'T': packet.OptTimestamp, 'L': packet.OptEOL}

// layoutOf reads a layout as tables write it: MSTNW.
func layoutOf(text string) (l layout) {
	for _, c := range text {
		l.kinds[l.n] = letters[c]
		l.n++
	}
	return l
}

// differs tells in what v is another than w, where that matters. Paths lower an MSS and
// never raise it: ok is false if this one was raised.
func (v values) differs(w values) (d evasions, ok bool) {
	other := func(a, b int64) bool { return b != wild && a != b }
	if other(v.val, w.val) || other(v.echo, w.echo) {
		d |= evadesTimestamp
	}
	if other(v.scale, w.scale) {
		d |= evadesScale
	}
	if other(v.mss, w.mss) {
		d |= evadesMSS
	}
	return d, d&evadesMSS == 0 || v.mss < w.mss
}
