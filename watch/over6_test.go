package watch

import (
	"bytes"
	"net/netip"
	"testing"
	"time"

	"whorl"
	"whorl/method/survey"
	"whorl/packet"
)

// overIPv6 is a packet from a source over IPv6.
func overIPv6(p *packet.Packet) *packet.Packet {
	p.Network, p.Src, p.Dst = packet.IPv6, netip.MustParseAddr("2001:db8::66"), netip.MustParseAddr("2001:db8::1")
	return p
}

// A SYN-ACK that is left unanswered over IPv6 is told as surely as over IPv4, and neighbour
// discovery shows as ARP does that the source is there.
func TestSilenceOverIPv6(t *testing.T) {
	sure := map[string]whorl.Fraction{}
	for name, there := range map[string]func(s *sensor){
		"IPv4, ARP": func(s *sensor) { s.Frame(packet.Ethernet, arpFrame(attacker), s.at) },
		"advertisement": func(s *sensor) {
			p := overIPv6(tcp(1, 2, 0, 0, ""))
			client := p.Src
			p.SetNeighbor(packet.ICMPv6NeighborAdv, packet.Neighbor{Target: client})
			p.Src = netip.MustParseAddr("fe80::66")
			s.sees(p)
		},
		"solicitation": func(s *sensor) {
			p := overIPv6(tcp(1, 2, 0, 0, ""))
			p.SetNeighbor(packet.ICMPv6NeighborSol, packet.Neighbor{Target: p.Dst})
			s.sees(p)
		},
		"nothing": func(*sensor) {},
	} {
		s := newSensor(t, Options{})
		syn := tcp(1025, 80, packet.SYN, 512, "\x02\x04\x05\xb4")
		if name != "IPv4, ARP" {
			syn = overIPv6(syn)
		}
		s.leave(syn, 1, 2)
		there(s)
		s.after(4 * time.Second).sees(back(syn, synAck))
		for _, c := range s.ended() {
			if c.Class == whorl.OSFingerprintTiming && c.Tool == "RING-like" {
				sure[name] = c.Confidence
			}
		}
	}
	want := sure["IPv4, ARP"]
	if want < 0.75 || sure["advertisement"] != want || sure["solicitation"] != want || sure["nothing"] >= want {
		t.Errorf("%v", sure)
	}
}

// The echo request with which our own scanner compares ports over IPv6 names it.
func TestSurveyOverIPv6(t *testing.T) {
	for ask, want := range map[bool]string{false: `os-fingerprint "nmap -6 -O"`, true: `os-fingerprint "whorl scan"`} {
		s := newSensor(t, Options{})
		nmapSix(s)
		if ask {
			p := overIPv6(ping(0, 7, 3, bytes.Repeat([]byte{survey.Echo.Fill}, survey.Echo.DataLen)))
			p.Transport, p.ICMP.Type = packet.ICMPv6, packet.ICMPv6EchoRequest
			s.sees(p)
		}
		if got := s.summary(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
