package claim

import (
	"testing"

	"whorl/packet"
)

// iputilsData is what ping of iputils 20221126 sends by default (measured).
const iputilsData = "\xf6\x60\x02\x6b\x00\x00\x00\x00\xde\x7f\x09\x00\x00\x00\x00\x00\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f" +
	"\x20\x21\x22\x23\x24\x25\x26\x27\x28\x29\x2a\x2b\x2c\x2d\x2e\x2f\x30\x31\x32\x33\x34\x35\x36\x37"

func TestPing(t *testing.T) {
	busybox := "\xda\xee\x11\x2a" + string(make([]byte, 52))
	bsd := "\x6b\x02\x60\xf6\x00\x09\x7f\xde\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f" + iputilsData[16:]
	const windowsData = "abcdefghijklmnopqrstuvwabcdefghi"
	for _, tt := range []struct {
		name, data string
		kind       uint8
		want       string
	}{
		{"iputils", iputilsData, packet.ICMPEchoRequest, "Linux"},
		{"iputils, its reply", iputilsData, packet.ICMPEchoReply, ""},
		{"iputils, changed", iputilsData[:40] + "x" + iputilsData[41:], packet.ICMPEchoRequest, ""},
		{"iputils without the time", iputilsData[16:], packet.ICMPEchoRequest, ""},
		{"iputils, 8 bytes", "\x00\x01\x02\x03\x04\x05\x06\x07", packet.ICMPEchoRequest, ""},
		{"BSD", bsd, packet.ICMPEchoRequest, ""},
		{"BusyBox", busybox, packet.ICMPEchoRequest, ""},
		{"Windows", windowsData, packet.ICMPEchoRequest, "Windows"},
		{"Windows, 100 bytes", (windowsData[:23] + windowsData[:23] + windowsData[:23] + windowsData)[:100], packet.ICMPEchoRequest, "Windows"},
		{"the alphabet", "abcdefghijklmnopqrstuvwxyz", packet.ICMPEchoRequest, ""},
		{"part of Windows", windowsData[:23], packet.ICMPEchoRequest, ""},
	} {
		p := packet.Packet{Transport: packet.ICMP, ICMP: packet.ICMPHeader{Type: tt.kind}, Payload: []byte(tt.data)}
		c, ok := From(&p)
		if got := c.System().Name; got != tt.want || ok != (tt.want != "") {
			t.Errorf("%s: %v %q, want %q", tt.name, ok, got, tt.want)
		}
	}
	p := packet.Packet{Transport: packet.ICMPv6, ICMP: packet.ICMPHeader{Type: packet.ICMPv6EchoRequest}, Payload: []byte(iputilsData)}
	if c, ok := From(&p); !ok || c.String() != "ping: as ping of iputils" {
		t.Errorf("over IPv6: %v %v", c, ok)
	}
}
