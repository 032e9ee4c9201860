package spare

import (
	"errors"
	"fmt"
	"net/netip"
	"time"

	"whorl/link"
	"whorl/packet"
)

// How the segment is asked: by ARP probes as in RFC 5227 section 2.1.1, or by duplicate
// address detection as in RFC 4862 section 5.4, three times in a second, as a person waits.
// Who is slower is met later: see [Conn.Recv].
const (
	asks   = 3
	askGap = 300 * time.Millisecond // between two probes, and after the last
)

// Conflict is the error that somebody else has the address.
type Conflict struct {
	Addr netip.Addr
	MAC  packet.MAC // of who says so
}

func (c *Conflict) Error() string {
	return fmt.Sprintf("spare: %v belongs to %v; choose an address that nobody has", c.Addr, c.MAC)
}

// Claim asks the segment whether somebody has the source address of the route, or is about
// to take it, and tells the segment, if nobody does, that it is here now. The error is a
// *Conflict if somebody does. It reads from the link for a second, and needs all ARP of the
// segment, or what comes to the [Groups] of the address: a reply to a probe names no
// receiver.
func Claim(c link.Conn, r link.Route) error {
	own := &home{addr: r.Src, mac: r.SrcMAC}
	for range asks {
		if err := send(c, r, own.probe()); err != nil {
			return err
		}
		if err := unclaimed(c, r, own, c.Now().Add(askGap)); err != nil {
			return err
		}
	}
	return send(c, r, own.announcement())
}

// send puts a packet on the segment.
func send(c link.Conn, r link.Route, p *packet.Packet) error {
	p.Link, p.SrcMAC = r.Link, r.SrcMAC
	frame, err := p.Append(nil)
	if err == nil {
		_, err = c.Send(frame)
	}
	if err != nil {
		return fmt.Errorf("spare: %s: %w", r.Interface, err)
	}
	return nil
}

// unclaimed listens until that time for somebody who has the address or wants it.
func unclaimed(c link.Conn, r link.Route, own *home, until time.Time) error {
	var p packet.Packet
	buf := make([]byte, maxFrame)
	for {
		n, _, err := c.Recv(buf, until)
		switch {
		case errors.Is(err, link.ErrTimeout):
			return nil
		case err != nil:
			return fmt.Errorf("spare: %s: %w", r.Interface, err)
		case !c.Now().Before(until.Add(askGap)): // a link that is never silent
			return nil
		}
		p.Decode(c.LinkType(), buf[:n])
		if mac, taken := own.taken(&p); taken {
			return &Conflict{r.Src, mac}
		}
		if mac, wanted := own.wanted(&p); wanted {
			return &Conflict{r.Src, mac}
		}
	}
}

// maxFrame is more than any frame of Ethernet.
const maxFrame = 65536
