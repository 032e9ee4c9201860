package sweep

import (
	"net/netip"
	"testing"
	"time"

	"whorl/link"
	"whorl/link/sim"
	"whorl/method"
	"whorl/packet"
)

var (
	ours   = netip.MustParseAddr("192.0.2.1")
	router = netip.MustParseAddr("192.0.2.254")

	ours6   = netip.MustParseAddr("2001:db8::1")
	router6 = netip.MustParseAddr("2001:db8::fe")
	route   = link.Route{Interface: "sim", Link: packet.Ethernet, Src: ours, SrcMAC: packet.MAC{2, 0, 0, 0, 0, 1}, NextMAC: sim.MAC}
)

// over gives walks over a prefix, in order.
func over(prefix string) func() func() (netip.Addr, bool) {
	p := netip.MustParsePrefix(prefix)
	return func() func() (netip.Addr, bool) {
		a := p.Addr()
		return func() (netip.Addr, bool) {
			addr := a
			a = a.Next()
			return addr, p.Contains(addr)
		}
	}
}

// node is a function that answers packets.
type node func(now time.Time, p *packet.Packet, out link.Outlet)

func (f node) Receive(now time.Time, p *packet.Packet, out link.Outlet) { f(now, p, out) }

const delay = 20 * time.Millisecond

// reply is a packet from the address that p was sent to.
func reply(p *packet.Packet) packet.Packet {
	return packet.Packet{Network: p.Network, Transport: p.Transport, Src: p.Dst, Dst: p.Src, TTL: 61}
}

// alive answers echo requests and is open on the ports given.
func alive(open ...uint16) node {
	return func(_ time.Time, p *packet.Packet, out link.Outlet) {
		a := reply(p)
		switch {
		case p.Transport == packet.ICMP && p.ICMP.Type == packet.ICMPEchoRequest:
			a.ICMP, a.Payload = packet.ICMPHeader{Rest: p.ICMP.Rest}, p.Payload
		case p.Transport == packet.ICMPv6 && p.ICMP.Type == packet.ICMPv6EchoRequest:
			a.ICMP, a.Payload = packet.ICMPHeader{Type: packet.ICMPv6EchoReply, Rest: p.ICMP.Rest}, p.Payload
		case p.Transport == packet.TCP && p.TCP.Flags == packet.SYN:
			a.TCP = packet.TCPHeader{SrcPort: p.TCP.DstPort, DstPort: p.TCP.SrcPort, Ack: p.TCP.Seq + 1, Flags: packet.RST | packet.ACK}
			for _, port := range open {
				if port == p.TCP.DstPort {
					a.TCP.Flags, a.TCP.Seq = packet.SYN|packet.ACK, 7
				}
			}
		default:
			return
		}
		out.Send(delay, &a)
	}
}

// complains is a router that answers everything with an ICMP error.
func complains(kind, code uint8) node {
	return func(_ time.Time, p *packet.Packet, out link.Outlet) {
		q := *p
		q.Link = packet.Raw
		quoted, err := q.Append(nil)
		if err != nil {
			return
		}
		e := packet.Packet{Network: packet.IPv4, Transport: packet.ICMP, Src: router, Dst: p.Src, TTL: 64,
			ICMP: packet.ICMPHeader{Type: kind, Code: code}, Payload: quoted[:28]}
		if p.Network == packet.IPv6 {
			e.Network, e.Transport, e.Src, e.Payload = packet.IPv6, packet.ICMPv6, router6, quoted
		}
		out.Send(delay, &e)
	}
}

// network is an internet in virtual time.
func network(at func(netip.Addr) link.Node) *sim.Net {
	n := sim.New(sim.Options{Link: packet.Ethernet})
	n.Otherwise(at)
	return n
}

// virtual is a sweep whose two directions take turns in virtual time.
type virtual struct {
	*Sweep
	all  []*sender
	tx   *sender // the first
	rx   *receiver
	sent bool
}

func start(t testing.TB, c link.Conn, o Options) *virtual {
	t.Helper()
	return startOn(t, c, route, o)
}

// startOn is start on another route.
func startOn(t testing.TB, c link.Conn, route link.Route, o Options) *virtual {
	t.Helper()
	o.Key = method.Key{1, 2, 3}
	if err := o.complete(route); err != nil {
		t.Fatal(err)
	}
	v := &virtual{Sweep: newSweep(c, o)}
	all, err := newSenders(newPlan(v.Sweep), route)
	rx, err2 := newReceiver(v.Sweep, route)
	if err != nil || err2 != nil {
		t.Fatal(err, err2)
	}
	v.all, v.tx, v.rx = all, all[0], rx
	return v
}

// turn lets both directions act once; it is false at the end.
func (v *virtual) turn(t testing.TB) bool {
	t.Helper()
	now := v.conn.Now()
	until := now.Add(ctxCheck)
	if !v.sent {
		wait, more, err := v.tx.turn(now)
		if err != nil {
			t.Fatal(err)
		}
		until = now.Add(wait)
		if v.sent = !more; v.sent {
			v.finished.Store(v.tx.last.UnixNano())
		}
	}
	if err := v.rx.turn(until); err != nil {
		t.Fatal(err)
	}
	return !v.sent || !v.rx.done(v.conn.Now())
}

// collect runs to the end and gives what was found.
func (v *virtual) collect(t testing.TB) (all []Found) {
	t.Helper()
	for more := true; more; {
		more = v.turn(t)
		for len(v.found) > 0 {
			all = append(all, <-v.found)
		}
	}
	return all
}

// byAddr sorts what was found by address; the state of one that was found twice is
// that of the second answer.
func byAddr(all []Found) map[netip.Addr]Found {
	m := map[netip.Addr]Found{}
	for _, f := range all {
		m[f.Addr] = f
	}
	return m
}
