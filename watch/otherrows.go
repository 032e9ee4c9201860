package watch

import (
	"bytes"
	"encoding/binary"
	"slices"
	"time"

	"whorl/packet"
)

// sign is a TCP packet of a tool that is no method of ours. Values that are wild do not
// matter.
type sign struct {
	kind
	flags   packet.Flags
	res     int // reserved bits
	window  int
	options string // letters in order; "*": any
	values  values
	tos     int
	ttl     int // when it was sent; up to 31 hops are taken off
	id      int // IP ID
	tier    tier
	rule    func(p *packet.Packet, at time.Time) bool // nil: none
}

// noValues leaves all values of options open.
var noValues = values{wild, wild, wild, wild}

// plainSYN begins a sign: a SYN whose options are as said.
func plainSYN(k kind, window int, options string) sign {
	return sign{kind: k, flags: packet.SYN, res: wild, window: window, options: options, values: noValues, tos: wild, ttl: wild, id: wild}
}

// signs are the other tools' TCP packets.
var signs = slices.Concat(quesoSigns(), xprobeSigns(), sinfpSigns(), sendsynSigns(), scanSigns())

// quesoSigns are seven packets to one port, from ports in order, with one sequence number.
func quesoSigns() (out []sign) {
	const reserved = packet.ECE | packet.CWR
	for i, f := range []packet.Flags{packet.SYN, packet.SYN | packet.ACK, packet.FIN, packet.FIN | packet.ACK,
		packet.SYN | packet.FIN, packet.PSH, packet.SYN | reserved} {
		k := kind{family: queso, name: "Q" + string(rune('1'+i)), tool: "queso", points: 2,
			place: place{order: uint8(i + 1), port: uint16(i), numbed: true}}
		s := plainSYN(k, 0x1234, "")
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

// Scans of ports are told by how many ports they ask; some tools give themselves away by
// one packet.
const (
	fewPorts  = 8  // of a kind that tools send and stacks do not
	manyPorts = 15 // of any
	manyHosts = 32 // that are pinged: monitoring asks a few
)

func scanSigns() []sign {
	scan := func(name, tool string) kind {
		return kind{family: portScan, name: name, tool: tool, spread: fewPorts}
	}
	nmapSYN := plainSYN(scan("SYN", "nmap -sS"), 1024, "M")
	nmapSYN.values.mss = 1460
	nmapSYN.rule = randomTTL
	ack := plainSYN(scan("ACK", "nmap -sA"), 1024, "")
	ack.flags, ack.rule = packet.ACK, randomTTL
	out := []sign{nmapSYN, ack}
	for _, s := range []struct {
		name  string
		flags packet.Flags
	}{
		{"nmap -sN", 0}, {"nmap -sF", packet.FIN}, {"nmap -sX", packet.FIN | packet.PSH | packet.URG}, {"", packet.SYN | packet.FIN},
	} {
		tool := plainSYN(scan(flagsName(s.flags), s.name), 1024, "")
		tool.flags, tool.rule = s.flags, randomTTL
		other := plainSYN(scan(flagsName(s.flags), ""), wild, "")
		other.flags = s.flags
		out = append(out, tool, other)
	}

	hping := plainSYN(kind{family: portScan, name: "SYN", tool: "hping3", points: pointsOther, spread: fewPorts}, 512, "*")
	hping.rule = func(p *packet.Packet, _ time.Time) bool { return p.TCP.Ack != 0 }

	masscan := plainSYN(kind{family: massScan, name: "SYN", tool: "masscan", points: 6, spread: fewPorts}, 1024, "*")
	masscan.ttl, masscan.rule = 255, masscanID
	zmap := plainSYN(kind{family: massScan, name: "SYN", tool: "zmap", points: 6, spread: fewPorts}, 65535, "")
	zmap.ttl, zmap.id = 255, zmapID
	zmapMSS := zmap // as newer versions send
	zmapMSS.options, zmapMSS.values.mss = "M", 1460
	sweep := plainSYN(kind{family: massScan, name: "SYN", tool: ourTool, points: 1, spread: fewPorts, ours: true}, 64240, "M")
	sweep.values.mss, sweep.ttl = 1460, 64
	sweep.rule = func(p *packet.Packet, _ time.Time) bool { return p.IPv4.DF && p.TCP.Ack == 0 && p.TCP.Seq != 0 }
	return append(out, hping, masscan, zmap, zmapMSS, sweep)
}

// flagsName names a packet by its flags.
func flagsName(f packet.Flags) string {
	if f == 0 {
		return "NULL"
	}
	return f.String()
}

// zmapID is the IP ID of zmap's probes.
const zmapID = 54321

// randomTTL reports whether the TTL can be one that Nmap draws, 37 to 59, after some hops.
func randomTTL(p *packet.Packet, _ time.Time) bool { return p.TTL > 20 && p.TTL < 60 && !p.IPv4.DF }

// masscanID is a law of masscan 1.3: the IP ID is made of other fields.
func masscanID(p *packet.Packet, _ time.Time) bool {
	if !p.Dst.Is4() {
		return false
	}
	a := p.Dst.As4()
	return p.IPv4.ID == binary.BigEndian.Uint16(a[2:])^p.TCP.DstPort^uint16(p.TCP.Seq)
}

// signRows finds signs.
type signRows struct {
	by map[signKey][]*sign
}

// signKey is what signs are looked up by. A sign of any window stands under all flags of
// its own with window wild.
type signKey struct {
	flags  packet.Flags
	window int32
}

func newSignRows() *signRows {
	r := &signRows{by: map[signKey][]*sign{}}
	for i := range signs {
		s := &signs[i]
		k := signKey{s.flags, int32(s.window)}
		r.by[k] = append(r.by[k], s)
	}
	return r
}

// find tells which sign a packet is; the first that fits counts.
func (r *signRows) find(p *packet.Packet, at time.Time) (m mark, ok bool) {
	for _, window := range [...]int32{int32(p.TCP.Window), wild} {
		all := r.by[signKey{p.TCP.Flags, window}]
		if len(all) == 0 {
			continue
		}
		l, v, well := readOptions(p.TCP.Options)
		for _, s := range all {
			if well && s.fits(p, &l, &v, at) {
				return mark{kind: &s.kind, tier: s.tier}, true
			}
		}
	}
	return m, false
}

func (s *sign) fits(p *packet.Packet, l *layout, v *values, at time.Time) bool {
	is := func(want, got int) bool { return want == wild || want == got }
	has := func(want, got int64) bool { return want == wild || want == got }
	return len(p.Payload) == 0 && is(s.tos, int(p.TOS)) && (s.id == wild || p.Network == packet.IPv4 && s.id == int(p.IPv4.ID)) &&
		(s.ttl == wild || int(p.TTL) <= s.ttl && int(p.TTL) > s.ttl-32) &&
		(s.options == "*" || *l == layoutOf(s.options)) &&
		has(s.values.mss, v.mss) && has(s.values.scale, v.scale) && has(s.values.val, v.val) && has(s.values.echo, v.echo) &&
		(s.rule == nil || s.rule(p, at))
}

// Echo requests and other ICMP.
var (
	xprobeEcho  = kind{family: xprobe, name: "echo code 123", tool: "xprobe2", points: sure}
	xprobeStamp = kind{family: xprobe, name: "timestamp request", tool: "xprobe2", points: 2}
	xprobeInfo  = kind{family: xprobe, name: "information request", tool: "xprobe2", points: 3}
	xprobeMask  = kind{family: xprobe, name: "address mask request", tool: "xprobe2", points: 3}
	xprobeDNS   = kind{family: xprobe, name: "DNS answer", tool: "xprobe2", points: 6}
	zmapEcho    = kind{family: massScan, name: "echo", tool: "zmap", points: 6, spread: fewPorts}
	sweepEcho   = kind{family: massScan, name: "echo", tool: ourTool, spread: fewPorts, ours: true}
	anyEcho     = kind{family: discovery, name: "echo", spread: manyHosts}
	emptyEcho   = kind{family: discovery, name: "echo without data", tool: "nmap -sn", points: 2, spread: fewPorts}
	nmapUDP     = kind{family: portScan, name: "UDP without data", tool: "nmap -sU", spread: fewPorts}
	emptyUDP    = kind{family: portScan, name: "UDP without data", spread: manyPorts}
	anyStamp    = kind{family: discovery, name: "timestamp request", tool: "nmap -sn", points: 4, spread: fewPorts}
)

// securityFocus is the name that Xprobe2's DNS answer holds.
var securityFocus = []byte("securityfocus")

// isXprobeDNS reports whether a UDP packet is the answer nobody asked for.
func isXprobeDNS(p *packet.Packet) bool {
	return p.UDP.SrcPort == 53 && p.IPv4.ID == 1 && len(p.Payload) > 12 && p.Payload[2]&0x80 != 0 && bytes.Contains(p.Payload, securityFocus)
}
