package main

import (
	"strings"
	"testing"

	"golang.org/x/net/bpf"

	"whorl/packet"
)

// What reaches a listener is UDP in which hosts say what they are, ICMP, and of TCP all but
// data that says nothing.
func TestListenFilter(t *testing.T) {
	type test struct {
		from         string
		transport    packet.Transport
		sport, dport uint16
		payload      string
		pass         bool
	}
	tests := []test{
		{"192.0.2.1", packet.TCP, 40000, 80, "", true},
		{"192.0.2.1", packet.UDP, 40000, 443, "payload", false},
		{"192.0.2.1", packet.UDP, 68, 67, "payload", true},
		{"192.0.2.1", packet.UDP, 138, 138, "payload", true},
		{"192.0.2.1", packet.UDP, 1900, 50000, "payload", true},
		{"192.0.2.1", packet.UDP, 5353, 5353, "payload", true},
		{"2001:db8::1", packet.UDP, 40000, 443, "payload", false},
		{"2001:db8::1", packet.UDP, 5353, 5353, "payload", true},
	}
	for data, pass := range map[string]bool{"": true, "GET / HTTP/1.1\r\n": true, "HTTP/1.1 200 OK\r\n": true, "A": true, "Z": true, "SSH-2.0-x": true,
		"\x00\x00\x00\x45\xfeSMB": true, "\x05\x00\x0b": true, "\x17\x03\x03\x40\x00": false, "\x16\x03\x01": false, "@": false, "[": false, "payload": false, "\xff": false, "\x04": false} {
		for _, from := range []string{"192.0.2.1", "2001:db8::1"} {
			tests = append(tests, test{from, packet.TCP, 40000, 443, data, pass})
		}
	}
	for _, link := range []packet.LinkType{packet.Ethernet, packet.Raw} {
		vm, err := bpf.NewVM(listenFilter(link))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := bpf.Assemble(listenFilter(link)); err != nil {
			t.Error(err)
		}
		for _, tt := range tests {
			n, err := vm.Run(spoken(t, link, tt.from, tt.transport, tt.sport, tt.dport, tt.payload))
			if err != nil || n > 0 != tt.pass {
				t.Errorf("%v: %+v: %d bytes pass (%v)", link, tt, n, err)
			}
		}
	}
}

// ICMP passes over both versions of IP.
func TestListenFilterICMP(t *testing.T) {
	for _, link := range []packet.LinkType{packet.Ethernet, packet.Raw} {
		vm, err := bpf.NewVM(listenFilter(link))
		if err != nil {
			t.Fatal(err)
		}
		for from, proto := range map[string]uint8{"192.0.2.1": packet.ProtoICMP, "2001:db8::1": packet.ProtoICMPv6} {
			frame := spoken(t, link, from, packet.UDP, 0, 0, "payload")
			place := map[packet.LinkType]int{packet.Ethernet: 14}[link] + map[uint8]int{packet.ProtoICMP: 9, packet.ProtoICMPv6: 6}[proto]
			frame[place] = proto
			if n, err := vm.Run(frame); err != nil || n == 0 {
				t.Errorf("%v: protocol %d: %d bytes pass (%v)", link, proto, n, err)
			}
		}
	}
}

// Data of segments with options begins behind these, and flags and fragments pass whatever
// follows.
func TestListenFilterHeaders(t *testing.T) {
	vm, err := bpf.NewVM(listenFilter(packet.Raw))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name   string
		change func(*packet.Packet)
		pass   bool
	}{
		{"data", func(p *packet.Packet) {}, false},
		{"text behind options", func(p *packet.Packet) { p.Payload = []byte("SSH-2.0-x") }, true},
		{"none behind options", func(p *packet.Packet) { p.Payload = nil }, true},
		{"options of IP", func(p *packet.Packet) { p.IPv4.Options = []byte{1, 1, 1, 1} }, false},
		{"text behind options of IP", func(p *packet.Packet) { p.IPv4.Options, p.Payload = []byte{1, 1, 1, 1}, []byte("GET /") }, true},
		{"SYN", func(p *packet.Packet) { p.TCP.Flags = packet.SYN }, true},
		{"FIN", func(p *packet.Packet) { p.TCP.Flags |= packet.FIN }, true},
		{"RST", func(p *packet.Packet) { p.TCP.Flags |= packet.RST }, true},
		{"more fragments", func(p *packet.Packet) { p.IPv4.MF = true }, true},
		{"a later fragment", func(p *packet.Packet) { p.IPv4.Offset = 64 }, true},
	} {
		var p packet.Packet
		p.Decode(packet.Raw, spoken(t, packet.Raw, "192.0.2.1", packet.TCP, 40000, 443, strings.Repeat("\x17", 40)))
		p.TCP.Options = []byte{1, 1, 8, 10, 0, 0, 0, 65, 0, 0, 0, 65}
		tt.change(&p)
		frame, err := p.Append(nil)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := vm.Run(frame); err != nil || n > 0 != tt.pass {
			t.Errorf("%s: %d bytes pass (%v)", tt.name, n, err)
		}
	}
}
