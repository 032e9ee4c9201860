package persona

import (
	"fmt"
	"strings"

	"whorl/method/gen1"
	"whorl/packet"
)

// usualMSS is what stacks announce on an Ethernet.
const usualMSS = 1460

// encodeOps puts options on the wire from their letters in the first generation. What
// these do not tell is taken as usual: an MSS of 1460, a scale of 0, timestamps that
// echo ours. Where letters do not fill whole words, a last M is read as what it may come
// from, SACK permitted; behind L anything may follow.
func encodeOps(text string) (*options, error) {
	if strings.Contains(text, "S") {
		return nil, fmt.Errorf("%.40q: no option is written 'S'", text)
	}
	o, err := packOps(text)
	if rest, ok := strings.CutSuffix(text, "M"); err != nil && ok {
		if short, again := packOps(rest + "S"); again == nil {
			return short, nil
		}
	}
	return o, err
}

// packOps is encodeOps of letters as they are; S is SACK permitted, which shows as M.
func packOps(text string) (*options, error) {
	o := &options{text: text, echo: true}
	var b []byte
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case 'L':
			b = append(b, packet.OptEOL)
		case 'N':
			b = append(b, packet.OptNOP)
		case 'W':
			b = append(b, packet.OptWScale, 3, 0)
		case 'S':
			b = append(b, packet.OptSACKOK, 2)
		case 'M':
			mss := uint16(usualMSS)
			if i+1 < len(text) && text[i+1] == 'E' {
				mss, i = gen1.MSS, i+1
			}
			o.mss = len(b) + 2
			b = append(b, packet.OptMSS, 4, byte(mss>>8), byte(mss))
		case 'T':
			o.stamp, o.value = len(b)+2, true
			b = append(b, packet.OptTimestamp, 10, 0, 0, 0, 0, 0, 0, 0, 0)
		default:
			return o, fmt.Errorf("%.40q: no option is written %q", text, text[i])
		}
	}
	for len(b)%4 != 0 && strings.HasSuffix(text, "L") {
		b = append(b, packet.OptEOL)
	}
	switch {
	case len(b)%4 != 0:
		return o, fmt.Errorf("%.40q: text cannot be encoded in a multiple of 4 bytes, it takes %d", text, len(b))
	case len(b) > len(o.raw):
		return o, fmt.Errorf("%.40q: %d bytes of options, a TCP header holds 40", text, len(b))
	}
	o.n = copy(o.raw[:], b)
	want := text
	if rest, ok := strings.CutSuffix(text, "S"); ok {
		want = rest + "M"
	}
	if seen := gen1.OptionString(o.with(nil, 1, 1)); seen != want {
		return o, fmt.Errorf("%.40q: would be read as %q", text, seen)
	}
	return o, nil
}

// offered is o for a segment that offers less than o answers.
func (o *options) offered(h *packet.TCPHeader) *options {
	own := o.header()
	if a := askedBy(h); askedBy(&own)&^a != 0 {
		return o.reduced(a)
	}
	return o
}
