package claim

import (
	"net/netip"
	"strings"
	"testing"
)

// ask is a client's message.
func ask(ciaddr, options string) string {
	return "\x01\x01\x06\x00" + "\x12\x34\x56\x78" + "\x00\x00\x00\x00" + ciaddr + strings.Repeat("\x00", 12+16+64+128) + dhcpMagic + options
}

func TestLease(t *testing.T) {
	none, has := "\x00\x00\x00\x00", "\xc0\x00\x02\x07"
	tests := []struct{ name, in, want, host string }{
		{"request", ask(none, "\x35\x01\x03\x32\x04\xc0\x00\x02\x09\x39\x02\x05\xdc\x0c\x08iPhone-X\x37\x03\x01\x79\x03\xff"),
			"DHCP: Request; list 1,121,3; host iPhone-X; max 1500", "192.0.2.9"},
		{"inform", ask(has, "\x35\x01\x08\x3c\x08MSFT 5.0\x37\x02\x01\x0f\xff"), "DHCP: Inform; list 1,15; class MSFT 5.0", "192.0.2.7"},
		{"discover: not its address yet", ask(none, "\x35\x01\x01\x32\x04\xc0\x00\x02\x09\x37\x01\x01"), "DHCP: Discover; list 1", "invalid IP"},
		{"pads", ask(has, "\x00\x00\x35\x01\x03\x00\x37\x01\x01\xff\x3c\x01x"), "DHCP: Request; list 1", "192.0.2.7"},
		{"words cannot end a part", ask(has, "\x35\x01\x03\x3c\x0ea; list 1,3,6;"), "DHCP: Request; class a? list 1,3,6?", "192.0.2.7"},
		{"a server's message", ask(has, "\x35\x01\x05\x37\x01\x01"), "", ""},
		{"BOOTP", ask(has, "\xff"), "", ""},
		{"nothing said", ask(has, "\x35\x01\x03\xff"), "", ""},
		{"option beyond the end", ask(has, "\x35\x01\x03\x37\x09\x01"), "", ""},
		{"a reply", "\x02" + ask(has, "\x35\x01\x03\x37\x01\x01")[1:], "", ""},
	}
	for _, tt := range tests {
		p := datagram(68, 67, tt.in)
		check(t, tt.name, p, tt.want)
		if c, ok := From(p); ok && c.Host.String() != tt.host {
			t.Errorf("%s: claim of %v, want %s", tt.name, c.Host, tt.host)
		}
	}
}

func FuzzLease(f *testing.F) {
	f.Add([]byte(ask("\xc0\x00\x02\x07", "\x35\x01\x03\x37\x02\x01\x03\x3c\x08MSFT 5.0\xff")))
	f.Add([]byte(ask("\x00\x00\x00\x00", "\x35\x01\x01\x39\x02\x05\xdc\x37\x01\x01")))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, host := lease(b)
		if s != "" && !proper(s) {
			t.Errorf("%q", s)
		}
		if host.IsValid() && (s == "" || host.IsMulticast() || host == netip.IPv4Unspecified()) {
			t.Errorf("%q of %v", s, host)
		}
	})
}
