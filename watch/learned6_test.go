package watch

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"whorl"
	"whorl/link"
	"whorl/link/sim"
	"whorl/method/deep"
	"whorl/method/ipv6"
	"whorl/packet"
)

// six is a host over IPv6 with port 80 open.
type six struct{}

func (six) Receive(_ time.Time, p *packet.Packet, out link.Outlet) {
	a := packet.Packet{Network: packet.IPv6, Transport: p.Transport, Src: p.Dst, Dst: p.Src, TTL: 64}
	switch {
	case p.Transport == packet.TCP && p.TCP.DstPort == 80 && p.TCP.Flags&^(packet.ECE|packet.CWR) == packet.SYN:
		a.TCP = packet.TCPHeader{SrcPort: 80, DstPort: p.TCP.SrcPort, Seq: p.TCP.Seq*3 + 7, Ack: p.TCP.Seq + 1,
			Flags: synAck, Window: 64800, Options: []byte("\x02\x04\x05\xa0\x04\x02\x01\x01")}
	case p.Transport == packet.TCP && p.TCP.Flags.Has(packet.ACK):
		a.TCP = packet.TCPHeader{SrcPort: p.TCP.DstPort, DstPort: p.TCP.SrcPort, Seq: p.TCP.Ack, Flags: packet.RST}
	case p.Transport == packet.TCP && p.TCP.DstPort != 80:
		a.TCP = packet.TCPHeader{SrcPort: p.TCP.DstPort, DstPort: p.TCP.SrcPort, Ack: p.TCP.Seq + 1, Flags: packet.RST | packet.ACK}
	case p.Transport == packet.UDP:
		p.Link = packet.Raw
		raw, _ := p.Append(nil)
		a.Transport, a.Payload = packet.ICMPv6, raw
		a.ICMP = packet.ICMPHeader{Type: packet.ICMPv6Unreachable, Code: packet.ICMPv6CodePortUnrea}
	case p.Transport == packet.ICMPv6 && p.ICMP.Type == packet.ICMPv6EchoRequest:
		a.ICMP, a.Payload = p.ICMP, p.Payload
		a.ICMP.Type = packet.ICMPv6EchoReply
	default:
		return
	}
	out.Send(time.Millisecond, &a)
}

// What was learned over IPv6 is what the machine measures, also if the probes have each an
// acknowledgement field of their own, as Nmap's, or another flow label.
func TestLearnedIPv6(t *testing.T) {
	us, them := netip.MustParseAddr("2001:db8::66"), netip.MustParseAddr("2001:db8::1")
	for _, c := range []struct {
		name    string
		change  func(p *packet.Packet)
		tool    string
		evasion []string
	}{
		{"as sent", nil, "whorl scan", nil},
		{"own acknowledgements", func(p *packet.Packet) { p.TCP.Ack += uint32(p.TCP.SrcPort) }, "nmap -6 -O", nil},
		{"another flow label", func(p *packet.Packet) { p.TCP.Ack++; p.IPv6.FlowLabel = 0x54321 }, "nmap-like", []string{"flow label"}},
	} {
		n := sim.New(sim.Options{Start: epoch})
		n.Add(them, six{})
		m := ipv6.NewMachine(ipv6.Target{Addr: them, OpenTCP: 80, ClosedTCP: 81, ClosedUDP: 40000}, stream("ipv6"), ipv6.Options{})
		s := newSensor(t, Options{})
		(&attack{net: n, m: m, src: us, kernel: true, change: c.change}).run(s)
		all := s.fingerprinting()
		if len(all) != 1 || all[0].Tool != c.tool || all[0].Leak != whorl.LeakFull || !slices.Equal(all[0].Evasion, c.evasion) || all[0].Learned == nil {
			t.Fatalf("%s: %s %+v", c.name, s.summary(), all)
		}
		got := all[0].Learned.Observations[0].Print
		want := m.Exchange.Print()
		if tests := want.Tests.String(); c.change == nil && !strings.Contains(got, tests) {
			t.Errorf("%s: learned\n%s\nmeasured\n%s", c.name, got, tests)
		}
		if n := len(all[0].Learned.Observations); n != 1 {
			t.Errorf("%s: %d observations", c.name, n)
		}
		for _, line := range []string{"T4_6(R=Y", "T6_6(R=Y", "S=A%", "OPS6(O1=M5A0S"} {
			if !strings.Contains(got, line) {
				t.Errorf("%s: no %s in\n%s", c.name, line, got)
			}
		}
	}
}

// Our own probes over IPv6 name our scanner, alone and after Nmap's, and what they measure is
// learned.
func TestLearnedDeep6(t *testing.T) {
	us, them := netip.MustParseAddr("2001:db8::66"), netip.MustParseAddr("2001:db8::1")
	for _, after := range []bool{false, true} {
		n := sim.New(sim.Options{Start: epoch})
		n.Add(them, six{})
		s := newSensor(t, Options{})
		methods := []string{"deep"}
		if after {
			methods = []string{"ipv6", "deep"}
			m := ipv6.NewMachine(ipv6.Target{Addr: them, OpenTCP: 80, ClosedTCP: 81, ClosedUDP: 40000}, stream("ipv6"), ipv6.Options{})
			(&attack{net: n, m: m, src: us, kernel: true}).run(s)
		}
		m := deep.NewMachine(deep.Target{Addr: them, OpenTCP: 80, ClosedUDP: 40000}, stream("deep"), deep.Options{Burst: true})
		(&attack{net: n, m: m, src: us, kernel: true}).run(s)
		all := s.fingerprinting()
		if len(all) != 1 || all[0].Tool != ourTool || all[0].State != whorl.Ended || len(all[0].Evasion) > 0 || all[0].Learned == nil {
			t.Fatalf("%s %+v", s.summary(), all)
		}
		var got []string
		for _, o := range all[0].Learned.Observations {
			got = append(got, o.Method)
			if want := m.Measure().String(); o.Method == "deep" && (o.Print != want || len(want) == 0) {
				t.Errorf("learned\n%s\nmeasured\n%s", o.Print, want)
			}
		}
		if !slices.Equal(got, methods) {
			t.Errorf("learned by %v, want %v", got, methods)
		}
	}
}
