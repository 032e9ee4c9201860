package backoff

import (
	"math"
	"strings"
	"time"

	"whorl/method"
	"whorl/packet"
)

// clockSlack is by how much the clock of timestamps may be off between a SYN-ACK and a
// FIN: SYN cookies hide options in its lowest bits.
const clockSlack = 500 * time.Millisecond

// unlike adds what tells the device that answered the SYN from the one that repeats the
// FIN: A the TTL of the SYN-ACK, if it is another, and D, a letter each:
//
//	Z   the SYN-ACK had a window of zero
//	S   one of the two has timestamps, the other has not
//	K   their timestamps are of two clocks
//	F   the SYN-ACK looked otherwise than that of SynRcvd: another machine answered
func (f *Flow) unlike(l *method.Line, first *Flow) {
	open, fin := f.Opened, &f.Run[0]
	if open.TTL != fin.TTL {
		l.Set("A", hex(uint32(open.TTL)))
	}
	var b strings.Builder
	_, stamped := stampOf(open)
	_, still := stampOf(fin)
	for _, d := range []struct {
		letter  byte
		differs bool
	}{
		{'Z', open.Window == 0}, {'S', stamped != still}, {'K', f.twoClocks()},
		{'F', first != nil && first.Opened != nil && !first.Opened.looksLike(open)},
	} {
		if d.differs {
			b.WriteByte(d.letter)
		}
	}
	if b.Len() > 0 {
		l.Set("D", b.String())
	}
}

// looksLike reports whether two SYN-ACKs are of one stack, as far as all its SYN-ACKs are
// the same.
func (s *Segment) looksLike(t *Segment) bool {
	return s.TTL == t.TTL && s.Window == t.Window && layout(s.Options) == layout(t.Options)
}

// stampOf is the timestamp of a segment (RFC 7323 section 3).
func stampOf(s *Segment) (value uint32, ok bool) {
	h := packet.TCPHeader{Options: s.Options}
	value, _, ok = h.Timestamp()
	return value, ok
}

// twoClocks reports whether the timestamps of FINs, which show how fast their clock goes,
// do not go on from that of the SYN-ACK.
func (f *Flow) twoClocks() bool {
	last := &f.Run[len(f.Run)-1]
	from, ok1 := stampOf(&f.Run[0])
	to, ok2 := stampOf(last)
	opened, ok3 := stampOf(f.Opened)
	span := last.At.Sub(f.Run[0].At)
	if !ok1 || !ok2 || !ok3 || span < time.Second || int32(to-from) <= 0 {
		return false
	}
	hertz := float64(to-from) / span.Seconds()
	elapsed := f.Run[0].At.Sub(f.Opened.At)
	off := float64(int32(from-opened))/hertz - elapsed.Seconds()
	return math.Abs(off) > (clockSlack+elapsed/10).Seconds()+1/hertz
}
