//go:build linux

package afpacket

import (
	"io"
	"net"
	"net/netip"
	"testing"
	"time"

	"whorl/packet"
)

// A SYN+ACK that nobody asked for is answered with RST, unless the port is silent.
func TestSilence(t *testing.T) {
	p := newPair(t)
	macB := macOf(t, p.b, "vb")
	tests := []struct {
		name   string
		a, b   netip.Addr
		deafen func(fd int) error
	}{
		{"IPv4 by filter", a4, b4, discard},
		{"IPv6 by filter", a6, b6, discard},
		{"IPv4 by signature", a4, b4, sign},
		{"IPv6 by signature", a6, b6, sign},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a, ra := open(t, p.a, tt.b, Options{})
			port := netip.AddrPortFrom(tt.b, 40001)
			resets := func() bool {
				synack := packet.Packet{
					Link: packet.Ethernet, SrcMAC: ra.SrcMAC, DstMAC: macB,
					Network: packet.IPv4, Src: tt.a, Dst: tt.b, TTL: 64, Proto: packet.ProtoTCP,
					Transport: packet.TCP,
					TCP:       packet.TCPHeader{SrcPort: 80, DstPort: port.Port(), Seq: 1, Ack: 2, Flags: packet.SYN | packet.ACK, Window: 1000},
				}
				if tt.b.Is6() {
					synack.Network = packet.IPv6
				}
				if _, err := a.Send(wire(t, &synack)); err != nil {
					t.Fatal(err)
				}
				got, _ := next(t, a, 150*time.Millisecond, func(p *packet.Packet) bool {
					return p.Transport == packet.TCP && p.TCP.Flags.Has(packet.RST) && p.TCP.SrcPort == port.Port()
				})
				return got != nil
			}
			if !resets() {
				t.Fatal("the kernel sends no RST even without silence")
			}
			silence := in(t, p.b, func() (io.Closer, error) { return silence(port, tt.deafen) })
			if resets() {
				t.Error("RST in spite of silence")
			}
			in(t, p.b, func() (struct{}, error) {
				if c, err := Silence(port); err == nil {
					c.Close()
					t.Error("the port was taken twice")
				}
				return struct{}{}, nil
			})
			silence.Close()
			if !resets() {
				t.Error("silence after the end of silence")
			}
		})
	}
}

// Nothing gets through to the socket that keeps silence, not even a connection.
func TestSilenceAcceptsNothing(t *testing.T) {
	ns := newNamespace(t, "l")
	in(t, ns, func() (struct{}, error) {
		s, err := Silence(netip.MustParseAddrPort("127.0.0.1:40002"))
		if err != nil {
			return struct{}{}, err
		}
		defer s.Close()
		c, err := net.DialTimeout("tcp", "127.0.0.1:40002", 100*time.Millisecond)
		if err == nil {
			c.Close()
			t.Error("connected to a silent port")
		}
		return struct{}{}, nil
	})
}

// Ports are taken all or none, and released together.
func TestSilencePorts(t *testing.T) {
	ns := newNamespace(t, "p")
	in(t, ns, func() (struct{}, error) {
		home := netip.MustParseAddr("127.0.0.1")
		first, ports, err := SilencePorts(home, 16)
		if err != nil {
			return struct{}{}, err
		}
		free := func(n int) bool {
			l, err := net.Listen("tcp4", netip.AddrPortFrom(home, first+uint16(n)).String())
			if err == nil {
				l.Close()
			}
			return err == nil
		}
		for n := range 16 {
			if free(n) {
				t.Errorf("port %d is free", first+uint16(n))
			}
		}
		if first < lowestSilent || first+16 > highestSilent || !free(-1) || !free(16) {
			t.Errorf("from %d on", first)
		}
		if _, err := silenceFrom(home, first-4, 8); err == nil {
			t.Error("ports were taken twice")
		}
		if !free(-4) {
			t.Error("a port was not released when others were not to be had")
		}
		ports.Close()
		for n := range 16 {
			if !free(n) {
				t.Errorf("port %d was not released", first+uint16(n))
			}
		}
		return struct{}{}, nil
	})
}
