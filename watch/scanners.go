package watch

import (
	"encoding/binary"
	"time"

	"whorl/packet"
)

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
	maimon := ack
	maimon.flags, maimon.kind = packet.FIN|packet.ACK, scan(flagsName(packet.FIN|packet.ACK), "nmap -sM")
	out := []sign{nmapSYN, ack, maimon}
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
	zmap := plainSYN(kind{family: massScan, name: "SYN", tool: "zmap", points: pointsTwo, spread: fewPorts}, 65535, "")
	zmap.ttl, zmap.id = 255, zmapID
	zmapMSS := zmap // as newer versions send
	zmapMSS.options, zmapMSS.values.mss = "M", 1460
	sweep := plainSYN(kind{family: massScan, name: "SYN", tool: ourTool, points: 1, spread: fewPorts, ours: true}, 64240, "M")
	sweep.values.mss, sweep.ttl = 1460, 64
	sweep.rule = func(p *packet.Packet, _ time.Time) bool { return p.IPv4.DF && p.TCP.Ack == 0 && p.TCP.Seq != 0 }
	sweep6 := sweep
	sweep6.values.mss = 1440
	sweep6.rule = func(p *packet.Packet, _ time.Time) bool {
		return p.Network == packet.IPv6 && p.IPv6.FlowLabel == 0 && p.TCP.Ack == 0 && p.TCP.Seq != 0
	}
	return append(out, hping, masscan, zmap, zmapMSS, sweep, sweep6)
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
