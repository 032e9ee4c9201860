package survey

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// attr is one attribute of an answer as text.
type attr struct {
	name  string
	of    layer
	write func(*Answer) string
	read  func(*Answer, string) bool
}

// layer is where an attribute stands, and so which answers have it.
type layer uint8

const (
	inAll layer = iota
	inIPv4
	inTCP
)

// has reports whether answers of the port have an attribute of that layer.
func (p *Port) has(of layer) bool {
	return of == inAll || of == inIPv4 && !p.Answers[0].IPv6 || of == inTCP && p.Number != echo
}

var attrs = []attr{
	{"AT", inAll, func(a *Answer) string { return hex(a.At.Milliseconds()) }, func(a *Answer, s string) bool {
		n, ok := number[uint32](s, 32)
		a.At = time.Duration(n) * time.Millisecond
		return ok && a.At <= maxAt
	}},
	{"T", inAll, func(a *Answer) string { return hex(a.TTL) }, func(a *Answer, s string) (ok bool) { a.TTL, ok = number[uint8](s, 8); return ok }},
	{"DF", inIPv4, func(a *Answer) string { return yesNo(a.DF) }, func(a *Answer, s string) bool { a.DF = s == "Y"; return s == "Y" || s == "N" }},
	{"TOS", inAll, func(a *Answer) string { return hex(a.TOS) }, func(a *Answer, s string) (ok bool) { a.TOS, ok = number[uint8](s, 8); return ok }},
	{"ID", inIPv4, func(a *Answer) string { return hex(a.IPID) }, func(a *Answer, s string) (ok bool) { a.IPID, ok = number[uint16](s, 16); return ok }},
	{"F", inTCP, func(a *Answer) string { return a.Flags.String() }, readFlags},
	{"W", inTCP, func(a *Answer) string { return hex(a.Window) }, func(a *Answer, s string) (ok bool) { a.Window, ok = number[uint16](s, 16); return ok }},
	{"O", inTCP, func(a *Answer) string { return a.Options }, func(a *Answer, s string) bool { a.Options = s; return isOptions(s) }},
	{"SEQ", inTCP, func(a *Answer) string { return hex(a.Seq) }, func(a *Answer, s string) (ok bool) { a.Seq, ok = number[uint32](s, 32); return ok }},
	{"A", inTCP, func(a *Answer) string { return a.Ack }, func(a *Answer, s string) bool {
		a.Ack = s
		return slices.Contains([]string{"S+", "S", "Z", "O"}, s)
	}},
	{"TS", inTCP, writeStamp, readStamp},
}

func writeStamp(a *Answer) string {
	if !a.Stamped {
		return "-"
	}
	return hex(a.Stamp)
}

func readStamp(a *Answer, s string) (ok bool) {
	if s == "-" {
		return true
	}
	a.Stamp, a.Stamped = number[uint32](s, 32)
	return a.Stamped
}

const flagLetters = "FSRPAUEC" // from the lowest bit

func readFlags(a *Answer, s string) bool {
	for _, c := range s {
		i := strings.IndexRune(flagLetters, c)
		if i < 0 {
			return false
		}
		a.Flags |= 1 << i
	}
	return a.Flags.String() == s && (a.Accepts() || a.Refuses())
}

// isOptions reports whether s can be the text of options; see gen2.OptionString.
func isOptions(s string) bool {
	return len(s) <= 80 && strings.Trim(s, "LNMWST0123456789ABCDEF") == ""
}

func hex[T uint8 | uint16 | uint32 | int | int64](v T) string {
	return strings.ToUpper(strconv.FormatInt(int64(v), 16))
}

func number[T uint8 | uint16 | uint32](s string, bits int) (T, bool) {
	n, err := strconv.ParseUint(s, 16, bits)
	return T(n), err == nil
}

func yesNo(b bool) string {
	if b {
		return "Y"
	}
	return "N"
}
