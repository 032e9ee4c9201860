package gen1_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"whorl/data"
	"whorl/lab/target"
	"whorl/link"
	"whorl/link/afpacket"
	"whorl/method"
	"whorl/method/gen1"
	"whorl/osdb"
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
	r, err := link.RouteTo(t.IP, link.Via{})
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
	ask := packet.Packet{Network: packet.ARP, DstMAC: packet.Broadcast,
		ARP: packet.ARPHeader{Op: packet.ARPRequest, SenderMAC: p.route.SrcMAC, SenderIP: p.route.Src, TargetIP: t.IP}}
	if _, err := p.send(&ask); err != nil {
		return err
	}
	buf, in, end := make([]byte, 2048), packet.Packet{}, p.Now().Add(2*time.Second)
	for {
		n, _, err := p.Recv(buf, end)
		if err != nil {
			return fmt.Errorf("the target does not answer ARP: %w", err)
		}
		if in.Decode(p.LinkType(), buf[:n]); in.Network == packet.ARP && in.ARP.SenderIP == t.IP {
			p.peer = in.ARP.SenderMAC
			return nil
		}
	}
}

func (p *prober) drive(m *gen1.Machine) error {
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
func probe(t *testing.T, h *target.Target, seed byte) *gen1.Machine {
	t.Helper()
	m := gen1.NewMachine(gen1.Target{Addr: h.IP, OpenTCP: h.Open[0], ClosedTCP: h.Closed, ClosedUDP: h.Closed, ClosedKnown: true},
		method.Key{seed}.Stream(h.IP, "gen1"))
	err := h.Do(func() error {
		p, err := open(h)
		if err != nil {
			return err
		}
		defer p.Close()
		return p.drive(m)
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Stacks of the lab are measured as their records say.
func TestLab(t *testing.T) {
	set, problems := osdb.Load(osdb.Config{Embedded: data.Files})
	for _, p := range problems {
		t.Error(p)
	}
	for _, c := range []struct{ words, record string }{
		{"linux", "Linux 6.1 - 7.3"},
		{"linux net.ipv4.tcp_timestamps=0", "Linux 6.1 - 7.3"},
		{"linux net.ipv4.tcp_window_scaling=0", "Linux 6.1 - 7.3"},
		{"gvisor", "gVisor netstack"},
		{"lwip", "lwIP 2.1"},
		{"slirp", "libslirp 4.X"},
		{"pasta", "pasta or passt"},
	} {
		t.Run(c.words, func(t *testing.T) {
			t.Parallel()
			words := strings.Fields(c.words)
			h := target.Up(t, words[0], words[1:]...)
			record := set.Find(c.record)[0]
			for seed := range byte(2) {
				m := probe(t, h, seed)
				seen := m.Measure()
				points, evidence := record.Gen1.Score(seen)
				t.Logf("%d of %d\n%s", points.Passed, points.Compared, seen)
				if !points.Perfect() || points.Compared < 12 {
					for _, e := range evidence {
						if !e.Agrees {
							t.Errorf("%s %s: want %s, got %s", e.Test, e.Attr, e.Want, e.Got)
						}
					}
					t.Errorf("%d of %d attributes", points.Passed, points.Compared)
				}
			}
		})
	}
}
