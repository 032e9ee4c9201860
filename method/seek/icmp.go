package seek

import "whorl/packet"

// messages are those of ICMP or ICMPv6 that a search sends and hears.
type messages struct {
	transport                   packet.Transport
	request, reply, unreachable uint8    // types
	reasons                     []string // by code of unreachable, as Nmap names them; empty: other
}

// icmp has the messages of each version of IP.
var icmp = [...]messages{
	packet.IPv4: {packet.ICMP, packet.ICMPEchoRequest, packet.ICMPEchoReply, packet.ICMPUnreachable, []string{
		0: "net-unreach", 1: "host-unreach", 2: "proto-unreach", 3: "port-unreach",
		9: "net-prohibited", 10: "host-prohibited", 13: "admin-prohibited",
	}},
	packet.IPv6: {packet.ICMPv6, packet.ICMPv6EchoRequest, packet.ICMPv6EchoReply, packet.ICMPv6Unreachable, []string{
		0: "no-route", 1: "admin-prohibited", 2: "beyond-scope", 3: "addr-unreach", 4: "port-unreach", // RFC 4443 section 3.1
		5: "policy-failed", 6: "reject-route",
	}},
}

// reason names a code of unreachable.
func (m *messages) reason(code uint8) string {
	if int(code) < len(m.reasons) && m.reasons[code] != "" {
		return m.reasons[code]
	}
	return "dest-unreach"
}
