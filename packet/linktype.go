package packet

import "strconv"

// LinkType says how frames of a link begin. The numbers are those of pcap files
// (LINKTYPE_ values, https://www.tcpdump.org/linktypes.html).
type LinkType uint16

// Link types that Decode understands.
const (
	Null      LinkType = 0   // BSD loopback: 4 bytes address family, host order of the capturing machine
	Ethernet  LinkType = 1   // Ethernet II or IEEE 802.3, with tags, MPLS or PPPoE
	PPP       LinkType = 9   // PPP, with or without HDLC framing bytes
	PPPSerial LinkType = 50  // PPP with HDLC framing bytes, or Cisco HDLC
	PPPEther  LinkType = 51  // PPPoE without the Ethernet header
	Raw       LinkType = 101 // IPv4 or IPv6, told apart by the version
	CiscoHDLC LinkType = 104 // Cisco HDLC
	Dot11     LinkType = 105 // IEEE 802.11
	Loop      LinkType = 108 // OpenBSD loopback: 4 bytes address family, network order
	SLL       LinkType = 113 // Linux cooked capture v1
	PFLog     LinkType = 117 // log of the packet filter of the BSDs
	Prism     LinkType = 119 // IEEE 802.11 after a Prism header
	Radiotap  LinkType = 127 // IEEE 802.11 after a radiotap header
	AVS       LinkType = 163 // IEEE 802.11 after an AVS header
	PPI       LinkType = 192 // IEEE 802.11 after per-packet information
	IPv4Only  LinkType = 228 // IPv4 without a link header
	IPv6Only  LinkType = 229 // IPv6 without a link header
	SLL2      LinkType = 276 // Linux cooked capture v2
)

// name is the name without the LINKTYPE_ prefix; empty: Decode does not know the type.
func (t LinkType) name() string {
	switch t {
	case Null:
		return "NULL"
	case Ethernet:
		return "ETHERNET"
	case PPP:
		return "PPP"
	case PPPSerial:
		return "PPP_HDLC"
	case PPPEther:
		return "PPP_ETHER"
	case Raw:
		return "RAW"
	case CiscoHDLC:
		return "C_HDLC"
	case Dot11:
		return "IEEE802_11"
	case Loop:
		return "LOOP"
	case SLL:
		return "LINUX_SLL"
	case PFLog:
		return "PFLOG"
	case Prism:
		return "IEEE802_11_PRISM"
	case Radiotap:
		return "IEEE802_11_RADIOTAP"
	case AVS:
		return "IEEE802_11_AVS"
	case PPI:
		return "PPI"
	case IPv4Only:
		return "IPV4"
	case IPv6Only:
		return "IPV6"
	case SLL2:
		return "LINUX_SLL2"
	}
	return ""
}

// String gives the name without the LINKTYPE_ prefix, or the number.
func (t LinkType) String() string {
	if s := t.name(); s != "" {
		return s
	}
	return strconv.Itoa(int(t))
}

// Known reports whether Decode can find the network layer of such frames.
func (t LinkType) Known() bool { return t.name() != "" }

// wireless reports whether frames are of IEEE 802.11.
func (t LinkType) wireless() bool {
	switch t {
	case Dot11, Prism, Radiotap, AVS, PPI:
		return true
	}
	return false
}
