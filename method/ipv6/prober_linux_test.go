package ipv6_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"whorl/lab/target"
	"whorl/link"
	"whorl/link/afpacket"
	"whorl/method"
	"whorl/method/gen2"
	"whorl/method/ipv6"
	"whorl/packet"
)

// prober drives a machine from the address that the kernel of the namespace owns, which
// so resets the connections that are opened.
type prober struct {
	link.Conn
	route link.Route
	peer  packet.MAC
}

func open(t *target.Target) (*prober, error) {
	r, err := link.RouteTo(t.IP6, link.Via{})
	if err != nil {
		return nil, err
	}
	c, err := afpacket.Open(afpacket.Options{Route: r})
	if err != nil {
		return nil, err
	}
	p := &prober{Conn: c, route: r}
	if r.Link == packet.Ethernet {
		err = p.resolve(t)
	}
	return p, err
}

func (p *prober) send(q *packet.Packet) (time.Time, error) {
	q.Link, q.SrcMAC, q.Src = p.route.Link, p.route.SrcMAC, p.route.Src
	if q.DstMAC.IsZero() {
		q.DstMAC = p.peer
	}
	frame, err := q.Append(nil)
	if err != nil {
		return time.Time{}, err
	}
	return p.Send(frame)
}

// resolve asks for the target's Ethernet address.
func (p *prober) resolve(t *target.Target) error {
	group := packet.SolicitedNode(t.IP6)
	ask := packet.Packet{Dst: group, DstMAC: packet.GroupMAC(group)}
	ask.SetNeighbor(packet.ICMPv6NeighborSol, packet.Neighbor{Target: t.IP6, MAC: p.route.SrcMAC})
	if _, err := p.send(&ask); err != nil {
		return err
	}
	buf, in, end := make([]byte, 2048), packet.Packet{}, p.Now().Add(2*time.Second)
	for {
		n, _, err := p.Recv(buf, end)
		if err != nil {
			return fmt.Errorf("the target does not answer a solicitation: %w", err)
		}
		in.Decode(p.LinkType(), buf[:n])
		if a, ok := in.Neighbor(); ok && in.ICMP.Type == packet.ICMPv6NeighborAdv && a.Target == t.IP6 {
			p.peer = a.MAC
			return nil
		}
	}
}

func (p *prober) drive(m *ipv6.Machine) error {
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
		if in.Decode(p.LinkType(), buf[:n]); in.Src == m.Target.Addr {
			m.Receive(&in, at)
		}
	}
}

// probe measures a target of the lab.
func probe(t *testing.T, h *target.Target, seed byte) ipv6.Print {
	t.Helper()
	var print ipv6.Print
	err := h.Do(func() error {
		p, err := open(h)
		if err != nil {
			return err
		}
		defer p.Close()
		m := ipv6.NewMachine(ipv6.Target{Addr: h.IP6, OpenTCP: h.Open[0], ClosedTCP: h.Closed, ClosedUDP: h.Closed, ClosedKnown: true,
			Direct: p.route.OnLink(h.IP6)}, method.Key{seed}.Stream(h.IP6, "ipv6"), ipv6.Options{})
		if err := p.drive(m); err != nil {
			return err
		}
		hops, _ := m.Distance()
		print = m.Print()
		print.Scan = ipv6.Scan(gen2.ScanInfo{Version: "0", OpenTCP: h.Open[0], ClosedTCP: h.Closed, ClosedUDP: h.Closed, Distance: hops, DistanceMethod: "D", Time: m.First})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return print
}

// moment is a packet and when it was heard.
type moment struct {
	p  *packet.Packet
	at time.Time
}

// heard are the packets of the namespace while f runs, of both directions.
func heard(t *testing.T, h *target.Target, f func()) []moment {
	t.Helper()
	var p *prober
	if err := h.Do(func() (err error) {
		r, err := link.RouteTo(h.IP6, link.Via{})
		if err != nil {
			return err
		}
		c, err := afpacket.Open(afpacket.Options{Route: r, Outgoing: true})
		p = &prober{Conn: c, route: r}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	done := make(chan []moment)
	go func() {
		var all []moment
		for buf := make([]byte, 2048); ; {
			n, at, err := p.Recv(buf, p.Now().Add(time.Second))
			if errors.Is(err, link.ErrTimeout) {
				continue
			}
			if err != nil {
				done <- all
				return
			}
			q := new(packet.Packet)
			q.Decode(p.LinkType(), buf[:n])
			all = append(all, moment{q.Clone(), at})
		}
	}()
	f()
	p.Close()
	return <-done
}
