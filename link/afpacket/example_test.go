package afpacket_test

import (
	"fmt"
	"net/netip"
	"time"

	"whorl/link"
	"whorl/link/afpacket"
	"whorl/packet"
)

// Prints what comes in for this machine, as seen on the way towards an address.
func Example() {
	r, err := link.RouteTo(netip.MustParseAddr("192.0.2.1"), link.Via{})
	if err != nil {
		fmt.Println(err)
		return
	}
	c, err := afpacket.Open(afpacket.Options{
		Route:  r,
		Filter: afpacket.Towards(r.Link, netip.PrefixFrom(r.Src, r.Src.BitLen())),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()
	buf := make([]byte, 2048)
	for end := c.Now().Add(time.Second); ; {
		n, at, err := c.Recv(buf, end)
		if err != nil {
			break // link.ErrTimeout after one second
		}
		var p packet.Packet
		p.Decode(c.LinkType(), buf[:n])
		fmt.Println(at, p.Src, p.Dst)
	}
}
