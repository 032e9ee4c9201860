package claim

import (
	"encoding/binary"

	"whorl/packet"
)

// Programs that fill echo requests with data of their own, and the systems that they come
// with. A program can be moved: what the data says is no more than a text.
const (
	windowsPing = "as ping of Windows"
	iputilsPing = "as ping of iputils"
)

var pingers = []rule{
	{has: windowsPing, System: windows},
	{has: iputilsPing, System: linux},
}

// pinger tells by the data of an echo request which program sent it; empty if none that is
// known did. Those of BSD and macOS, and of iputils on machines of 32 bits, are alike (8 bytes
// of time and then their places), and say nothing; nor do zeros (BusyBox, fping, mtr).
func pinger(p *packet.Packet) string {
	if p.Transport == packet.ICMP && p.ICMP.Type != packet.ICMPEchoRequest || p.Transport == packet.ICMPv6 && p.ICMP.Type != packet.ICMPv6EchoRequest {
		return ""
	}
	switch b := p.Payload; {
	case isWindowsPing(b):
		return windowsPing
	case isIputilsPing(b):
		return iputilsPing
	}
	return ""
}

// isWindowsPing reports whether data is the letters a to w again and again: 32 bytes unless
// asked otherwise (Microsoft, "Ping", and captures of it).
func isWindowsPing(b []byte) bool {
	const letters = 23
	if len(b) <= letters {
		return false
	}
	for i, c := range b {
		if c != 'a'+byte(i%letters) {
			return false
		}
	}
	return true
}

// isIputilsPing reports whether data is the time as two numbers of 64 bits, of which the
// second are microseconds, and then bytes that tell their place (measured: iputils 20221126
// on amd64).
func isIputilsPing(b []byte) bool {
	const stamp, least, second = 16, 24, 1_000_000
	if len(b) < least || binary.LittleEndian.Uint64(b[stamp/2:]) >= second {
		return false
	}
	for i := stamp; i < len(b); i++ {
		if b[i] != byte(i) {
			return false
		}
	}
	return true
}
