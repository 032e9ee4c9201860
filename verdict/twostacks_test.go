package verdict

import (
	"encoding/binary"
	"errors"
	"flag"
	"math"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"
	"time"

	"whorl"
	"whorl/data"
	"whorl/link"
	"whorl/link/sim"
	"whorl/method"
	"whorl/method/backoff"
	"whorl/osdb"
	"whorl/packet"
)

var (
	singles = flag.Int("verdict.singles", 45, "single stacks in the test of two-stack verdicts")
	pairs   = flag.Int("verdict.pairs", 10, "relays of each pair of stacks in it")
	draw    = flag.Uint64("verdict.seed", 1, "seed of the paths in it")
)

var (
	vantage = netip.MustParseAddr("192.0.2.1")
	remote  = netip.MustParseAddr("198.51.100.9")
)

// simulated is a TCP stack as far as package backoff asks it: what it repeats, and when.
type simulated struct {
	name     string
	ttl      uint8
	window   uint16
	options  string // of its SYN-ACK, but for the timestamp
	stamps   bool
	of       map[backoff.State]*backoff.Schedule
	rand     *rand.Rand
	behind   *simulated    // who gets connections once they stand; nil: itself
	distance uint8         // routers to it from the one in front
	between  time.Duration // round trip to it
	conns    map[uint16]*simulatedConn
}

// simulatedConn is one connection. turn grows with each segment that is repeated, so that
// timers of the one before find out.
type simulatedConn struct {
	next   uint32
	echo   uint32 // the last timestamp of ours
	turn   int
	trip   time.Duration // measured
	stamps bool          // agreed on
	stands bool
	closed bool
}

func (s *simulated) Receive(now time.Time, p *packet.Packet, out link.Outlet) {
	p = p.Clone()
	q := &p.TCP
	c := s.conns[q.SrcPort]
	holder := s
	if s.behind != nil {
		holder = s.behind
	}
	switch {
	case p.Transport != packet.TCP:
	case q.Flags.Has(packet.RST):
		if c != nil {
			c.turn++
			delete(s.conns, q.SrcPort)
		}
	case q.Flags.Has(packet.SYN):
		c = &simulatedConn{next: q.Seq + 1, stamps: s.stamps}
		c.echo, _, _ = q.Timestamp()
		s.conns[q.SrcPort] = c
		s.repeat(c, s.of[backoff.SynRcvd], s.gaps(s.of[backoff.SynRcvd], 0), out, func(now time.Time) *packet.Packet {
			return s.segment(now, p, c, packet.SYN, 0, s.ttl)
		})
	case c == nil:
	default:
		if !c.stands {
			c.stands = true
			c.turn++
			if _, echo, ok := q.Timestamp(); ok {
				c.trip = time.Duration(uint32(now.UnixMilli())-echo) * time.Millisecond
			}
			if s.behind != nil {
				c.trip = s.between
			}
		}
		if !q.Flags.Has(packet.FIN) && len(p.Payload) == 0 {
			return
		}
		c.next = q.Seq + uint32(len(p.Payload))
		state := backoff.FinWait1
		if q.Flags.Has(packet.FIN) {
			state, c.next = backoff.LastAck, c.next+1
		}
		ttl := holder.ttl - s.distance
		out.Send(0, holder.segment(now, p, c, 0, 0, ttl))
		if !c.closed {
			c.closed = true
			schedule := holder.of[state]
			holder.repeat(c, schedule, holder.gaps(schedule, c.trip), out, func(now time.Time) *packet.Packet {
				return holder.segment(now, p, c, packet.FIN, 1, ttl)
			})
		}
	}
}

// repeat sends a segment, and again after each gap unless something else is to be sent.
func (s *simulated) repeat(c *simulatedConn, of *backoff.Schedule, gaps []time.Duration, out link.Outlet, segment func(time.Time) *packet.Packet) {
	c.turn++
	turn := c.turn
	var again func(now time.Time, gaps []time.Duration)
	again = func(now time.Time, gaps []time.Duration) {
		if c.turn != turn {
			return
		}
		out.Send(0, segment(now))
		if len(gaps) > 0 {
			out.After(gaps[0], func(now time.Time) { again(now, gaps[1:]) })
		}
	}
	out.After(0, func(now time.Time) { again(now, gaps) })
}

// gaps are those of a schedule after a measured round trip: tail-loss probe and timeout by
// RFC 8985 and 6298, timer wheel and ticks.
func (s *simulated) gaps(of *backoff.Schedule, trip time.Duration) (out []time.Duration) {
	var total time.Duration
	for i, g := range of.Gaps {
		switch {
		case of.Probe && i == 0:
			g += 2 * trip
		case of.Least > 0:
			g = time.Duration(float64(g) * float64(trip+max(2*trip, of.Least)) / float64(of.Least))
		}
		switch {
		case i == 0 && of.First > 0:
			g += time.Duration((2*s.rand.Float64() - 1) * math.Sqrt(3) * float64(of.First))
		case of.Wheel:
			g += time.Duration((0.005 + 0.12*s.rand.Float64()) * float64(g))
		default:
			g += time.Duration(s.rand.ExpFloat64() * float64(time.Millisecond))
		}
		if total += g; of.Limit > 0 && total > of.Limit {
			return out
		}
		out = append(out, g)
	}
	return out
}

// segment is one of the host. Timestamps are milliseconds, so that they tell which
// SYN-ACK was answered.
func (s *simulated) segment(now time.Time, q *packet.Packet, c *simulatedConn, flags packet.Flags, seq uint32, ttl uint8) *packet.Packet {
	p := &packet.Packet{Network: packet.IPv4, Src: q.Dst, Dst: q.Src, TTL: ttl, Transport: packet.TCP, TCP: packet.TCPHeader{
		SrcPort: q.TCP.DstPort, DstPort: q.TCP.SrcPort, Seq: 7_000_000 + seq, Ack: c.next, Flags: flags | packet.ACK, Window: s.window}}
	var stamp []byte
	if c.stamps {
		stamp = binary.BigEndian.AppendUint32([]byte{packet.OptNOP, packet.OptNOP, packet.OptTimestamp, 10}, uint32(now.UnixMilli()))
		stamp = binary.BigEndian.AppendUint32(stamp, c.echo)
	}
	if flags.Has(packet.SYN) {
		p.TCP.Options = []byte(s.options)
	}
	p.TCP.Options = append(p.TCP.Options, stamp...)
	return p
}

// measured drives the method against a node in virtual time.
func measured(t *testing.T, net *sim.Net, seed byte) *whorl.Host {
	t.Helper()
	m := backoff.NewMachine(backoff.Target{Addr: remote, Port: 80}, method.Key{seed}.Stream(remote, "backoff"),
		backoff.Options{Timeout: time.Minute, Hold: 800 * time.Millisecond})
	var out method.Outbox
	var p packet.Packet
	buf := make([]byte, 2048)
	for range 10_000 {
		out.Reset()
		wake := m.Poll(net.Now(), &out)
		for i := range out.Len() {
			q, tag := out.At(i)
			q.Src, q.Link = vantage, packet.Raw
			frame, err := q.Append(nil)
			if err != nil {
				t.Fatal(err)
			}
			at, err := net.Send(frame)
			if err != nil {
				t.Fatal(err)
			}
			m.Sent(tag, at)
		}
		if wake.IsZero() {
			return &whorl.Host{Observations: []whorl.Observation{{Method: "backoff", Print: m.Measure().String()}}}
		}
		n, at, err := net.Recv(buf, wake)
		if errors.Is(err, link.ErrTimeout) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		p.Decode(packet.Raw, buf[:n])
		m.Receive(&p, at)
	}
	t.Fatal("the machine does not end")
	return nil
}

// path puts a node behind a way of 0 to 300 ms there and back, with jitter and loss up to
// 5 %.
func path(node link.Node, r *rand.Rand, loss float64) *sim.Net {
	net := sim.New(sim.Options{Seed: r.Uint64()})
	delay := time.Duration(r.Float64() * float64(150*time.Millisecond))
	net.Add(remote, &sim.Impair{Node: node, Delay: delay, Jitter: time.Duration(r.Float64() * float64(delay) / 5),
		Loss: r.Float64() * loss, Rand: net.Rand()})
	return net
}

// knownStacks are the stacks of the database whose FIN times are known.
func knownStacks(t *testing.T, set osdb.Set) map[string]simulated {
	t.Helper()
	const options = "\x02\x04\x05\xb4\x01\x01\x04\x02\x01\x03\x03\x07"
	out := map[string]simulated{
		"Linux": {ttl: 64, window: 65160, options: options, stamps: true}, "gVisor": {ttl: 64, window: 29184, options: options, stamps: true},
		"lwIP": {ttl: 255, window: 65535, options: "\x02\x04\x05\xb4\x01\x03\x03\x01"},
	}
	for _, e := range set.Entries() {
		s, ok := out[e.Classes[0].Family]
		reference, _ := backoff.NewReference(e.Extra)
		if !ok || s.of != nil || !reference.Has(backoff.SynRcvd) || !reference.Has(backoff.LastAck) || !reference.Has(backoff.FinWait1) {
			continue
		}
		s.name, s.of = e.Classes[0].Family, map[backoff.State]*backoff.Schedule{}
		for i := range reference {
			s.of[reference[i].State] = &reference[i]
		}
		out[s.name] = s
	}
	for name, s := range out {
		if s.of == nil {
			t.Fatal(name, "has no record with all states")
		}
	}
	return out
}

func fresh(s simulated, r *rand.Rand) *simulated {
	s.conns, s.rand = map[uint16]*simulatedConn{}, r
	return &s
}

// No single stack is taken for two, whatever the path, and most relays are found. The
// figures of docs/temporal.md come from larger samples, which take a minute:
//
//	go test -run TestTwoStacks -v ./verdict -args -verdict.seed 7 -verdict.singles 1000 -verdict.pairs 20
func TestTwoStacks(t *testing.T) {
	set, problems := osdb.Load(osdb.Config{Embedded: data.Files})
	for _, p := range problems {
		t.Error(p)
	}
	all := knownStacks(t, set)
	names := []string{"Linux", "gVisor", "lwIP"}
	judges := NewJudges(set, Options{}).New()
	r := rand.New(rand.NewPCG(*draw, 2))
	for i := range *singles {
		s := fresh(all[names[i%len(names)]], r)
		h := measured(t, path(s, r, 0.05), byte(i))
		if h.Boxes = judges.timedBoxes(h, nil); len(h.Boxes) > 0 {
			t.Errorf("%s alone: %+v\n%s", s.name, h.Boxes, h.Observations[0].Print)
		}
	}
	relays, tried, wrong := 0, 0, 0
	for distance := range uint8(2) {
		for _, front := range names {
			for _, back := range names {
				if front == back {
					continue
				}
				found, named := 0, 0
				for i := range *pairs {
					s := fresh(all[front], r)
					s.behind, s.distance = fresh(all[back], r), distance
					s.between = time.Duration(r.Float64() * float64(10*time.Millisecond))
					h := measured(t, path(s, r, 0.05), byte(i))
					h.Boxes = judges.timedBoxes(h, nil)
					if len(h.Boxes) == 0 {
						continue
					}
					found++
					for _, m := range h.Boxes[0].Behind {
						named++
						if !strings.HasSuffix(m.Name, back) {
							wrong++
							t.Logf("%s behind %s is %s, %v sure\n%s", back, front, m.Name, m.Confidence, h.Observations[0].Print)
						}
					}
				}
				relays, tried = relays+found, tried+*pairs
				t.Logf("%s behind %s, %d routers apart: %d of %d found, %d named", back, front, distance, found, *pairs, named)
			}
		}
	}
	if 100*wrong > relays { // they are called 99 % sure
		t.Errorf("%d of %d named wrongly", wrong, relays)
	}
	if part := float64(relays) / float64(max(tried, 1)); part < 0.95 {
		t.Errorf("%d of %d relays found", relays, tried)
	}
}
