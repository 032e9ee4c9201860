package packet

import "net/netip"

// IPv4Header is what RFC 791 puts around the addresses, TTL, TOS and protocol,
// which stand in [Packet] for both versions of IP.
type IPv4Header struct {
	TotalLen uint16 // bytes, header included; Append computes it
	ID       uint16
	Reserved bool   // the reserved flag bit
	DF       bool   // don't fragment
	MF       bool   // more fragments
	Offset   uint16 // fragment offset in units of 8 bytes
	Checksum uint16 // as received; Append computes it
	Options  []byte // raw; a multiple of 4 bytes
}

// IPv6Header is what RFC 8200 puts around the addresses, hop limit and class.
type IPv6Header struct {
	FlowLabel  uint32 // 20 bits
	PayloadLen uint16 // bytes after the fixed header; Append computes it
	NextHeader uint8  // of the fixed header
	Extensions []byte // raw chain of extension headers, as on the wire; see NextExtension
}

// ARPHeader is RFC 826 for Ethernet and IPv4, the only combination decoded.
type ARPHeader struct {
	Op        uint16 // 1 request, 2 reply
	SenderMAC MAC
	SenderIP  netip.Addr
	TargetMAC MAC
	TargetIP  netip.Addr
}

// ARP operations.
const (
	ARPRequest = 1
	ARPReply   = 2
)

// UDPHeader is RFC 768.
type UDPHeader struct {
	SrcPort, DstPort uint16
	Length           uint16 // bytes, header included; Append computes it
	Checksum         uint16 // as received; Append computes it
}

// ICMPHeader is the first 8 bytes of RFC 792 and RFC 4443 messages. Rest is what
// follows type, code and checksum: identifier and sequence number of an echo,
// the unused field of an error, the pointer of an ICMPv6 parameter problem.
type ICMPHeader struct {
	Type, Code uint8
	Checksum   uint16 // as received; Append computes it
	Rest       uint32
}

// ID is the identifier of an echo message.
func (h ICMPHeader) ID() uint16 { return uint16(h.Rest >> 16) }

// Seq is the sequence number of an echo message.
func (h ICMPHeader) Seq() uint16 { return uint16(h.Rest) }

// Echo packs identifier and sequence number into the Rest field.
func Echo(id, seq uint16) uint32 { return uint32(id)<<16 | uint32(seq) }

// ICMP types and codes used here (RFC 792, RFC 1812).
const (
	ICMPEchoReply   = 0
	ICMPUnreachable = 3
	ICMPEchoRequest = 8
	ICMPTimeExceed  = 11

	CodePortUnreachable = 3
)

// ICMPv6 types used here (RFC 4443, RFC 4861).
const (
	ICMPv6Unreachable   = 1
	ICMPv6TimeExceed    = 3
	ICMPv6ParamProblem  = 4
	ICMPv6EchoRequest   = 128
	ICMPv6EchoReply     = 129
	ICMPv6NeighborSol   = 135
	ICMPv6NeighborAdv   = 136
	ICMPv6CodePortUnrea = 4
)
