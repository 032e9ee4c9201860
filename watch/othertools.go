package watch

import (
	"bytes"
	"time"

	"whorl/packet"
)

const quesoWindow = 0x1234

// quesoSigns are seven packets to one port, from ports in order, with one sequence number.
func quesoSigns() (out []sign) {
	const reserved = packet.ECE | packet.CWR
	for i, f := range []packet.Flags{packet.SYN, packet.SYN | packet.ACK, packet.FIN, packet.FIN | packet.ACK,
		packet.SYN | packet.FIN, packet.PSH, packet.SYN | reserved} {
		k := kind{family: queso, name: "Q" + string(rune('1'+i)), tool: "queso", points: 2,
			place: place{order: uint8(i + 1), port: uint16(i), numbed: true}}
		s := plainSYN(k, quesoWindow, "")
		s.flags = f
		out = append(out, s)
	}
	return out
}

// xprobeSigns are those of Xprobe2 0.3.
func xprobeSigns() []sign {
	k := func(name string, points int) kind {
		return kind{family: xprobe, name: name, tool: "xprobe2", points: points}
	}
	ping := plainSYN(k("TCP ping", 1), 5840, "")
	ping.tos = 0x10
	syn := plainSYN(k("TCP handshake", 1), 5840, "MSTNW")
	syn.tos, syn.values.mss, syn.values.scale = 0x10, 1460, 0
	rst := plainSYN(k("TCP RST", 4), 6840, "")
	rst.tos = 0x10
	return []sign{ping, syn, rst}
}

// deadStamp is the timestamp of SinFP's template, "DEAD".
const deadStamp = 0x44454144

// sinfpSigns are P1 to P3 of SinFP and SinFP3. P1 is an ordinary SYN of an old stack, and
// counts only beside the others.
func sinfpSigns() []sign {
	k := func(n uint8, points int) kind {
		return kind{family: sinfp, name: "P" + string(rune('0'+n)), tool: "SinFP", points: points,
			place: place{order: n, port: uint16(n - 1), numbed: true}}
	}
	p1 := plainSYN(k(1, 0), 5840, "")
	p2 := plainSYN(k(2, pointsTCP), 5840, "MTWSL")
	p2.values = values{1460, 1, deadStamp, wild}
	p3 := p2
	p3.kind, p3.flags = k(3, pointsTCP), packet.SYN|packet.ACK
	out := []sign{p1, p2, p3}
	for _, s := range []sign{p2, p3} { // the template in another packet
		s.window, s.options, s.values, s.tier = wild, "*", values{wild, wild, deadStamp, wild}, altered
		out = append(out, s)
	}
	return out
}

// sendsynSigns: eight SYNs with all combinations of three options, each conclusive. The
// sequence number is fixed.
func sendsynSigns() []sign {
	s := plainSYN(kind{family: sendsyn, name: "SYN", tool: "p0f-sendsyn", points: sure}, 1337, "*")
	s.values.mss = 1331
	s.rule = func(p *packet.Packet, _ time.Time) bool { return p.TCP.Seq == 0x12345678 }
	other := s
	other.rule, other.tier = nil, altered
	return []sign{s, other}
}

// securityFocus is the name that Xprobe2's DNS answer holds.
var securityFocus = []byte("securityfocus")

// isXprobeDNS reports whether a UDP packet is the answer nobody asked for.
func isXprobeDNS(p *packet.Packet) bool {
	return p.UDP.SrcPort == 53 && p.IPv4.ID == 1 && len(p.Payload) > 12 && p.Payload[2]&0x80 != 0 && bytes.Contains(p.Payload, securityFocus)
}
