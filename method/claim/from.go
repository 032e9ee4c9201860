package claim

import (
	"net/netip"

	"whorl/packet"
)

// Ports of UDP by which datagrams are told apart (IANA). SSDP is told by its text: answers
// may go from any port to any port.
const (
	portDHCP    = 67
	portNetBIOS = 138
	portMDNS    = 5353
)

// From reads the claim of a packet. ok is false if there is none.
func From(p *packet.Packet) (c Claim, ok bool) {
	b := p.Payload
	if len(b) < leastPayload {
		return Claim{}, false
	}
	c.Host = p.Src
	switch p.Transport {
	case packet.TCP:
		c.Kind, c.Text = stream(b)
	case packet.UDP:
		switch {
		case p.UDP.DstPort == portDHCP:
			c.Kind = DHCP
			c.Text, c.Host = lease(b)
		case p.UDP.SrcPort == portMDNS:
			c.Kind, c.Text = MDNS, deviceInfo(b)
		case p.UDP.SrcPort == portNetBIOS:
			c.Kind, c.Text = Announcement, announcement(b)
		default:
			c.Kind, c.Text = SSDP, discovery(b)
		}
	case packet.ICMP, packet.ICMPv6:
		c.Kind, c.Text = Ping, pinger(p)
	}
	if c.Text == "" {
		return Claim{}, false
	}
	c.Host = c.Host.Unmap()
	return c, true
}

// leastPayload is the length of the shortest payload that says anything, bytes.
const leastPayload = 10

// stream reads what a segment begins with, whatever its ports.
func stream(b []byte) (Kind, string) {
	switch c := b[0]; {
	case c == 0:
		return fileSharing(b)
	case c == 5:
		return NTLM, remoteCall(b)
	case c == 'S' && string(b[:4]) == "SSH-":
		return SSH, banner(b)
	case c == 'H' && string(b[:7]) == "HTTP/1.", c == 'R' && string(b[:9]) == "RTSP/1.0 ":
		return response(b)
	case 'A' <= c && c <= 'Z':
		return request(b)
	}
	return 0, ""
}

// addr4 is an IPv4 address; zero if it is nobody's.
func addr4(b []byte) netip.Addr {
	a := netip.AddrFrom4([4]byte(b))
	if a.IsUnspecified() || a.IsMulticast() || a == netip.AddrFrom4([4]byte{255, 255, 255, 255}) {
		return netip.Addr{}
	}
	return a
}
