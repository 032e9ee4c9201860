package main

import (
	"testing"

	"whorl/packet"
)

// Frames stay right in every round, and both directions of a connection stay together.
func TestAnew(t *testing.T) {
	all, err := frames(options{hosts: 40, each: 2, data: 6})
	if err != nil {
		t.Fatal(err)
	}
	for round := range 3 {
		port := uint16(0)
		for i, f := range all {
			var p packet.Packet
			p.Decode(packet.Ethernet, f)
			if p.Odd != 0 || p.Transport != packet.TCP {
				t.Fatalf("round %d, frame %d: %v", round, i, p.Odd)
			}
			client := p.TCP.SrcPort
			if client == serverPort {
				client = p.TCP.DstPort
			}
			if p.TCP.Flags&(packet.SYN|packet.ACK) == packet.SYN {
				port = client
			}
			if client != port {
				t.Fatalf("round %d, frame %d: port %d, its SYN came from %d", round, i, client, port)
			}
			anew(f)
		}
	}
}
