package watch

import (
	"encoding/binary"
	"net/netip"
	"testing"
	"time"

	"whorl/method/ipv6"
	"whorl/packet"
)

// tcp is a packet from the attacker to the victim.
func tcp(sport, dport uint16, flags packet.Flags, window uint16, options string) *packet.Packet {
	return &packet.Packet{Network: packet.IPv4, Transport: packet.TCP, Src: attacker, Dst: victim, TTL: 64, IPv4: packet.IPv4Header{ID: 7},
		TCP: packet.TCPHeader{SrcPort: sport, DstPort: dport, Seq: 1000, Flags: flags, Window: window, Options: []byte(options)}}
}

// ping is an echo request from the attacker to the victim.
func ping(code uint8, id, seq uint16, data []byte) *packet.Packet {
	return &packet.Packet{Network: packet.IPv4, Transport: packet.ICMP, Src: attacker, Dst: victim, TTL: 64, Payload: data,
		ICMP: packet.ICMPHeader{Type: packet.ICMPEchoRequest, Code: code, Rest: packet.Echo(id, seq)}}
}

// back is the answer to a packet, with those flags.
func back(p *packet.Packet, flags packet.Flags) *packet.Packet {
	q := &packet.Packet{Network: p.Network, Transport: packet.TCP, Src: p.Dst, Dst: p.Src, TTL: 64}
	q.TCP = packet.TCPHeader{SrcPort: p.TCP.DstPort, DstPort: p.TCP.SrcPort, Seq: 77, Ack: p.TCP.Seq + 1, Flags: flags}
	if flags.Has(packet.SYN) {
		q.TCP.Window, q.TCP.Options = 64240, []byte("\x02\x04\x05\xb4")
	}
	if flags.Has(packet.RST) {
		q.TCP.Seq = 0
	}
	return q
}

const synAck = packet.SYN | packet.ACK

// dead is SinFP's options.
const dead = "\x02\x04\x05\xb4\x08\x0aDEAD\x00\x00\x00\x00\x03\x03\x01\x04\x02\x00"

// Tools that are no method of ours, as they send.
var emulations = []struct {
	name, want string
	send       func(s *sensor)
}{
	{"queso", `os-fingerprint "queso"`, func(s *sensor) {
		for i, f := range []packet.Flags{packet.SYN, synAck, packet.FIN, packet.FIN | packet.ACK, packet.SYN | packet.FIN,
			packet.PSH, packet.SYN | packet.ECE | packet.CWR} {
			s.after(20 * time.Millisecond).sees(tcp(5000+uint16(i), 80, f, 0x1234, ""))
		}
	}},
	{"SinFP", `os-fingerprint "SinFP"`, func(s *sensor) {
		s.sees(tcp(31000, 80, packet.SYN, 5840, ""))
		s.after(50 * time.Millisecond).sees(tcp(31001, 80, packet.SYN, 5840, dead))
		s.after(50 * time.Millisecond).sees(tcp(31002, 80, synAck, 5840, dead))
	}},
	{"p0f-sendsyn", `os-fingerprint "p0f-sendsyn"`, func(s *sensor) {
		for i, o := range []string{"\x02\x04\x05\x33", "\x02\x04\x05\x33\x04\x02\x01\x01", "\x02\x04\x05\x33\x03\x03\x05\x01"} {
			p := tcp(65535-uint16(i), 80, packet.SYN, 1337, o)
			p.TTL, p.IPv4.ID, p.TCP.Seq = 190, 0, 0x12345678
			s.after(100 * time.Millisecond).sees(p)
		}
	}},
	{"xprobe2", `os-fingerprint "xprobe2"`, func(s *sensor) {
		s.sees(ping(0, 4000, 1, make([]byte, 64)))
		p := ping(123, 4001, 1, make([]byte, 56))
		p.TOS, p.IPv4.DF = 6, true
		s.after(500 * time.Millisecond).sees(p)
		p = ping(0, 4002, 1, make([]byte, 12))
		p.ICMP.Type = 13
		s.after(500 * time.Millisecond).sees(p)
		p = ping(0, 4003, 1, make([]byte, 4))
		p.ICMP.Type = 17
		s.after(500 * time.Millisecond).sees(p)
		p = &packet.Packet{Network: packet.IPv4, Transport: packet.UDP, Src: attacker, Dst: victim, TTL: 255, IPv4: packet.IPv4Header{ID: 1, DF: true},
			UDP: packet.UDPHeader{SrcPort: 53, DstPort: 65535}, Payload: []byte("\x12\x34\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00\x03www\x0dsecurityfocus\x03com\x00")}
		s.after(500 * time.Millisecond).sees(p)
	}},
	{"nmap over IPv6", `os-fingerprint "nmap -6 -O"`, nmapSix},
	{"RING", `os-fingerprint-timing "RING-like"`, func(s *sensor) { s.ring(1) }},
	{"JA4TScan", `os-fingerprint-timing "JA4TScan"`, func(s *sensor) {
		o := binary.BigEndian.AppendUint32([]byte("\x02\x04\x05\xb4\x03\x03\x07\x04\x02\x08\x0a"), uint32(s.at.Unix()))
		p := tcp(41000, 80, packet.SYN, 65535, string(o)+"\x00\x00\x00\x00\x01")
		p.TTL, p.IPv4.ID = 250, zmapID
		s.leave(p, 1, 2, 4, 8)
		s.after(5 * time.Second).sees(tcp(41000, 80, packet.RST, 0, ""))
	}},
	{"Cron-OS", `os-fingerprint-timing "RING-like"`, func(s *sensor) {
		syn := tcp(41000, 80, packet.SYN, 64240, linuxOptions)
		s.sees(syn)
		s.sees(back(syn, synAck))
		s.sees(tcp(41000, 80, packet.ACK, 64240, ""))
		fin := back(syn, packet.FIN|packet.ACK)
		for _, gap := range []time.Duration{0, 200, 400, 800, 1600} {
			s.after(gap * time.Millisecond).sees(fin)
			s.after(10*time.Millisecond).Frame(packet.Ethernet, arpFrame(attacker), s.at)
		}
		s.after(time.Second).sees(tcp(41000, 80, packet.RST, 0, ""))
	}},
	{"RING on a FIN", `os-fingerprint-timing "RING-like"`, func(s *sensor) {
		syn := tcp(41000, 80, packet.SYN, 64240, linuxOptions)
		s.sees(syn)
		s.sees(back(syn, synAck))
		s.sees(tcp(41000, 80, packet.ACK, 64240, ""))
		fin := back(syn, packet.PSH|packet.FIN|packet.ACK)
		fin.TCP.Seq, fin.Payload = 78, []byte("end")
		s.sees(fin)
		ack := tcp(41000, 80, packet.ACK, 64240, "")
		ack.TCP.Seq, ack.TCP.Ack = 1001, 78+3 // the data and not the FIN behind it
		s.sees(ack)
		fin.TCP.Seq, fin.Payload = 81, nil
		for _, gap := range []time.Duration{200, 200, 400, 800, 1600} {
			s.after(gap * time.Millisecond).sees(fin)
		}
	}},
	{"nmap -sS", `port-scan "nmap -sS"`, func(s *sensor) {
		for i := range uint16(40) {
			p := tcp(50000, 100+i, packet.SYN, 1024, "\x02\x04\x05\xb4")
			p.TTL, p.IPv4.ID = 40+uint8(i%10), 5000+i
			s.after(time.Millisecond).sees(p)
			s.sees(back(p, packet.RST|packet.ACK))
		}
	}},
	{"nmap -sX", `port-scan "nmap -sX"`, func(s *sensor) {
		for i := range uint16(40) {
			p := tcp(50000, 100+i, packet.FIN|packet.PSH|packet.URG, 1024, "")
			p.TTL = 40 + uint8(i%10)
			s.after(time.Millisecond).sees(p)
		}
	}},
	{"nmap -sA", `port-scan "nmap -sA"`, func(s *sensor) {
		for i := range uint16(40) {
			p := tcp(50000, 100+i, packet.ACK, 1024, "")
			p.TTL = 40 + uint8(i%10)
			s.after(time.Millisecond).sees(p)
		}
	}},
	{"nmap -sM", `port-scan "nmap -sM"`, func(s *sensor) {
		for i := range uint16(40) {
			p := tcp(50000, 100+i, packet.FIN|packet.ACK, 1024, "")
			p.TTL = 40 + uint8(i%10)
			s.after(time.Millisecond).sees(p)
		}
	}},
	{"connect scan", `port-scan ""`, func(s *sensor) { s.refuses(100) }},
	{"ARP sweep", `host-discovery ""`, func(s *sensor) { s.asksARP(attacker, packet.Broadcast, hosts(100)...) }},
	{"nmap -sT from afar", `port-scan ""`, func(s *sensor) { // it looks first whether the host is up
		for _, p := range []*packet.Packet{tcp(50000, 443, packet.SYN, 1024, "\x02\x04\x05\xb4"), tcp(50000, 80, packet.ACK, 1024, "")} {
			p.TTL = 44
			s.sees(p)
		}
		s.refuses(100)
	}},
	{"nmap -sV", `version-scan "nmap -sV"`, func(s *sensor) {
		for _, q := range []string{"\r\n\r\n", "GET / HTTP/1.0\r\n\r\n", "OPTIONS / HTTP/1.0\r\n\r\n", "OPTIONS / RTSP/1.0\r\n\r\n"} {
			p := tcp(50000, 100, packet.PSH|packet.ACK, 502, "")
			p.Payload = []byte(q)
			s.after(time.Second).sees(p)
		}
	}},
	{"nmap -sn", `host-discovery "nmap -sn"`, func(s *sensor) {
		s.sees(ping(0, 1, 0, nil))
		p := ping(0, 2, 0, make([]byte, 12))
		p.ICMP.Type = 13
		s.sees(p)
	}},
	{"masscan", `mass-scan "masscan"`, func(s *sensor) {
		p := tcp(61000, 80, packet.SYN, 1024, "")
		a := p.Dst.As4()
		p.TTL, p.IPv4.ID = 250, binary.BigEndian.Uint16(a[2:])^80^uint16(p.TCP.Seq)
		s.sees(p)
	}},
	{"masscan of many hosts", `mass-scan "masscan"`, func(s *sensor) { // more than a contact remembers
		for i := range byte(200) {
			p := tcp(61000, 80, packet.SYN, 1024, "")
			p.Dst = netip.AddrFrom4([4]byte{192, 0, 2, i})
			p.TTL, p.IPv4.ID = 250, (512|uint16(i))^80^uint16(p.TCP.Seq)
			s.after(time.Millisecond).sees(p)
			s.sees(back(p, packet.RST|packet.ACK))
		}
	}},
	{"zmap", `mass-scan "zmap"`, func(s *sensor) {
		for i := range uint16(2) { // one would be nothing
			if len(s.records) > 0 {
				s.t.Errorf("zmap is told after %d SYNs", i)
			}
			p := tcp(40000+i, 80, packet.SYN, 65535, "")
			p.TTL, p.IPv4.ID = 240, zmapID
			s.after(time.Second).sees(p)
		}
	}},
	{"hping3", `port-scan "hping3"`, func(s *sensor) {
		for i := range uint16(3) {
			p := tcp(2000+i, 80, packet.SYN, 512, "")
			p.TCP.Ack = 0x1234567
			s.after(time.Second).sees(p)
		}
	}},
	{"our sweep", `mass-scan "whorl scan"`, func(s *sensor) {
		for i := range byte(20) {
			p := tcp(40000, 80, packet.SYN, 64240, "\x02\x04\x05\xb4")
			p.Dst, p.IPv4.DF = netip.AddrFrom4([4]byte{192, 0, 2, i}), true
			s.after(time.Millisecond).sees(p)
		}
	}},
	{"our sweep over IPv6", `mass-scan "whorl scan"`, func(s *sensor) {
		for i := range byte(20) {
			p := tcp(40000, 80, packet.SYN, 64240, "\x02\x04\x05\xa0")
			p.Network, p.Src, p.Dst = packet.IPv6, attacker6, netip.AddrFrom16([16]byte{0x20, 1, 0xd, 0xb8, 15: i})
			s.after(time.Millisecond).sees(p)
		}
	}},
	{"echoes of our sweep over IPv6", `mass-scan "whorl scan"`, func(s *sensor) {
		for i := range byte(20) {
			s.after(time.Millisecond).sees(&packet.Packet{Network: packet.IPv6, Transport: packet.ICMPv6, Src: attacker6, TTL: 60, Payload: make([]byte, 8),
				Dst: netip.AddrFrom16([16]byte{0x20, 1, 0xd, 0xb8, 15: i}), ICMP: packet.ICMPHeader{Type: packet.ICMPv6EchoRequest, Rest: uint32(i)}})
		}
	}},
}

// linuxOptions are those of a SYN of Linux.
const linuxOptions = "\x02\x04\x05\xb4\x04\x02\x08\x0a\x01\x02\x03\x04\x00\x00\x00\x00\x01\x03\x03\x07"

// refuses lets an ordinary client ask 40 ports from that on, all of them closed.
func (s *sensor) refuses(port uint16) {
	for i := range uint16(40) {
		p := tcp(50000+i, port+i, packet.SYN, 64240, linuxOptions)
		s.after(time.Millisecond).sees(p)
		s.sees(back(p, packet.RST|packet.ACK))
	}
}

// hosts are so many addresses of the victim's segment.
func hosts(n byte) (all []netip.Addr) {
	for i := range n {
		all = append(all, netip.AddrFrom4([4]byte{192, 0, 2, i}))
	}
	return all
}

// asksARP lets a host ask for others, by frames to that address.
func (s *sensor) asksARP(from netip.Addr, to packet.MAC, targets ...netip.Addr) {
	for _, target := range targets {
		p := packet.Packet{Link: packet.Ethernet, Network: packet.ARP, SrcMAC: packet.MAC{2, 0, 0, 0, 0, 1}, DstMAC: to,
			ARP: packet.ARPHeader{Op: packet.ARPRequest, SenderIP: from, TargetIP: target, SenderMAC: packet.MAC{2, 0, 0, 0, 0, 1}}}
		frame, err := p.Append(nil)
		if err != nil {
			s.t.Fatal(err)
		}
		s.after(time.Millisecond).Frame(packet.Ethernet, frame, s.at)
	}
}

// leave asks for a connection and lets the SYN-ACK be repeated after those seconds.
func (s *sensor) leave(syn *packet.Packet, gaps ...int) {
	s.sees(syn)
	answer := back(syn, synAck)
	s.after(time.Millisecond).sees(answer)
	for _, g := range gaps {
		s.after(time.Duration(g) * time.Second).sees(answer)
	}
}

// ring is RING's SYN, left alone, from a host that is there.
func (s *sensor) ring(flows int) {
	for i := range uint16(flows) {
		s.leave(tcp(1025+i, 80, packet.SYN, 512, "\x02\x04\x05\xb4"), 1, 2)
		s.arpAndWait()
		s.sees(back(tcp(1025+i, 80, packet.SYN, 512, ""), synAck))
		s.after(8 * time.Second).sees(back(tcp(1025+i, 80, packet.SYN, 512, ""), synAck))
	}
}

func (s *sensor) arpAndWait() {
	s.at = s.at.Add(time.Second)
	s.Frame(packet.Ethernet, arpFrame(attacker), s.at)
	s.after(3 * time.Second)
}

// arpFrame is an ARP answer of an address.
func arpFrame(a netip.Addr) []byte {
	p := packet.Packet{Link: packet.Ethernet, Network: packet.ARP, ARP: packet.ARPHeader{Op: packet.ARPReply,
		SenderIP: a, TargetIP: victim, SenderMAC: packet.MAC{2, 0, 0, 0, 0, 1}, TargetMAC: packet.MAC{2, 0, 0, 0, 0, 2}}}
	frame, err := p.Append(nil)
	if err != nil {
		panic(err)
	}
	return frame
}

// nmapSix sends a few probes of Nmap over IPv6.
func nmapSix(s *sensor) {
	us, them := netip.MustParseAddr("2001:db8::66"), netip.MustParseAddr("2001:db8::1")
	p := tcp(40000, 22, packet.SYN, 1, "\x03\x03\x0a\x01\x02\x04\x05\xb4\x08\x0a\xff\xff\xff\xff\x00\x00\x00\x00\x04\x02")
	p.Network, p.Src, p.Dst, p.IPv6.FlowLabel, p.TTL = packet.IPv6, us, them, ipv6.FlowLabel, 50
	s.sees(p)
	ie := &packet.Packet{Network: packet.IPv6, Transport: packet.ICMPv6, Src: us, Dst: them, TTL: 41,
		IPv6: packet.IPv6Header{FlowLabel: ipv6.FlowLabel, NextHeader: packet.ExtHopByHop, Extensions: []byte{58, 0, 1, 4, 0, 0, 0, 0}},
		ICMP: packet.ICMPHeader{Type: packet.ICMPv6EchoRequest, Code: 9, Rest: packet.Echo(0xabcd, 0)}, Payload: make([]byte, 120)}
	s.after(100 * time.Millisecond).sees(ie)
	pad := []byte{0, 0, 1, 4, 0, 0, 0, 0}
	var chain []byte
	for _, next := range []byte{packet.ExtDestination, packet.ExtRouting, packet.ExtHopByHop, packet.ProtoICMPv6} {
		pad[0] = next
		if next == packet.ExtHopByHop { // what is before it is the routing header
			chain = append(chain, next, 0, 0, 0, 0, 0, 0, 0)
			continue
		}
		chain = append(chain, pad...)
	}
	ie.IPv6.Extensions, ie.ICMP.Code, ie.Payload, ie.ICMP.Rest = chain, 0, nil, packet.Echo(0xabcd, 1)
	s.after(100 * time.Millisecond).sees(ie)
}

// Every tool is recognised and named, and nothing else is seen in what it sends.
func TestTools(t *testing.T) {
	for _, c := range emulations {
		s := newSensor(t, Options{})
		c.send(s)
		if got := s.summary(); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
			for _, r := range s.ended() {
				t.Logf("%+v", r)
			}
		}
		for _, r := range s.ended() {
			if r.Confidence < 0.6 || r.Confidence > 0.99 || len(r.Sources) != 1 || r.Sources[0].Addr.Unmap() == (netip.Addr{}) {
				t.Errorf("%s: %+v", c.name, r)
			}
		}
	}
}
