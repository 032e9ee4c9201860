package gen1_test

import (
	"bytes"
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

// seen is a packet that came to a target.
type seen struct {
	p  *packet.Packet
	at time.Time
}

// captured is what comes to a target on the vantage point's segment while f runs, but for
// the kernel's resets.
func captured(t *testing.T, h *target.Target, f func()) (out []seen) {
	t.Helper()
	far := *h
	far.NS = strings.TrimSuffix(h.NS, "v") + "t"
	var c link.Conn
	err := far.Do(func() (err error) {
		r, err := link.RouteTo(h.IP.Prev(), link.Via{})
		if err == nil {
			c, err = afpacket.Open(afpacket.Options{Route: r})
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	f()
	buf, in := make([]byte, 2048), packet.Packet{}
	for end := c.Now().Add(100 * time.Millisecond); ; {
		n, at, err := c.Recv(buf, end)
		if err != nil {
			return out
		}
		if in.Decode(c.LinkType(), buf[:n]); in.Network == packet.IPv4 && in.Dst == h.IP && !in.TCP.Flags.Has(packet.RST) {
			out = append(out, seen{in.Clone(), at})
		}
	}
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

// What the wire shows is what the specification of the method says: the order of the
// burst, then six SYNs at least 110 ms apart, with these flags, ports, options and
// windows.
func TestWire(t *testing.T) {
	h := target.Up(t, "linux")
	var m *gen1.Machine
	wire := captured(t, h, func() { m = probe(t, h, 1) })
	if len(wire) < 16 {
		t.Fatalf("%d packets, want 8, two again and 6", len(wire))
	}
	var flags []string
	base := m.Numbers.PortBase
	for i, s := range wire[:8] {
		q := s.p
		if q.Transport == packet.UDP {
			flags = append(flags, fmt.Sprintf("UDP+%d %X %d %v", q.UDP.SrcPort-base, q.IPv4.TotalLen, q.TOS, q.IPv4.DF))
			continue
		}
		flags = append(flags, fmt.Sprintf("%v+%d", q.TCP.Flags, q.TCP.SrcPort-base))
		if !bytes.Equal(q.TCP.Options, gen1.Options) || q.TCP.Window != gen1.Window(q.TTL) || q.TCP.Ack != 0 || q.TCP.Seq != m.Numbers.Seq {
			t.Errorf("packet %d: %+v", i, q.TCP)
		}
	}
	const want = "ES+7, +8, UPSF+9, A+10, S+11, A+12, UPF+13, UDP+0 148 0 false"
	if got := strings.Join(flags, ", "); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if took := wire[7].at.Sub(wire[0].at); took > 20*time.Millisecond {
		t.Errorf("the burst takes %v", took)
	}
	train := wire[len(wire)-6:]
	for i, s := range train {
		if q := s.p; q.TCP.Flags != packet.SYN || q.TCP.Seq != m.Numbers.Seq+uint32(i)+1 || q.TCP.SrcPort != base+uint16(i)+1 {
			t.Errorf("S%d: %+v", i+1, q.TCP)
		}
		if i > 0 {
			if gap := s.at.Sub(train[i-1].at); gap < 109*time.Millisecond || gap > 200*time.Millisecond {
				t.Errorf("S%d leaves %v after the one before", i+1, gap)
			}
		}
	}
}
