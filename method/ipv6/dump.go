package ipv6

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"whorl/packet"
)

// Dump is a packet as Nmap's text has it: two lower-case digits a byte, XX for those of
// addresses.
type Dump string

// hidden is a byte that is not told.
const hidden = "XX"

// maxDump bounds what is read, in bytes; Nmap captures 8,192 of a packet.
const maxDump = 8192

// NewDump writes a packet, from its IPv6 header on, without its addresses: those of the
// header, the target of a neighbour solicitation or advertisement, and the same in what
// an error quotes. Hardware addresses are told.
func NewDump(raw []byte) Dump {
	out := hex.AppendEncode(make([]byte, 0, 2*len(raw)), raw)
	for _, s := range addresses(raw) {
		for i := s[0]; i < s[1]; i++ {
			copy(out[2*i:], hidden)
		}
	}
	return Dump(out)
}

// addresses are the places of addresses in a packet, from and to. Quotes are followed as
// deep as they nest, each 48 bytes or more behind the last.
func addresses(raw []byte) (out [][2]int) {
	var p packet.Packet
	for at := 0; at < len(raw); {
		out = append(out, [2]int{min(at+8, len(raw)), min(at+40, len(raw))})
		p.Decode(packet.IPv6Only, raw[at:])
		if p.Transport != packet.ICMPv6 {
			return out
		}
		at += 40 + len(p.IPv6.Extensions) + 8
		switch kind := p.ICMP.Type; {
		case kind == packet.ICMPv6NeighborSol, kind == packet.ICMPv6NeighborAdv:
			return append(out, [2]int{min(at, len(raw)), min(at+16, len(raw))})
		case kind >= packet.ICMPv6EchoRequest:
			return out
		}
	}
	return out
}

// Bytes are the packet, with zeros for what is hidden.
func (d Dump) Bytes() []byte {
	b, _ := hex.DecodeString(strings.ReplaceAll(string(d), hidden, "00"))
	return b
}

// Runs is the dump with bytes that stand three times or more written once, as 00{44}.
func (d Dump) Runs() string { return string(d.appendRuns(nil)) }

func (d Dump) appendRuns(b []byte) []byte {
	for len(d) > 1 {
		n := 1
		for len(d) >= 2*n+2 && d[2*n:2*n+2] == d[:2] {
			n++
		}
		if n < 3 {
			b = append(b, d[:2*n]...)
		} else {
			b = append(append(b, d[:2]...), '{')
			b = append(strconv.AppendInt(b, int64(n), 10), '}')
		}
		d = d[2*n:]
	}
	return b
}

// ParseDump reads a dump with or without runs.
func ParseDump(s string) (Dump, error) {
	var b strings.Builder
	for rest := s; rest != ""; {
		if len(rest) < 2 || rest[:2] != hidden && !isHex(rest[:2]) {
			return "", fmt.Errorf("%.12q is no byte; want two digits of 0-9a-f, or XX", rest)
		}
		unit, n := rest[:2], 1
		rest = rest[2:]
		if after, ok := strings.CutPrefix(rest, "{"); ok {
			count, behind, closed := strings.Cut(after, "}")
			v, err := strconv.ParseUint(count, 10, 16)
			if err != nil || !closed || v == 0 {
				return "", fmt.Errorf("%.12q is no count; want {N} behind a byte", rest)
			}
			n, rest = int(v), behind
		}
		if b.Len()/2+n > maxDump {
			return "", fmt.Errorf("the packet has more than %d bytes", maxDump)
		}
		b.WriteString(strings.Repeat(unit, n))
	}
	return Dump(b.String()), nil
}

func isHex(s string) bool {
	return !slices.ContainsFunc([]byte(s), func(c byte) bool { return (c < '0' || c > '9') && (c < 'a' || c > 'f') })
}
