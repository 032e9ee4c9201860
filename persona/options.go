package persona

import (
	"encoding/binary"
	"fmt"
	"strconv"

	"whorl/method/gen2"
	"whorl/packet"
)

// options are the TCP options of an answer, made from their text: M5B4ST11NW7.
type options struct {
	text  string
	raw   [40]byte // timestamps zero
	n     int      // bytes of raw
	mss   int      // offset of the MSS in raw, 0 if there is none
	stamp int      // offset of the timestamp value, 0 if there is none
	value bool     // the value is not zero
	echo  bool     // nor is its echo
}

// parseOptions encodes an option text. Every letter is one option and nothing can
// be added unseen, so the text itself has to fill whole words.
func parseOptions(text string) (*options, error) {
	o := &options{text: text}
	var b []byte
	for i := 0; i < len(text); {
		letter := text[i]
		i++
		switch letter {
		case 'L':
			b = append(b, packet.OptEOL)
		case 'N':
			b = append(b, packet.OptNOP)
		case 'S':
			b = append(b, packet.OptSACKOK, 2)
		case 'M', 'W':
			digits := hexPrefix(text[i:])
			i += len(digits)
			bits := 16
			if letter == 'W' {
				bits = 8
			}
			v, err := strconv.ParseUint(digits, 16, bits)
			if err != nil {
				return o, fmt.Errorf("%q: %c needs a number of %d bits, has %q", text, letter, bits, digits)
			}
			if letter == 'W' {
				b = append(b, packet.OptWScale, 3, byte(v))
				break
			}
			o.mss = len(b) + 2
			b = append(b, packet.OptMSS, 4, byte(v>>8), byte(v))
		case 'T':
			if len(text) < i+2 || !isBit(text[i]) || !isBit(text[i+1]) {
				return o, fmt.Errorf("%q: T needs two digits, 0 or 1", text)
			}
			o.stamp, o.value, o.echo = len(b)+2, text[i] == '1', text[i+1] == '1'
			b = append(b, packet.OptTimestamp, 10, 0, 0, 0, 0, 0, 0, 0, 0)
			i += 2
		default:
			return o, fmt.Errorf("%q: no option is written %q", text, letter)
		}
	}
	switch {
	case len(b)%4 != 0:
		return o, fmt.Errorf("%q: text cannot be encoded in a multiple of 4 bytes, it takes %d", text, len(b))
	case len(b) > len(o.raw):
		return o, fmt.Errorf("%q: %d bytes of options, a TCP header holds 40", text, len(b))
	}
	o.n = copy(o.raw[:], b)
	if seen := gen2.OptionString(o.with(nil, 1, 1)); seen != text {
		return o, fmt.Errorf("%q: would be read as %q", text, seen)
	}
	return o, nil
}

func isBit(c byte) bool { return c == '0' || c == '1' }

// hexPrefix is what of s can be read as a number in upper case hex.
func hexPrefix(s string) string {
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'A' || c > 'F') {
			return s[:i]
		}
	}
	return s
}

// with writes the options with a timestamp value and its echo to the end of b.
// Where the text says zero it stays zero, and where it does not it is not.
func (o *options) with(b []byte, value, echo uint32) []byte {
	at := len(b)
	b = append(b, o.raw[:o.n]...)
	if o.stamp != 0 && o.value {
		binary.BigEndian.PutUint32(b[at+o.stamp:], max(value, 1))
	}
	if o.stamp != 0 && o.echo {
		if echo == 0 {
			echo = ^echo
		}
		binary.BigEndian.PutUint32(b[at+o.stamp+4:], echo)
	}
	return b
}

// and is o with more bytes after it, a multiple of 4, if there is room for them.
func (o *options) and(more ...byte) *options {
	if o.n+len(more) > len(o.raw) {
		return o
	}
	longer := *o
	longer.n += copy(longer.raw[o.n:], more)
	return &longer
}

// none are no options. Only read.
var none = &options{}

// atMost is o with a smaller MSS, if that is smaller.
func (o *options) atMost(mss uint16) *options {
	h := o.header()
	if own, ok := h.MSS(); !ok || own <= mss {
		return o
	}
	less := *o
	binary.BigEndian.PutUint16(less.raw[o.mss:], mss)
	return &less
}

// header reads the options as a receiver does.
func (o *options) header() packet.TCPHeader { return packet.TCPHeader{Options: o.raw[:o.n]} }

// asked are the options of a SYN that an answer may have only if they were offered.
type asked uint8

const (
	askStamp asked = 1 << iota // timestamps, RFC 7323
	askSACK                    // SACK permitted, RFC 2018
	askScale                   // window scale, RFC 7323
	askAll   = askStamp | askSACK | askScale
)

func askedBy(h *packet.TCPHeader) (a asked) {
	if _, _, ok := h.Timestamp(); ok {
		a |= askStamp
	}
	if h.SACKPermitted() {
		a |= askSACK
	}
	if _, ok := h.WScale(); ok {
		a |= askScale
	}
	return a
}

// reduced is the answer to a SYN that offers less than the known ones do: what o
// has of it, in the usual order and alignment.
func (o *options) reduced(a asked) *options {
	h := o.header()
	has := a & askedBy(&h)
	text := ""
	if mss, ok := h.MSS(); ok {
		text = fmt.Sprintf("M%X", mss)
	}
	if has&askSACK != 0 {
		text += "NNS"
	}
	if shift, _ := h.WScale(); has&askScale != 0 {
		text += fmt.Sprintf("NW%X", shift)
	}
	if has&askStamp != 0 {
		text += "NNT" + string('0'+bit(o.value)) + string('0'+bit(o.echo))
	}
	r, err := parseOptions(text)
	if err != nil { // 28 bytes at most, whole words by construction
		return none
	}
	return r
}

func bit(b bool) rune {
	if b {
		return 1
	}
	return 0
}
