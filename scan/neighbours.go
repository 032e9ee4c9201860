package scan

import (
	"context"
	"errors"
	"fmt"
	"net/netip"

	"whorl/link"
	"whorl/method"
	"whorl/method/seek"
	"whorl/packet"
)

// Neighbours asks a segment who is there over IPv6, which takes three and a half seconds,
// and gives the addresses of the link with its zone. The route is that of the interface;
// its source is our address of the link. What was found when the context ended is given.
func Neighbours(ctx context.Context, c link.Conn, r link.Route, key method.Key) (found []netip.Addr, err error) {
	var (
		out method.Outbox
		p   packet.Packet
		buf = make([]byte, maxFrame)
		s   = seek.NewSegment(r.Src, key.Stream(r.Src, "segment"))
	)
	for ctx.Err() == nil {
		out.Reset()
		wake := s.Poll(c.Now(), &out)
		for i := range out.Len() {
			q, _ := out.At(i)
			q.Link, q.SrcMAC = r.Link, r.SrcMAC
			frame, err := q.Append(nil)
			if err == nil {
				_, err = c.Send(frame)
			}
			if err != nil {
				return nil, fmt.Errorf("scan: asking for neighbours over %s: %w", r.Interface, err)
			}
		}
		if wake.IsZero() {
			break
		}
		for now := c.Now(); now.Before(wake) && ctx.Err() == nil; now = c.Now() {
			n, at, err := c.Recv(buf, sooner(wake, now.Add(ctxCheck)))
			switch {
			case err == nil:
				if p.Decode(c.LinkType(), buf[:n]); !p.Odd.Has(packet.OddChecksum) {
					s.Receive(&p, at)
				}
			case !errors.Is(err, link.ErrTimeout):
				return nil, fmt.Errorf("scan: hearing neighbours over %s: %w", r.Interface, err)
			}
		}
	}
	for _, a := range s.Found {
		found = append(found, a.WithZone(r.Interface))
	}
	return found, nil
}
