package packet

import "net/netip"

// Packet is one frame. The zero value is an empty packet ready for Decode or
// for building one by hand.
//
// Slices filled by Decode point into the frame and are valid as long as it is.
type Packet struct {
	Odd   Odd  // what is malformed or unusual, set by Decode
	quote bool // the inside of an ICMP error: lengths are not applied
	skim  bool // transport checksums are not computed

	// Link layer.
	Link      LinkType
	SrcMAC    MAC       // valid if Link is Ethernet, SLL, SLL2 or of IEEE 802.11
	DstMAC    MAC       // valid if Link is Ethernet or of IEEE 802.11
	VLAN      [2]uint16 // tag control information of the outermost tags, outermost first
	VLANs     uint8     // number of tags, 0 to 8; deeper stacks are flagged OddLink
	EtherType uint16    // after tags and SNAP; that of MPLS or PPPoE where IP comes in them

	// Network layer.
	Network Network
	ARP     ARPHeader  // valid if Network is ARP
	Src     netip.Addr // valid if Network is IPv4 or IPv6
	Dst     netip.Addr
	IPv4    IPv4Header // valid if Network is IPv4
	IPv6    IPv6Header // valid if Network is IPv6
	TTL     uint8      // TTL or hop limit
	TOS     uint8      // type of service or traffic class; the low two bits are ECN (RFC 3168)
	Proto   uint8      // IP protocol number of the transport, extension headers passed

	// Transport layer.
	Transport Transport
	TCP       TCPHeader  // valid if Transport is TCP
	UDP       UDPHeader  // valid if Transport is UDP
	ICMP      ICMPHeader // valid if Transport is ICMP or ICMPv6
	Payload   []byte     // what follows the last header that was understood
}

// Network is the protocol above the link.
type Network uint8

// Networks; NoNetwork is anything else, kept in Payload.
const (
	NoNetwork Network = iota
	ARP
	IPv4
	IPv6
)

// Transport is the protocol above the network.
type Transport uint8

// Transports. Fragment is any fragment but the first, whose transport header is
// elsewhere; OtherTransport is a protocol not taken apart.
const (
	NoTransport Transport = iota
	TCP
	UDP
	ICMP
	ICMPv6
	Fragment
	OtherTransport
)

// IP protocol numbers used here (IANA).
const (
	ProtoICMP   = 1
	ProtoTCP    = 6
	ProtoUDP    = 17
	ProtoICMPv6 = 58
)

// EtherTypes used here (IANA).
const (
	EtherTypeIPv4         = 0x0800
	EtherTypeARP          = 0x0806
	EtherTypeVLAN         = 0x8100 // customer tag
	EtherTypeIPv6         = 0x86DD
	EtherTypeMPLS         = 0x8847 // RFC 3032
	EtherTypeMPLSUpstream = 0x8848 // RFC 5332
	EtherTypePPPoE        = 0x8864 // session stage; RFC 2516
	EtherTypeQinQ         = 0x88A8 // service tag
	EtherTypeQinQOld      = 0x9100 // service tag before IEEE 802.1ad
)

// Odd is a set of oddities found by Decode.
type Odd uint32

// Oddities. Short means that the frame ends before the header or length says.
const (
	OddLink       Odd = 1 << iota // link header short or malformed, or too deep a stack of tags
	OddShort                      // network or transport header cut off
	OddIPLength                   // IP total length larger than the frame or smaller than its header
	OddIPHeader                   // IPv4 header length below 20 or beyond the packet, or an unexpected IP version
	OddIPChecksum                 // IPv4 header checksum wrong
	OddTCPOffset                  // TCP data offset below 5 or beyond the segment
	OddTCPOptions                 // a TCP option has a bad length
	OddChecksum                   // TCP, UDP, ICMP or ICMPv6 checksum wrong
	OddUDPLength                  // UDP length differs from the IP payload
	OddTrailer                    // bytes after the IP packet, other than Ethernet padding
	OddFragment                   // a fragment of IP or IEEE 802.11
	OddExtension                  // IPv6 extension chain cut off or too long; what follows is in Payload
	OddEncrypted                  // the body of an IEEE 802.11 frame is encrypted; it is in Payload
	OddFCS                        // the frame was damaged on the air, as radiotap says; it is in Payload
)

// Has reports whether all of the oddities in o are in the set.
func (s Odd) Has(o Odd) bool { return s&o == o }

var oddNames = [...]string{
	"link header", "cut short", "IP length", "IP header length", "IP checksum", "TCP data offset",
	"TCP options", "transport checksum", "UDP length", "trailer", "fragment", "IPv6 extensions",
	"encrypted", "frame check sequence",
}

// String lists the oddities, comma separated; empty if there are none.
func (s Odd) String() string {
	out := ""
	for i, n := range oddNames {
		if s&(1<<i) == 0 {
			continue
		}
		if out != "" {
			out += ", "
		}
		out += n
	}
	return out
}

// MAC is an Ethernet address. The zero value means none.
type MAC [6]byte

// Broadcast is the Ethernet address of everybody.
var Broadcast = MAC{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}

// IsZero reports whether m is the zero value.
func (m MAC) IsZero() bool { return m == MAC{} }

// String gives aa:bb:cc:dd:ee:ff.
func (m MAC) String() string {
	const hex = "0123456789abcdef"
	var b [17]byte
	for i, v := range m {
		if i > 0 {
			b[i*3-1] = ':'
		}
		b[i*3], b[i*3+1] = hex[v>>4], hex[v&15]
	}
	return string(b[:])
}

// Clone is a copy of p that does not share bytes with the frame.
func (p *Packet) Clone() *Packet {
	q := *p
	q.IPv4.Options = clone(p.IPv4.Options)
	q.IPv6.Extensions = clone(p.IPv6.Extensions)
	q.TCP.Options = clone(p.TCP.Options)
	q.Payload = clone(p.Payload)
	return &q
}

func clone(b []byte) []byte { return append([]byte(nil), b...) }
