package backoff_test

import (
	"errors"
	"net/netip"
	"testing"
	"time"

	"whorl/lab/target"
	"whorl/link"
	"whorl/link/afpacket"
	"whorl/method"
	"whorl/method/backoff"
	"whorl/packet"
)

// station is an address on the target's segment that no kernel owns: nobody but the
// machine answers for it.
type station struct {
	link.Conn
	route link.Route
	addr  netip.Addr
	peer  packet.MAC
	frame []byte
}

func (s *station) send(p *packet.Packet) (time.Time, error) {
	p.Link, p.SrcMAC = s.route.Link, s.route.SrcMAC
	frame, err := p.Append(s.frame[:0])
	if err != nil {
		return time.Time{}, err
	}
	return s.Send(frame)
}

// arp asks for the target, or answers it.
func (s *station) arp(op uint16, to netip.Addr, mac packet.MAC) error {
	p := packet.Packet{Network: packet.ARP, DstMAC: mac}
	if p.ARP = (packet.ARPHeader{Op: op, SenderMAC: s.route.SrcMAC, SenderIP: s.addr, TargetIP: to, TargetMAC: mac}); op == packet.ARPRequest {
		p.DstMAC, p.ARP.TargetMAC = packet.Broadcast, packet.MAC{}
	}
	_, err := s.send(&p)
	return err
}

// drive runs the machine until it has finished.
func (s *station) drive(m *backoff.Machine) error {
	ethernet := s.route.Link == packet.Ethernet
	if ethernet {
		if err := s.arp(packet.ARPRequest, m.Target.Addr, packet.MAC{}); err != nil {
			return err
		}
	}
	var out method.Outbox
	var p packet.Packet
	buf := make([]byte, 2048)
	wake := s.Now().Add(2 * time.Second) // for the target's address
	for {
		if !ethernet || s.peer != (packet.MAC{}) {
			out.Reset()
			wake = m.Poll(s.Now(), &out)
			for i := range out.Len() {
				q, tag := out.At(i)
				q.Src, q.DstMAC = s.addr, s.peer
				at, err := s.send(q)
				if err != nil {
					return err
				}
				m.Sent(tag, at)
			}
			if wake.IsZero() {
				return nil
			}
		}
		n, at, err := s.Recv(buf, wake)
		if errors.Is(err, link.ErrTimeout) {
			if ethernet && s.peer == (packet.MAC{}) {
				return errors.New("the target does not answer ARP")
			}
			continue
		}
		if err != nil {
			return err
		}
		p.Decode(s.LinkType(), buf[:n])
		switch {
		case p.Network != packet.ARP:
			m.Receive(&p, at)
		case p.ARP.SenderIP == m.Target.Addr && p.ARP.TargetIP == s.addr:
			s.peer = p.ARP.SenderMAC
			if p.ARP.Op == packet.ARPRequest {
				if err := s.arp(packet.ARPReply, m.Target.Addr, s.peer); err != nil {
					return err
				}
			}
		}
	}
}

// early is when a running answer should be right.
const early = 3500 * time.Millisecond

// watch measures all states of a target of the lab for so long; soon is what was seen early.
// It asks a first time before, as a scan does: lwIP counts no ticks before its first
// connection, and then measures no round trip.
func watch(t *testing.T, kind string, long time.Duration) (p backoff.Print, soon, runs []backoff.Run) {
	t.Helper()
	h := target.Up(t, kind)
	web := backoff.Target{Addr: h.IP, Port: h.Open[0]}
	first := backoff.NewMachine(web, method.Key{2}.Stream(h.IP, "backoff"), backoff.Options{States: 1 << backoff.SynRcvd, Timeout: 600 * time.Millisecond})
	m := backoff.NewMachine(web, method.Key{1}.Stream(h.IP, "backoff"),
		backoff.Options{Timeout: long, Hold: 800 * time.Millisecond, Decide: func(x *backoff.Exchange, now time.Time) bool {
			if x.Look == early {
				soon = x.Runs(now)
			}
			return false
		}})
	err := h.Do(func() error {
		r, err := link.RouteTo(h.IP, link.Via{})
		if err != nil {
			return err
		}
		c, err := afpacket.Open(afpacket.Options{Route: r, Outgoing: true})
		if err != nil {
			return err
		}
		defer c.Close()
		s := &station{Conn: c, route: r, addr: r.Src.Next().Next()}
		return errors.Join(s.drive(first), s.drive(m))
	})
	if err != nil {
		t.Fatal(err)
	}
	for i := range m.Flows {
		if f := &m.Flows[i]; f.Invalid {
			t.Errorf("%v: %s", f.State, f.Problem)
		}
	}
	return m.Measure(), soon, m.Runs(m.Last)
}

// The stacks of the lab are told apart by their times alone, by the database, and the
// running answer is right early, or not sure.
func TestLab(t *testing.T) {
	ranker, families := embedded(t)
	for _, c := range []struct {
		kind, family string
		watched      time.Duration
	}{
		{"linux", "Linux", 8 * time.Second}, {"gvisor", "gVisor", 8 * time.Second}, {"slirp", "libslirp", 8 * time.Second},
		{"lwip", "lwIP", 10 * time.Second}, // until its second copy is there at the latest: the first alone does not name it
	} {
		t.Run(c.kind, func(t *testing.T) {
			t.Parallel()
			print, soon, runs := watch(t, c.kind, c.watched)
			t.Logf("\n%s", print)
			if len(runs) != 4 {
				t.Fatalf("%d states, want 4", len(runs))
			}
			if got, p := likeliest(ranker.Rank(soon), families); got != c.family && p > 0.8 { // a loaded host may leave it open
				t.Errorf("after %v: %s with %.3f, want %s", early, got, p, c.family)
			} else {
				t.Logf("after %v: %s with %.3f", early, got, p)
			}
			ranking := ranker.Rank(runs)
			if got, p := likeliest(ranking, families); got != c.family || p < 0.9 {
				t.Errorf("%s with %.3f, want %s; unknown %.3f", got, p, c.family, ranking.Unknown)
			} else {
				t.Logf("%s with %.3f", got, p)
			}
		})
	}
}
