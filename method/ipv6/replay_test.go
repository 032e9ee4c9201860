package ipv6

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"whorl/method"
	"whorl/method/methodtest"
	"whorl/packet"
)

// moment is a packet of a capture.
type moment struct {
	at time.Time
	p  *packet.Packet
}

// recorded runs an exchange with a host and gives all packets of both sides.
func recorded(t testing.TB, to Target, host node, key byte) (*Exchange, []moment) {
	t.Helper()
	var all []moment
	m := NewMachine(to, method.Key{key}.Stream(to.Addr, "ipv6"), Options{})
	w := methodtest.New(m, nil)
	w.Host = func(tag method.Tag, n int, at time.Duration, q *packet.Packet) *packet.Packet {
		all = append(all, moment{methodtest.Epoch.Add(at), q.Clone()})
		r := host(Probe(tag), n, at, q)
		if r == nil {
			return nil
		}
		r.Network, r.Src, r.Dst = packet.IPv6, methodtest.Them6, methodtest.Us6
		all = append(all, moment{methodtest.Epoch.Add(at + w.Trip), methodtest.Read(methodtest.Frame(r)).Clone()})
		return r
	}
	w.Run(t)
	return &m.Exchange, all
}

func replayed(all []moment) []*Exchange {
	var r Replay
	for _, m := range all {
		r.Add(m.p, m.at)
	}
	return r.Exchanges()
}

// The packets of a run give the same exchange again, whatever was lost or repeated.
func TestReplay(t *testing.T) {
	noOpen, far := target, target
	noOpen.OpenTCP, far.Direct = 0, false
	for _, c := range []struct {
		name string
		t    Target
		host node
	}{
		{"linux", target, linux},
		{"no open port", noOpen, linux},
		{"behind a router", far, linux},
		{"repeats", target, without(S3, S5, IE1, IE2, NS, U1, TECN, T4, T5)},
		{"a second train", target, without(S1, S2, S4, S6)},
		{"best of trains", target, func(which Probe, n int, at time.Duration, q *packet.Packet) *packet.Packet {
			if n == 1 && which == S3 || n == 2 && which <= S3 || n == 3 && (which == S5 || which == S6) {
				return nil
			}
			return linux(which, n, at, q)
		}},
	} {
		was, all := recorded(t, c.t, c.host, 1)
		found := replayed(all)
		if len(found) != 1 {
			t.Errorf("%s: %d exchanges", c.name, len(found))
			continue
		}
		e := found[0]
		if d := cmp.Diff(was.Print(), e.Print()); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
		if d := cmp.Diff(was.Slots, e.Slots, cmp.AllowUnexported(Reply{})); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
		e.Numbers.HopLimit = was.Numbers.HopLimit // which each probe of a capture has of its own
		e.Target.ClosedKnown = was.Target.ClosedKnown
		if c.t.OpenTCP == 0 { // K is that of T5 then, and the base port is reckoned from it
			e.Numbers.Ack = was.Numbers.Ack
		}
		opts := []cmp.Option{cmpopts.EquateComparable(netip.Addr{}), cmpopts.IgnoreUnexported(Exchange{}), cmpopts.IgnoreFields(Exchange{}, "Slots")}
		if d := cmp.Diff(was, e, opts...); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
	}
}

// Nmap draws acknowledgement number and hop limit for each probe anew; what is measured
// stays the same.
func TestReplayOfNmap(t *testing.T) {
	drawn := func(which Probe, n int, at time.Duration, q *packet.Packet) *packet.Packet {
		if q.TTL != 255 {
			q.TTL = 37 + uint8(which)
		}
		if which != TECN {
			q.TCP.Ack = 77777 * (uint32(which) + 1)
		}
		return linux(which, n, at, q)
	}
	var all []moment
	_, plain := recorded(t, target, linux, 1)
	for _, m := range plain {
		if m.p.Src != methodtest.Us6 {
			continue
		}
		which := S1
		for !looks(which, m.p) {
			which++
		}
		q := methodtest.Read(methodtest.Frame(m.p))
		r := drawn(which, 1, m.at.Sub(methodtest.Epoch), q)
		all = append(all, moment{m.at, methodtest.Read(methodtest.Frame(q)).Clone()})
		if r != nil {
			r.Network, r.Src, r.Dst = packet.IPv6, methodtest.Them6, methodtest.Us6
			all = append(all, moment{m.at.Add(ms), methodtest.Read(methodtest.Frame(r)).Clone()})
		}
	}
	found := replayed(all)
	if len(found) != 1 {
		t.Fatalf("%d exchanges", len(found))
	}
	if d := cmp.Diff(linuxPrint, found[0].Measure().String()); d != "" {
		t.Error(d)
	}
}

// Of a host that is asked twice the exchange with more probes counts, and a few packets
// are none.
func TestReplayTwice(t *testing.T) {
	noOpen := target
	noOpen.OpenTCP = 0
	_, few := recorded(t, noOpen, linux, 1)
	was, whole := recorded(t, target, linux, 2)
	for name, all := range map[string][]moment{"less first": slices.Concat(few, whole), "less last": slices.Concat(whole, few)} {
		if found := replayed(all); len(found) != 1 || found[0].Numbers.Seq != was.Numbers.Seq {
			t.Errorf("%s: %d exchanges", name, len(found))
		}
	}
	if found := replayed(whole[:4]); len(found) != 0 {
		t.Errorf("two probes are an exchange: %v", found[0].Print())
	}
}

// Packets of others are passed over.
func TestReplayOthers(t *testing.T) {
	var r Replay
	others := packet.Packet{Network: packet.IPv6, Src: methodtest.Us6, Dst: methodtest.Them6, TTL: 64, Transport: packet.TCP}
	others.TCP = packet.TCPHeader{SrcPort: 40000, DstPort: 80, Flags: packet.SYN, Window: 1, Options: Probes[S1].Options}
	for _, p := range []packet.Packet{others, {Network: packet.IPv4}, {}} {
		if r.Add(&p, methodtest.Epoch) {
			t.Errorf("%v is taken", p)
		}
	}
}

// The table of talks has an end.
func TestReplayIsBounded(t *testing.T) {
	var r Replay
	p := packet.Packet{Network: packet.IPv6, Src: methodtest.Us6, Transport: packet.ICMPv6, ICMP: packet.ICMPHeader{Type: packet.ICMPv6EchoRequest, Rest: packet.Echo(9, 1)}}
	p.IPv6 = packet.IPv6Header{FlowLabel: FlowLabel, Extensions: Probes[IE2].Extensions}
	for i := range method.MaxTalks + 10 {
		p.Dst = netip.MustParseAddr(fmt.Sprintf("2001:db8::%x:%x", i>>16, i&0xffff))
		if taken := r.Add(&p, methodtest.Epoch); taken != (i < method.MaxTalks) {
			t.Fatalf("host %d: taken %v", i, taken)
		}
	}
}

// FuzzReplay: no packets crash, however they follow one another. Each is preceded by its
// length in two bytes.
func FuzzReplay(f *testing.F) {
	var seed []byte
	_, all := recorded(f, target, linux, 1)
	for _, m := range all {
		raw := methodtest.Frame(m.p)
		seed = append(binary.BigEndian.AppendUint16(seed, uint16(len(raw))), raw...)
	}
	f.Add(seed)
	f.Fuzz(func(t *testing.T, packets []byte) {
		var r Replay
		var p packet.Packet
		for at := methodtest.Epoch; len(packets) >= 2; at = at.Add(ms) {
			n := min(int(binary.BigEndian.Uint16(packets)), len(packets)-2)
			p.Decode(packet.IPv6Only, packets[2:2+n])
			r.Add(&p, at)
			packets = packets[2+n:]
		}
		for _, e := range r.Exchanges() {
			print := e.Print()
			if _, err := Parse(print.String()); err != nil && len(print.Tests)+len(print.Responses) > 0 {
				t.Fatal(err)
			}
		}
	})
}
