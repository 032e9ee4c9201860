package packet

import "strconv"

// LinkType says how frames of a link begin. The numbers are those of pcap files
// (LINKTYPE_ values, https://www.tcpdump.org/linktypes.html).
type LinkType uint16

// Link types that Decode understands.
const (
	Null     LinkType = 0   // BSD loopback: 4 bytes address family, host order of the capturing machine
	Ethernet LinkType = 1   // Ethernet II, with any stack of VLAN tags
	PPP      LinkType = 9   // PPP, with or without HDLC framing bytes
	Raw      LinkType = 101 // IPv4 or IPv6, told apart by the version
	Loop     LinkType = 108 // OpenBSD loopback: 4 bytes address family, network order
	SLL      LinkType = 113 // Linux cooked capture v1
	IPv4Only LinkType = 228 // IPv4 without a link header
	IPv6Only LinkType = 229 // IPv6 without a link header
	SLL2     LinkType = 276 // Linux cooked capture v2
)

var linkNames = map[LinkType]string{
	Null: "NULL", Ethernet: "ETHERNET", PPP: "PPP", Raw: "RAW", Loop: "LOOP",
	SLL: "LINUX_SLL", IPv4Only: "IPV4", IPv6Only: "IPV6", SLL2: "LINUX_SLL2",
}

// String gives the name without the LINKTYPE_ prefix, or the number.
func (t LinkType) String() string {
	if s, ok := linkNames[t]; ok {
		return s
	}
	return strconv.Itoa(int(t))
}

// Known reports whether Decode can find the network layer of such frames.
func (t LinkType) Known() bool { _, ok := linkNames[t]; return ok }
