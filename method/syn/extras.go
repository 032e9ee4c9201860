package syn

import (
	"strings"

	"whorl/packet"
)

// Extras are options that belong to an application or an experiment and not to the
// order that tells a stack: they are put aside before layouts are compared.
type Extras uint8

// The extras, by option kind (IANA).
const (
	MD5         Extras = 1 << iota // 19, RFC 2385: routers, for BGP
	Multipath                      // 30, RFC 8684
	AuthOption                     // 29, RFC 5925
	FastOpen                       // 34, RFC 7413
	AccECN                         // 172 and 174, RFC 9768
	Experiments                    // 253 and 254, RFC 6994
)

// extraKinds are kinds that are put aside, and what they are.
var extraKinds = [256]Extras{19: MD5, 29: AuthOption, 30: Multipath, 34: FastOpen,
	172: AccECN, 174: AccECN, 253: Experiments, 254: Experiments}

var extraNames = [...]string{"MD5 signature", "multipath TCP", "authentication", "fast open", "accurate ECN", "experiment"}

// String lists them, comma separated.
func (x Extras) String() string {
	var names []string
	for i, name := range extraNames {
		if x&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

// Plain is the layout without extras and the NOPs that fill up the word behind one, and
// what was put aside.
func (l Layout) Plain() (plain Layout, x Extras) {
	behind := false // an extra, or NOPs behind one
	for _, k := range l.kinds() {
		switch e := extraKinds[k]; {
		case e != 0:
			x |= e
			behind = true
		case behind && k == packet.OptNOP:
		default:
			plain.add(k)
			behind = false
		}
	}
	if x == 0 {
		return l, 0
	}
	if plain.ended() {
		plain.pad = padding(plain.size())
	}
	return plain, x
}

// sizes of options in bytes, by kind; 0 is not known.
var sizes = [...]uint8{packet.OptEOL: 1, packet.OptNOP: 1, packet.OptMSS: 4, packet.OptWScale: 3,
	packet.OptSACKOK: 2, packet.OptTimestamp: 10}

func sizeOf(kind uint8) int {
	if int(kind) < len(sizes) {
		return int(sizes[kind])
	}
	return 0
}

// size is how many bytes the options take, the end of list counted as one byte.
func (l *Layout) size() (n int) {
	for _, k := range l.kinds() {
		n += sizeOf(k)
	}
	return n
}

// padding is how many bytes fill up the last word of n bytes.
func padding(n int) uint8 { return uint8(-n & 3) }
