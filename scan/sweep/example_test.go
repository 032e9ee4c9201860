package sweep_test

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"whorl/link"
	"whorl/link/sim"
	"whorl/packet"
	"whorl/scan/sweep"
)

// stack answers every SYN with RST.
type stack struct{}

func (stack) Receive(_ time.Time, p *packet.Packet, out link.Outlet) {
	out.Send(time.Millisecond, &packet.Packet{Network: packet.IPv4, Transport: packet.TCP, Src: p.Dst, Dst: p.Src, TTL: 64,
		TCP: packet.TCPHeader{SrcPort: p.TCP.DstPort, DstPort: p.TCP.SrcPort, Ack: p.TCP.Seq + 1, Flags: packet.RST | packet.ACK}})
}

// Asks 256 addresses of a simulated network, where one is alive.
func ExampleStart() {
	conn := sim.New(sim.Options{RealTime: true})
	conn.Add(netip.MustParseAddr("198.51.100.7"), stack{})
	route := link.Route{Link: packet.Raw, Src: netip.MustParseAddr("192.0.2.1")}

	prefix := netip.MustParsePrefix("198.51.100.0/24")
	walk := func() func() (netip.Addr, bool) {
		next := prefix.Addr()
		return func() (netip.Addr, bool) {
			addr := next
			next = next.Next()
			return addr, prefix.Contains(addr)
		}
	}
	s, err := sweep.Start(context.Background(), conn, route, sweep.Options{
		Walk: walk, TCP: []uint16{80}, Rate: 10_000, Wait: 100 * time.Millisecond,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for f := range s.Found() {
		fmt.Println(f.Addr, f.Port, f.State)
	}
	fmt.Println(s.Counts().Sent, "probes", s.Err())
	// Output:
	// 198.51.100.7 80 closed
	// 511 probes <nil>
}
