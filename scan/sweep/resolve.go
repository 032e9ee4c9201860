package sweep

import (
	"context"
	"errors"
	"fmt"
	"time"

	"whorl/link"
	"whorl/method"
	"whorl/method/seek"
	"whorl/packet"
)

// Resolve gives the hardware address of the route's next hop, which the system may know
// already; else the link is asked by ARP (RFC 826) or neighbour discovery (RFC 4861), for a
// second at most. It comes before Start, as both read from the link.
func Resolve(ctx context.Context, c link.Conn, r link.Route) (packet.MAC, error) {
	if r.Link != packet.Ethernet || !r.NextMAC.IsZero() {
		return r.NextMAC, nil
	}
	asker := seek.NewNeighbour(r.NextHop, r.Src, r.SrcMAC)
	var out method.Outbox
	var p packet.Packet
	buf := make([]byte, maxFrame)
	for ctx.Err() == nil {
		wake := asker.Poll(c.Now(), &out)
		for i := range out.Len() {
			q, tag := out.At(i)
			q.Link, q.SrcMAC, q.Src = r.Link, r.SrcMAC, r.Src
			frame, err := q.Append(nil)
			if err != nil {
				return packet.MAC{}, err
			}
			at, err := c.Send(frame)
			if err != nil {
				return packet.MAC{}, fmt.Errorf("sweep: %w", err)
			}
			asker.Sent(tag, at)
		}
		out.Reset()
		if wake.IsZero() {
			break
		}
		for until := earlier(wake, c.Now().Add(ctxCheck)); asker.MAC.IsZero(); {
			n, at, err := c.Recv(buf, until)
			if errors.Is(err, link.ErrTimeout) {
				break
			} else if err != nil {
				return packet.MAC{}, fmt.Errorf("sweep: %w", err)
			}
			p.Decode(c.LinkType(), buf[:n])
			asker.Receive(&p, at)
		}
	}
	if asker.MAC.IsZero() {
		way := "ARP"
		if r.NextHop.Is6() {
			way = "neighbour discovery"
		}
		return packet.MAC{}, fmt.Errorf("sweep: %s: %v does not answer %s: %w", r.Interface, r.NextHop, way, ErrNoMAC)
	}
	return asker.MAC, nil
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
