package persona

import (
	"fmt"
	"math"
	"strings"

	"whorl/osdb"
	"whorl/packet"
)

// What a record says of IPv4 tells how its stack answers over IPv6: TCP is one over both.
// Only sizes differ, and the headers below.

// leastCarried is the least MSS that comes from the size of a link: over IPv6 that is 1280
// bytes or more (RFC 8200 section 5). A smaller one is a constant of the stack.
const leastCarried = 1280 - headers

// carrier brings answers over to IPv6.
type carrier struct {
	mss   uint16                // that comes from the link
	done  map[*options]*options // what has been brought over
	label labelling
}

// carried are the answers to segments over IPv6.
func (i *instance) carried(label labelling) *replies {
	first := i.natural[askAll].options.header()
	c := carrier{done: map[*options]*options{}, label: label}
	c.mss, _ = first.MSS()
	r := &replies{echoesMSS: i.echoesMSS, extended: i.extended}
	for p := range r.segments {
		r.segments[p] = c.segment(i.segments[p])
	}
	for a := range r.natural {
		r.natural[a] = c.segment(i.natural[a])
	}
	return r
}

func (c *carrier) segment(s segment) segment {
	s.ipHeader = c.header(s.ipHeader)
	if s.options == nil {
		return s
	}
	o := c.options(s.options)
	if s.flags.Has(packet.SYN) {
		s.window = carriedWindow(s.window, s.options, o)
	}
	s.options = o
	return s
}

// header has the hop limit that goes with a TTL: that of IPv4 may be set apart from it, but
// stacks begin with the same round numbers.
func (c *carrier) header(h ipHeader) ipHeader {
	out := ipHeader{ttl: 255, label: c.label}
	switch {
	case h.ttl <= 64:
		out.ttl = 64
	case h.ttl <= 128:
		out.ttl = 128
	}
	return out
}

// options have an MSS that is less by what the header is longer. Where an answer echoes the
// MSS of a SYN it stays.
func (c *carrier) options(o *options) *options {
	h := o.header()
	mss, ok := h.MSS()
	if !ok || mss != c.mss || mss < leastCarried {
		return o
	}
	less, known := c.done[o]
	if !known {
		less = o.announcing(mss - headersMore)
		less.text = strings.Replace(o.text, fmt.Sprintf("M%X", mss), fmt.Sprintf("M%X", mss-headersMore), 1)
		c.done[o] = less
	}
	return less
}

// carriedWindow is a window that was counted in segments, in those over IPv6: as many as fit
// 64 KiB, or the same number of them.
func carriedWindow(window uint16, from, to *options) uint16 {
	was, is := from.segment(), to.segment()
	switch n := int(window) / max(was, 1); {
	case was == is || is <= 0 || n == 0 || n*was != int(window) || n > mostSegments:
		return window
	case n == math.MaxUint16/was:
		return uint16(math.MaxUint16 / is * is)
	default:
		return uint16(n * is)
	}
}

// usualLabel is how a record's stack chooses flow labels where it does not tell. Linux gives
// each connection one (measured; auto_flowlabels in Documentation/networking/ip-sysctl.rst of
// its kernel, since 4.3). Others are not known to.
func usualLabel(e *osdb.Entry) labelling {
	if ofAll(e, "Linux", "4.X", "5.X", "6.X", "7.X") {
		return labelFlow
	}
	return labelNone
}
