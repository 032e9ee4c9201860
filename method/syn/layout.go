package syn

import (
	"fmt"
	"strconv"
	"strings"

	"whorl/packet"
)

// MaxOptions is how many options of a packet are looked at; one with more is malformed
// ([Bad]), as in p0f.
const MaxOptions = 24

// Layout is the order of TCP options. It is a value that can be compared; its zero is
// no options at all.
type Layout struct {
	n    uint8
	pad  uint8 // bytes behind the end of list, at most 39; 0 unless the last kind is EOL
	kind [MaxOptions]uint8
}

// Len is the number of options, NOPs and the end of list included.
func (l *Layout) Len() int { return int(l.n) }

// Kind is the kind of the i-th option (IANA).
func (l *Layout) Kind(i int) uint8 { return l.kind[i] }

// add appends an option and reports whether there was room.
func (l *Layout) add(kind uint8) bool {
	if l.n == MaxOptions {
		return false
	}
	l.kind[l.n] = kind
	l.n++
	return true
}

func (l *Layout) kinds() []uint8 { return l.kind[:l.n] }

// ended reports whether the list ends with EOL.
func (l *Layout) ended() bool { return l.n > 0 && l.kind[l.n-1] == packet.OptEOL }

// Options is a set of what a SYN-ACK may say only if the SYN did.
type Options uint8

// The options that have to be offered: RFC 7323, RFC 2018.
const (
	OffersScale Options = 1 << iota
	OffersSACK
	OffersTimestamp
	OffersAll = OffersScale | OffersSACK | OffersTimestamp
)

// offered are the bits of option kinds.
var offered = [...]Options{packet.OptWScale: OffersScale, packet.OptSACKOK: OffersSACK, packet.OptTimestamp: OffersTimestamp}

func offerOf(kind uint8) Options {
	if int(kind) < len(offered) {
		return offered[kind]
	}
	return 0
}

// Options tells which of them the layout has.
func (l *Layout) Options() (o Options) {
	for _, k := range l.kinds() {
		o |= offerOf(k)
	}
	return o
}

// has reports whether an option of that kind is there.
func (l *Layout) has(kind uint8) bool {
	for _, k := range l.kinds() {
		if k == kind {
			return true
		}
	}
	return false
}

// Names of p0f, by kind.
var optionNames = [...]string{
	packet.OptEOL: "eol", packet.OptNOP: "nop", packet.OptMSS: "mss", packet.OptWScale: "ws",
	packet.OptSACKOK: "sok", packet.OptSACK: "sack", packet.OptTimestamp: "ts",
}

// AppendTo writes the layout in p0f's words: mss,nop,ws,sok,eol+1. Others are ?30.
func (l Layout) AppendTo(b []byte) []byte {
	for i, k := range l.kinds() {
		if i > 0 {
			b = append(b, ',')
		}
		switch {
		case k == packet.OptEOL:
			b = strconv.AppendUint(append(b, "eol+"...), uint64(l.pad), 10)
		case int(k) < len(optionNames) && optionNames[k] != "":
			b = append(b, optionNames[k]...)
		default:
			b = strconv.AppendUint(append(b, '?'), uint64(k), 10)
		}
	}
	return b
}

// String is the layout in p0f's words.
func (l Layout) String() string { return string(l.AppendTo(nil)) }

// ParseLayout reads what AppendTo writes.
func ParseLayout(s string) (l Layout, err error) {
	if s == "" {
		return l, nil
	}
	for word := range strings.SplitSeq(s, ",") {
		if l.ended() {
			return l, fmt.Errorf("syn: options %.60q: eol is not the last", s)
		}
		kind, pad, ok := parseOption(word)
		if !ok {
			return l, fmt.Errorf("syn: option %.20q; want mss nop ws sok sack ts eol+n or ?n", word)
		}
		if !l.add(kind) {
			return l, fmt.Errorf("syn: options %.60q: more than %d", s, MaxOptions)
		}
		l.pad = pad
	}
	return l, nil
}

func parseOption(word string) (kind, pad uint8, ok bool) {
	if n, isEOL := strings.CutPrefix(word, "eol+"); isEOL {
		pad, err := strconv.ParseUint(n, 10, 8)
		return packet.OptEOL, uint8(pad), err == nil && pad < maxOptionBytes
	}
	if n, other := strings.CutPrefix(word, "?"); other {
		k, err := strconv.ParseUint(n, 10, 8)
		return uint8(k), 0, err == nil && k != packet.OptEOL && !named(uint8(k))
	}
	for k, name := range optionNames {
		if name == word && k != packet.OptEOL && word != "" {
			return uint8(k), 0, true
		}
	}
	return 0, 0, false
}

func named(kind uint8) bool { return int(kind) < len(optionNames) && optionNames[kind] != "" }

// Letters of database records, by kind. L stands for every byte from the end of list on.
const (
	letters    = "LNMWS" // kinds 0 to 4
	lettersAll = "LNMWST"
)

// AppendLetters writes the layout in the letters of database records: MNWNNTSLL.
// Others are X and two hexadecimal digits.
func (l Layout) AppendLetters(b []byte) []byte {
	for _, k := range l.kinds() {
		switch {
		case k == packet.OptEOL:
			for range int(l.pad) + 1 {
				b = append(b, 'L')
			}
		case int(k) < len(letters):
			b = append(b, letters[k])
		case k == packet.OptTimestamp:
			b = append(b, 'T')
		default:
			b = fmt.Appendf(b, "X%02X", k)
		}
	}
	return b
}

// Letters is the layout in the letters of database records.
func (l Layout) Letters() string { return string(l.AppendLetters(nil)) }

// ParseLetters reads what AppendLetters writes.
func ParseLetters(s string) (l Layout, err error) {
	for i := 0; i < len(s); i++ {
		kind, ok := letterKind(s[i])
		if s[i] == 'X' && i+2 < len(s) {
			n, e := strconv.ParseUint(s[i+1:i+3], 16, 8)
			kind, ok = uint8(n), e == nil && strings.ToUpper(s[i+1:i+3]) == s[i+1:i+3] && (!named(uint8(n)) || n == packet.OptSACK)
			i += 2
		}
		switch {
		case !ok:
			return l, fmt.Errorf("syn: options %.40q; want letters of %s, or X and the kind as two hexadecimal digits", s, lettersAll)
		case kind == packet.OptEOL && l.ended():
			if l.pad++; l.pad >= maxOptionBytes {
				return l, fmt.Errorf("syn: options %.40q: more than %d bytes", s, maxOptionBytes)
			}
		case l.ended():
			return l, fmt.Errorf("syn: options %.40q: an option behind the end of list", s)
		case !l.add(kind):
			return l, fmt.Errorf("syn: options %.40q: more than %d", s, MaxOptions)
		}
	}
	return l, nil
}

func letterKind(c byte) (kind uint8, ok bool) {
	if c == 'T' {
		return packet.OptTimestamp, true
	}
	i := strings.IndexByte(letters, c)
	return uint8(i), i >= 0
}
