package ipv6_test

import (
	"errors"
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

// probe measures a target of the lab.
func probe(t *testing.T, h *target.Target, seed byte) ipv6.Print {
	t.Helper()
	var print ipv6.Print
	err := h.Do(func() error {
		p, err := target.OpenProber(h.IP6)
		if err != nil {
			return err
		}
		defer p.Close()
		m := ipv6.NewMachine(ipv6.Target{Addr: h.IP6, OpenTCP: h.Open[0], ClosedTCP: h.Closed, ClosedUDP: h.Closed, ClosedKnown: true,
			Direct: p.Route.OnLink(h.IP6)}, method.Key{seed}.Stream(h.IP6, "ipv6"), ipv6.Options{})
		if err := p.Drive(m); err != nil {
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
	var c link.Conn
	if err := h.Do(func() error {
		r, err := link.RouteTo(h.IP6, link.Via{})
		if err != nil {
			return err
		}
		c, err = afpacket.Open(afpacket.Options{Route: r, Outgoing: true})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	done := make(chan []moment)
	go func() {
		var all []moment
		for buf := make([]byte, 2048); ; {
			n, at, err := c.Recv(buf, c.Now().Add(time.Second))
			if errors.Is(err, link.ErrTimeout) {
				continue
			}
			if err != nil {
				done <- all
				return
			}
			q := new(packet.Packet)
			q.Decode(c.LinkType(), buf[:n])
			all = append(all, moment{q.Clone(), at})
		}
	}()
	f()
	c.Close()
	return <-done
}
