package main

import (
	"encoding/binary"
	"strings"

	"whorl/packet"
)

// framing is how an IP packet lies in a frame.
type framing struct {
	name     string
	link     packet.LinkType
	v4, v6   string // what stands before it
	behind   string // what stands behind it
	least    int    // bytes of the shortest frame, which zeros fill up
	lengthAt int    // where the header has the length of what follows, two bytes; 0: nowhere
	counted  int    // bytes before the packet that this length counts
}

const (
	macs    = "\x02\x00\x00\x00\x00\x01\x02\x00\x00\x00\x00\x02"
	vlan7   = "\x81\x00\x00\x07"
	vlan9   = "\x88\xa8\x00\x09"
	snap    = "\xaa\xaa\x03\x00\x00\x00"
	fcs     = "\xde\xad\xbe\xef"
	pppoe   = "\x11\x00\x00\x2a\x00\x00"
	dot11   = "\x08\x01\x00\x00" + "\x02\x00\x00\x00\x00\x03" + macs + "\x10\x00" // to the access point
	dot11Q  = "\x88\x02\x00\x00" + "\x02\x00\x00\x00\x00\x03" + macs + "\x10\x00\x00\x00"
	mpls    = "\x00\x01\x00\x40" + "\x00\x02\x01\x40" // two labels
	pflog   = "\x3d%\x00\x00em0\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00" + "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
	ethIPv4 = "\x08\x00"
	ethIPv6 = "\x86\xdd"
)

// framings are the links of captures on which both versions of IP come.
var framings = []framing{
	{name: "Ethernet", link: packet.Ethernet, v4: macs + ethIPv4, v6: macs + ethIPv6},
	{name: "Ethernet, filled up", link: packet.Ethernet, v4: macs + ethIPv4, v6: macs + ethIPv6, least: 60},
	{name: "Ethernet with frame check", link: packet.Ethernet, v4: macs + ethIPv4, v6: macs + ethIPv6, least: 60, behind: fcs},
	{name: "VLAN", link: packet.Ethernet, v4: macs + vlan7 + ethIPv4, v6: macs + vlan7 + ethIPv6},
	{name: "QinQ", link: packet.Ethernet, v4: macs + vlan9 + vlan7 + ethIPv4, v6: macs + vlan9 + vlan7 + ethIPv6},
	{name: "four tags", link: packet.Ethernet, v4: macs + vlan9 + vlan9 + vlan7 + vlan7 + ethIPv4, v6: macs + vlan9 + vlan9 + vlan7 + vlan7 + ethIPv6},
	{name: "IEEE 802.3 with SNAP", link: packet.Ethernet, v4: macs + "\x00\x00" + snap + ethIPv4, v6: macs + "\x00\x00" + snap + ethIPv6, lengthAt: 12, counted: 8},
	{name: "MPLS", link: packet.Ethernet, v4: macs + "\x88\x47" + mpls, v6: macs + "\x88\x47" + mpls},
	{name: "PPPoE", link: packet.Ethernet, v4: macs + "\x88\x64" + pppoe + "\x00\x21", v6: macs + "\x88\x64" + pppoe + "\x00\x57", lengthAt: 18, counted: 2},
	{name: "PPPoE in VLAN", link: packet.Ethernet, v4: macs + vlan7 + "\x88\x64" + pppoe + "\x00\x21", v6: macs + vlan7 + "\x88\x64" + pppoe + "\x00\x57", lengthAt: 22, counted: 2},
	{name: "PPPoE without Ethernet", link: packet.PPPEther, v4: pppoe + "\x00\x21", v6: pppoe + "\x00\x57", lengthAt: 4, counted: 2},
	{name: "cooked v1", link: packet.SLL, v4: "\x00\x00\x00\x01\x00\x06\x02\x00\x00\x00\x00\x01\x00\x00" + ethIPv4, v6: "\x00\x00\x00\x01\x00\x06\x02\x00\x00\x00\x00\x01\x00\x00" + ethIPv6},
	{name: "cooked v1, VLAN", link: packet.SLL, v4: "\x00\x00\x00\x01\x00\x06\x02\x00\x00\x00\x00\x01\x00\x00" + vlan7 + ethIPv4, v6: "\x00\x00\x00\x01\x00\x06\x02\x00\x00\x00\x00\x01\x00\x00" + vlan7 + ethIPv6},
	{name: "cooked v2", link: packet.SLL2, v4: ethIPv4 + "\x00\x00\x00\x00\x00\x02\x00\x01\x00\x06\x02\x00\x00\x00\x00\x01\x00\x00", v6: ethIPv6 + "\x00\x00\x00\x00\x00\x02\x00\x01\x00\x06\x02\x00\x00\x00\x00\x01\x00\x00"},
	{name: "raw IP", link: packet.Raw},
	{name: "loopback, little-endian", link: packet.Null, v4: "\x02\x00\x00\x00", v6: "\x1e\x00\x00\x00"},
	{name: "loopback, big-endian", link: packet.Null, v4: "\x00\x00\x00\x02", v6: "\x00\x00\x00\x1c"},
	{name: "loopback of OpenBSD", link: packet.Loop, v4: "\x00\x00\x00\x02", v6: "\x00\x00\x00\x18"},
	{name: "PPP", link: packet.PPP, v4: "\x00\x21", v6: "\x00\x57"},
	{name: "PPP with HDLC framing", link: packet.PPPSerial, v4: "\xff\x03\x00\x21", v6: "\xff\x03\x00\x57"},
	{name: "Cisco HDLC", link: packet.CiscoHDLC, v4: "\x0f\x00" + ethIPv4, v6: "\x0f\x00" + ethIPv6},
	{name: "IEEE 802.11", link: packet.Dot11, v4: dot11 + snap + ethIPv4, v6: dot11 + snap + ethIPv6},
	{name: "radiotap", link: packet.Radiotap, v4: "\x00\x00\x09\x00\x02\x00\x00\x00\x00" + dot11Q + snap + ethIPv4, v6: "\x00\x00\x09\x00\x02\x00\x00\x00\x00" + dot11Q + snap + ethIPv6},
	{name: "radiotap with frame check", link: packet.Radiotap, v4: "\x00\x00\x09\x00\x02\x00\x00\x00\x10" + dot11 + snap + ethIPv4, v6: "\x00\x00\x09\x00\x02\x00\x00\x00\x10" + dot11 + snap + ethIPv6, behind: fcs},
	{name: "packet filter log", link: packet.PFLog, v4: strings.Replace(pflog, "%", "\x02", 1), v6: strings.Replace(pflog, "%", "\x18", 1)},
}

// append writes a frame.
func (f *framing) append(b, ip []byte) []byte {
	begin, head := len(b), f.v4
	if ip[0]>>4 == 6 {
		head = f.v6
	}
	b = append(append(b, head...), ip...)
	if f.lengthAt > 0 {
		binary.BigEndian.PutUint16(b[begin+f.lengthAt:], uint16(len(ip)+f.counted))
	}
	for len(b)-begin < f.least {
		b = append(b, 0)
	}
	return append(b, f.behind...)
}
