package target

import (
	"errors"
	"fmt"
	"net/netip"
	"time"

	"whorl/link"
	"whorl/link/afpacket"
	"whorl/method"
	"whorl/method/seek"
	"whorl/packet"
)

// Prober drives machines from the address that the kernel of the namespace owns, which so
// resets the connections that are opened.
type Prober struct {
	link.Conn
	Route link.Route
	peer  packet.MAC // of the next hop; zero where the link has none
}

// OpenProber opens the link to an address and finds the next hop. It is called in
// [Target.Do].
func OpenProber(to netip.Addr) (*Prober, error) {
	r, err := link.RouteTo(to, link.Via{})
	if err != nil {
		return nil, err
	}
	c, err := afpacket.Open(afpacket.Options{Route: r})
	if err != nil {
		return nil, err
	}
	p := &Prober{Conn: c, Route: r}
	if r.Link != packet.Ethernet {
		return p, nil
	}
	n := seek.NewNeighbour(r.NextHop, r.Src, r.SrcMAC)
	if err = p.Drive(n); err == nil && n.MAC.IsZero() {
		err = fmt.Errorf("target: %v does not tell its Ethernet address", r.NextHop)
	}
	if err != nil {
		return nil, errors.Join(err, c.Close())
	}
	p.peer = n.MAC
	return p, nil
}

// Drive runs a machine to its end.
func (p *Prober) Drive(m method.Machine) error {
	var out method.Outbox
	buf, in := make([]byte, 2048), packet.Packet{}
	for {
		out.Reset()
		wake := m.Poll(p.Now(), &out)
		for i := range out.Len() {
			q, tag := out.At(i)
			at, err := p.send(q)
			if err != nil {
				return err
			}
			m.Sent(tag, at)
		}
		if wake.IsZero() {
			return nil
		}
		n, at, err := p.Recv(buf, wake)
		if errors.Is(err, link.ErrTimeout) {
			continue
		}
		if err != nil {
			return err
		}
		in.Decode(p.LinkType(), buf[:n])
		m.Receive(&in, at)
	}
}

func (p *Prober) send(q *packet.Packet) (time.Time, error) {
	q.Link, q.SrcMAC, q.Src = p.Route.Link, p.Route.SrcMAC, p.Route.Src
	if q.DstMAC.IsZero() {
		q.DstMAC = p.peer
	}
	frame, err := q.Append(nil)
	if err != nil {
		return time.Time{}, err
	}
	return p.Send(frame)
}
