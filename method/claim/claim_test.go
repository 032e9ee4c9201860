package claim

import (
	"net/netip"
	"strings"
	"testing"

	"whorl/packet"
)

var (
	speaker  = netip.MustParseAddr("192.0.2.1")
	listener = netip.MustParseAddr("192.0.2.2")
)

// segment is a packet of TCP with a payload.
func segment(payload string) *packet.Packet {
	return &packet.Packet{Network: packet.IPv4, Src: speaker, Dst: listener, Transport: packet.TCP,
		TCP: packet.TCPHeader{SrcPort: 40000, DstPort: 80, Flags: packet.ACK | packet.PSH}, Payload: []byte(payload)}
}

// datagram is a packet of UDP with a payload.
func datagram(sport, dport uint16, payload string) *packet.Packet {
	return &packet.Packet{Network: packet.IPv4, Src: speaker, Dst: listener, Transport: packet.UDP,
		UDP: packet.UDPHeader{SrcPort: sport, DstPort: dport}, Payload: []byte(payload)}
}

// check takes the claim of a packet and compares it with "KIND: TEXT", or with nothing.
func check(t *testing.T, what string, p *packet.Packet, want string) {
	t.Helper()
	c, ok := From(p)
	if got := c.String(); ok && got != want || !ok && want != "" {
		t.Errorf("%s: %q (%v), want %q", what, got, ok, want)
	}
	if ok && c.Kind != DHCP && c.Host != speaker {
		t.Errorf("%s: claim of %v", what, c.Host)
	}
}

func TestParse(t *testing.T) {
	for _, s := range []string{"User-Agent: x", "SMB native OS: Windows 5.1|Windows 2000 LAN Manager", "NTLM: challenge 10.0.17763", "mDNS: a: b"} {
		c, err := Parse(s)
		if err != nil || c.String() != s {
			t.Errorf("%q: %v, %v", s, c, err)
		}
	}
	for _, s := range []string{"", "User-Agent", "User-Agent: ", "User-Agent:  x", "user-agent: x", "Telnet: x", "SSH: a\x1b[1m", "SSH: é", "SSH: " + strings.Repeat("x", MaxText+1)} {
		if c, err := Parse(s); err == nil {
			t.Errorf("%q is read as %v", s, c)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("User-Agent: Mozilla/5.0 (X11; Linux x86_64)")
	f.Add("NTLM: negotiate 6.1.40")
	f.Add("DHCP: Request; list 1,3; class MSFT 5.0")
	f.Fuzz(func(t *testing.T, s string) {
		c, err := Parse(s)
		if err == nil && c.String() != s {
			t.Errorf("%q comes back as %q", s, c)
		}
		c.System()
	})
}

// Text from the network cannot move a cursor, and is cut where a word ends.
func TestClean(t *testing.T) {
	tests := []struct{ in, want string }{
		{"  a\tb \r\n", "a b"},
		{"a\x1b[31mb\x00", "a?[31mb?"},
		{"caf\xc3\xa9", "caf?"},
		{strings.Repeat("x", 250) + " abcdefgh", strings.Repeat("x", 250)},
		{strings.Repeat("x", 300), strings.Repeat("x", 256)},
	}
	for _, tt := range tests {
		if got := clean([]byte(tt.in)); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.in, got, tt.want)
		}
	}
}

// What says nothing costs no memory.
func TestSilenceAllocatesNothing(t *testing.T) {
	silent := []*packet.Packet{
		segment("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 TLS"),
		segment("GET / HTTP/1.1\r\nHost: example.com\r\n\r\n"),
		segment("GET / HTTP/1.1\r\nVia: 1.1 proxy\r\nUser-Agent: x\r\n\r\n"),
		segment("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		segment("\x00\x00\x00\x40\xfeSMB" + strings.Repeat("\x00", 60)),
		segment("\x05\x00\x0b\x03\x10\x00\x00\x00" + strings.Repeat("\x00", 40)),
		datagram(40000, 443, "\xc0QUIC and so on"),
		datagram(5353, 5353, "\x00\x00\x84\x00\x00\x00\x00\x00\x00\x00\x00\x00"),
		datagram(68, 67, strings.Repeat("\x01", 300)),
		datagram(138, 138, "\x11"+strings.Repeat("\x00", 200)),
		{Transport: packet.TCP},
		{},
	}
	for _, p := range silent {
		if n := testing.AllocsPerRun(100, func() {
			if c, ok := From(p); ok {
				t.Errorf("%q: %v", p.Payload, c)
			}
		}); n != 0 {
			t.Errorf("%.30q: %v allocations", p.Payload, n)
		}
	}
}

func FuzzFrom(f *testing.F) {
	f.Add(true, uint16(80), uint16(40000), []byte("HTTP/1.1 200 OK\r\nServer: Microsoft-IIS/10.0\r\n\r\n"))
	f.Add(true, uint16(40000), uint16(445), []byte("\x00\x00\x00\x40\xffSMB\x73"))
	f.Add(false, uint16(1900), uint16(1900), []byte("NOTIFY * HTTP/1.1\r\nSERVER: Linux/4.9 UPnP/1.0\r\n\r\n"))
	f.Fuzz(func(t *testing.T, stream bool, sport, dport uint16, payload []byte) {
		p := datagram(sport, dport, string(payload))
		if stream {
			p = segment(string(payload))
		}
		c, ok := From(p)
		if !ok {
			return
		}
		if back, err := Parse(c.String()); err != nil || back.Text != c.Text || back.Kind != c.Kind {
			t.Errorf("%v comes back as %v, %v", c, back, err)
		}
		c.System()
	})
}

func BenchmarkFrom(b *testing.B) {
	for name, p := range map[string]*packet.Packet{
		"request": segment("GET / HTTP/1.1\r\nHost: example.com\r\nUser-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 Safari/537.36\r\n\r\n"),
		"TLS":     segment("\x17\x03\x03" + strings.Repeat("x", 1400)),
		"text":    segment("Lorem ipsum" + strings.Repeat(" x", 700)),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				From(p)
			}
		})
	}
}
