package scan

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"net/netip"
	"runtime"
	"runtime/metrics"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"whorl"
	"whorl/data"
	"whorl/link"
	"whorl/link/sim"
	"whorl/method"
	"whorl/method/gen2"
	"whorl/method/survey"
	"whorl/method/syn"
	"whorl/osdb"
	"whorl/packet"
	"whorl/verdict"
)

// nodeFunc is a node in one function.
type nodeFunc func(now time.Time, p *packet.Packet, out link.Outlet)

func (f nodeFunc) Receive(now time.Time, p *packet.Packet, out link.Outlet) { f(now, p, out) }

// turned is an answer to p that is the same but for its direction.
func turned(p *packet.Packet) packet.Packet {
	q := *p
	q.Src, q.Dst, q.TTL = p.Dst, p.Src, 64
	switch p.Transport {
	case packet.TCP:
		q.TCP.SrcPort, q.TCP.DstPort = p.TCP.DstPort, p.TCP.SrcPort
	case packet.UDP:
		q.UDP.SrcPort, q.UDP.DstPort = p.UDP.DstPort, p.UDP.SrcPort
	}
	return q
}

// tcpReply answers with these flags and the numbers that go with them.
func tcpReply(p *packet.Packet, f packet.Flags) packet.Packet {
	q := turned(p)
	q.Payload = nil
	q.TCP.Flags, q.TCP.Seq, q.TCP.Ack = f, p.TCP.Ack, p.TCP.Seq+1
	return q
}

// unreachable is a port unreachable about p.
func unreachable(p *packet.Packet) packet.Packet {
	raw := *p
	raw.Link = packet.Raw
	quote, _ := raw.Append(nil)
	return packet.Packet{Network: packet.IPv4, Transport: packet.ICMP, Src: p.Dst, Dst: p.Src, TTL: 64,
		ICMP: packet.ICMPHeader{Type: packet.ICMPUnreachable, Code: packet.CodePortUnreachable}, Payload: quote}
}

// echoed answers an echo request, or anything as if it were one.
func echoed(p *packet.Packet) packet.Packet {
	q := turned(p)
	q.Transport, q.ICMP = packet.ICMP, packet.ICMPHeader{Rest: p.ICMP.Rest}
	return q
}

// garbage is a packet that has the ports and addresses of an answer to p and else
// anything: its transport is random bytes over those of an answer.
func garbage(r *rand.Rand, p *packet.Packet) packet.Packet {
	q := []packet.Packet{tcpReply(p, packet.Flags(r.Uint32())), unreachable(p), echoed(p), turned(p)}[r.IntN(4)]
	q.TTL, q.TOS = uint8(r.Uint32()), uint8(r.Uint32())
	q.IPv4.ID, q.IPv4.DF, q.IPv4.Reserved = uint16(r.Uint32()), r.IntN(2) == 0, r.IntN(2) == 0
	if r.IntN(8) == 0 {
		q.IPv4.Options = bytesOf(r, 4*r.IntN(11))
	}
	if q.Transport == packet.TCP {
		h := &q.TCP
		h.Window, h.Urgent, h.Reserved, h.Options = uint16(r.Uint32()), uint16(r.Uint32()), uint8(r.Uint32())&15, bytesOf(r, 4*r.IntN(11))
		if r.IntN(2) == 0 {
			h.Seq, h.Ack = r.Uint32(), r.Uint32()
		}
		q.Payload = bytesOf(r, r.IntN(40))
	}
	if r.IntN(2) == 0 {
		return q
	}
	return bent(r, q)
}

// bent turns the transport of a packet into bytes and changes some of them; half of
// the checksums are right for the result.
func bent(r *rand.Rand, q packet.Packet) packet.Packet {
	whole := q
	whole.Link, whole.IPv4.Options = packet.Raw, nil
	raw, err := whole.Append(nil)
	if err != nil || len(raw) <= 24 {
		return q
	}
	b := raw[20:]
	for range 1 + r.IntN(4) {
		b[r.IntN(len(b))] = byte(r.Uint32())
	}
	b = b[:len(b)-r.IntN(2)*r.IntN(len(b))]
	proto := raw[9]
	if at := map[byte]int{packet.ProtoTCP: 16, packet.ProtoICMP: 2}[proto]; at > 0 && len(b) > at+1 && r.IntN(2) == 0 {
		b[at], b[at+1] = 0, 0
		sum := packet.Checksum(b)
		if proto == packet.ProtoTCP {
			sum = packet.TransportChecksum(q.Src, q.Dst, proto, b)
		}
		binary.BigEndian.PutUint16(b[at:], sum)
	}
	q.Transport, q.Proto, q.Payload = packet.NoTransport, proto, b
	return q
}

func bytesOf(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
		if r.IntN(3) > 0 { // what options are made of
			b[i] %= 12
		}
	}
	return b
}

// hostile are hosts that answer as no stack does.
func hostile(seed uint64) map[string]link.Node {
	r := rand.New(rand.NewPCG(seed, 7))
	each := func(makes ...func(*packet.Packet) packet.Packet) nodeFunc {
		return func(_ time.Time, p *packet.Packet, out link.Outlet) {
			for _, f := range makes {
				q := f(p)
				out.Send(time.Millisecond, &q)
			}
		}
	}
	flags := func(f packet.Flags) func(*packet.Packet) packet.Packet {
		return func(p *packet.Packet) packet.Packet { return tcpReply(p, f) }
	}
	random := func(p *packet.Packet) packet.Packet { return garbage(r, p) }
	return map[string]link.Node{
		"SYN-ACK to everything":         each(flags(packet.SYN | packet.ACK)),
		"RST to everything":             each(flags(packet.RST)),
		"RST-ACK to everything":         each(flags(packet.RST | packet.ACK)),
		"all flags to everything":       each(flags(0xff)),
		"no flags to everything":        each(flags(0)),
		"echo back":                     each(turned),
		"echo reply to everything":      each(echoed),
		"unreachable to everything":     each(unreachable),
		"everything from every port":    each(flags(packet.SYN|packet.ACK), flags(packet.RST), echoed, unreachable, turned),
		"SYN-ACK, echo and unreachable": each(flags(packet.SYN|packet.ACK), echoed, unreachable),
		"everything, twice": each(unreachable, echoed, flags(packet.RST|packet.ACK), flags(packet.SYN|packet.ACK),
			flags(packet.SYN|packet.ACK), flags(packet.RST|packet.ACK), echoed, unreachable),
		"random":      each(random),
		"much random": each(random, random, random, random, random, random, random, random, random, random),
		"random ports": each(func(p *packet.Packet) packet.Packet {
			return tcpReply(p, []packet.Flags{packet.SYN | packet.ACK, packet.RST | packet.ACK}[r.IntN(2)])
		}),
	}
}

// A host that answers everything with everything gets no confident name.
func TestHostileHostsHaveNoName(t *testing.T) {
	places := osdb.PlacesOf(func(string) string { return "" })
	set, _ := osdb.Load(osdb.Config{Embedded: data.Files, Places: osdb.Places{Nmap: places.Nmap}})
	judges := verdict.NewJudges(set, verdict.Options{})
	seeds := uint64(10)
	if testing.Short() {
		seeds = 2
	}
	for seed := range seeds {
		for name, node := range hostile(seed) {
			n := sim.New(sim.Options{})
			n.Add(netip.MustParseAddr("192.0.2.7"), node)
			o := scan(context.Background(), t, network{n}, Job{Timing: Timings[3], Key: method.Key{byte(seed)}}, judges.New().Judge, "192.0.2.7")
			h := o.hosts["192.0.2.7"][0]
			if len(h.Verdicts) == 0 {
				if len(h.Observations) > 0 {
					t.Errorf("%s (seed %d): no verdict", name, seed)
				}
				continue
			}
			if v := h.Verdicts[0]; v.Name != whorl.Unknown && v.Confidence >= 0.8 {
				t.Errorf("%s (seed %d): is named %q with confidence %.2f\n%s", name, seed, v.Name, v.Confidence, h.Observations[0].Print)
			}
		}
	}
}

// A flood of bent and random answers neither breaks the scan nor makes it grow, and
// every print can be read again.
func TestFlood(t *testing.T) {
	want := int64(1_000_000)
	if testing.Short() {
		want /= 10
	}
	r := rand.New(rand.NewPCG(1, 9))
	var packets atomic.Int64
	flood := nodeFunc(func(_ time.Time, p *packet.Packet, out link.Outlet) {
		for range 1 + r.IntN(40) {
			q := garbage(r, p)
			out.Send(time.Duration(r.IntN(300))*time.Millisecond, &q)
			packets.Add(1)
		}
	})
	n := sim.New(sim.Options{})
	n.Otherwise(func(netip.Addr) link.Node { return flood })

	before, most := live(), uint64(0)
	ctx, cancel := context.WithCancel(context.Background())
	hosts, prints := 0, 0
	ts := &Targets{}
	ts.Add("10.0.0.0/8", nil)
	err := Run(ctx, Job{Targets: ts, Timing: Timing{Parallel: 32, Tries: 2}}, Config{Network: network{n}, Host: func(h *whorl.Host) {
		if hosts++; hosts%100 == 0 {
			most = max(most, live())
		}
		for _, o := range h.Observations {
			prints++
			var f fmt.Stringer
			var err error
			switch o.Method {
			case "survey":
				f, err = survey.Parse(o.Print)
			case "syn":
				var p syn.Print
				p, err = syn.ParsePrint(o.Print)
				f = &p
			default:
				f, err = gen2.Parse(o.Print)
			}
			if err != nil || f.String() != o.Print {
				t.Errorf("%v in %s", err, o.Print)
			}
		}
		if packets.Load() >= want {
			cancel()
		}
	}})
	if err != nil || packets.Load() < want || prints < hosts/2 {
		t.Errorf("%d packets, %d hosts, %d prints, %v", packets.Load(), hosts, prints, err)
	}
	after := live()
	// Two batches of the sweep, of which one is swept and one gathered, the link's queue and
	// hosts under way. Kept packets would take three times as much.
	const room = 2*sweepBatch*256 + 16<<20
	if most > before+room || after > before+4<<20 {
		t.Errorf("the heap grew from %d to %d MiB, at most %d", before>>20, after>>20, most>>20)
	}
	t.Logf("%d packets from %d hosts, heap %d KiB before, %d after, %d at most; %d frames lost", packets.Load(), hosts, before>>10, after>>10, most>>10, n.Drops())
}

// live is how much of the heap is in use, in bytes. What a scan that goes on allocates
// during a collection counts as in use, however short its life is, and on a busy machine
// that is much. So the least of three collections is taken.
func live() uint64 {
	s := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	least := uint64(math.MaxUint64)
	for range 3 {
		runtime.GC()
		metrics.Read(s)
		least = min(least, s[0].Value.Uint64())
	}
	return least
}

// What a host sends unasked costs nothing but the time to look at it.
func TestStrangers(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	n := sim.New(sim.Options{})
	good := &plain{rtt: time.Millisecond}
	n.Add(netip.MustParseAddr("192.0.2.7"), nodeFunc(func(now time.Time, p *packet.Packet, out link.Outlet) {
		for range 50 {
			q := garbage(r, p)
			q.Src = netip.AddrFrom4([4]byte{203, 0, 113, byte(r.Uint32())})
			out.Send(0, &q)
		}
		good.Receive(now, p, out)
	}))
	o := scan(context.Background(), t, network{n}, Job{Timing: Timings[3]}, nil, "192.0.2.7")
	h := o.hosts["192.0.2.7"][0]
	if o.full() != 1 || len(o.hosts) != 1 || strings.Contains(h.Observations[0].Print, "T2(R=Y") {
		t.Errorf("%+v", h)
	}
}
