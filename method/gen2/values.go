package gen2

import (
	"math/bits"

	"whorl/packet"
)

// This file says how what was measured reads as the value of an attribute.

// hex writes a number as Nmap does: upper case, no leading zeros.
func hex[T uint8 | uint16 | uint32 | int](v T) string {
	var b [16]byte
	return string(appendHex(b[:0], uint64(v)))
}

func appendHex(b []byte, v uint64) []byte {
	const digits = "0123456789ABCDEF"
	for shift := max(bits.Len64(v)-1, 0) / 4 * 4; shift >= 0; shift -= 4 {
		b = append(b, digits[v>>shift&15])
	}
	return b
}

func yesNo(b bool) string {
	if b {
		return "Y"
	}
	return "N"
}

func sameOr(same bool, v uint16) string {
	if same {
		return "G"
	}
	return hex(v)
}

// OptionString writes TCP options in Nmap's letters: L end of list (one for every
// zero byte to the end of the area), N no-operation, M with the MSS, W with the
// shift, S SACK permitted, T with one digit each for a non-zero value and echo.
// Other kinds are passed over; malformed options give the empty string.
func OptionString(raw []byte) string {
	var room [2 * maxOptions]byte
	b := room[:0]
	for len(raw) > 0 {
		o, rest, ok := packet.NextOption(raw)
		if !ok {
			return ""
		}
		raw = rest
		d := o.Data
		switch {
		case o.Kind == packet.OptEOL:
			b = append(b, 'L')
		case o.Kind == packet.OptNOP:
			b = append(b, 'N')
		case o.Kind == packet.OptMSS && len(d) >= 2:
			b = appendHex(append(b, 'M'), uint64(d[0])<<8|uint64(d[1]))
		case o.Kind == packet.OptWScale && len(d) >= 1:
			b = appendHex(append(b, 'W'), uint64(d[0]))
		case o.Kind == packet.OptTimestamp && len(d) >= 8:
			b = append(b, 'T', bit(d[:4]), bit(d[4:8]))
		case o.Kind == packet.OptSACKOK:
			b = append(b, 'S')
		case o.Kind == packet.OptMSS, o.Kind == packet.OptWScale, o.Kind == packet.OptTimestamp:
			return "" // too short for its kind
		}
	}
	return string(b)
}

// bit is 1 if any byte is set.
func bit(b []byte) byte {
	for _, c := range b {
		if c != 0 {
			return '1'
		}
	}
	return '0'
}

// congestion is the answer to the offer of ECN: taken (Y), not (N), both bits sent
// back (S), or CWR alone (O).
func congestion(f packet.Flags) string {
	switch f & (packet.ECE | packet.CWR) {
	case packet.ECE:
		return "Y"
	case packet.ECE | packet.CWR:
		return "S"
	case packet.CWR:
		return "O"
	}
	return "N"
}

// quirks are set reserved bits (R) and an urgent pointer without URG (U).
func quirks(r *Reply) string {
	q := ""
	if r.Reserved != 0 {
		q = "R"
	}
	if r.Urgent != 0 && !r.Flags.Has(packet.URG) {
		q += "U"
	}
	return q
}

// relation says how a number of the answer follows from one of the probe: Z zero,
// the letter for the same, the letter and + for one more, O anything else.
func relation(got, sent uint32, letter string) string {
	switch got {
	case 0:
		return "Z"
	case sent:
		return letter
	case sent + 1:
		return letter + "+"
	}
	return "O"
}

// flagLetters are the flags without CWR, which the tests do not look at.
func flagLetters(f packet.Flags) string { return (f &^ packet.CWR).String() }
