package listen_test

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"
	"time"

	"whorl"
	"whorl/listen"
	"whorl/osdb"
	"whorl/packet"
	"whorl/verdict"
)

const records = `Fingerprint Linux 4.15 - 7.3
Class Linux | Linux | 6.X | general purpose
Syn(TTL=40%DF=Y%ID=N%W=44*MSS%WS=7%O=MSTNW%FL=N)
SynAck(TTL=40%DF=Y%ID=Z%W=FE88%WS=7%O=MSTNW)

Fingerprint Microsoft Windows 10
Class Microsoft | Windows | 10 | general purpose
Syn(TTL=80%DF=Y%ID=N%W=FAF0%WS=8%O=MNWNNS)

`

func judge(t testing.TB) *verdict.Handshakes {
	t.Helper()
	db, problems := osdb.Read(strings.NewReader(records), osdb.Embedded, "test.osdb")
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return verdict.NewHandshakes(osdb.Set{db}, verdict.Options{})
}

var (
	start  = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	nat    = netip.MustParseAddr("192.0.2.1")
	server = netip.MustParseAddr("198.51.100.1")
)

// system sends SYNs.
type system func(rng *rand.Rand) packet.Packet

func linux(rng *rand.Rand) packet.Packet {
	options := append([]byte{2, 4, 5, 0xb4, 4, 2, 8, 10}, binary.BigEndian.AppendUint64(nil, uint64(rng.Uint32())<<32)...)
	return packet.Packet{TTL: 64, TCP: packet.TCPHeader{Window: 64240, Options: append(options, 1, 3, 3, 7)}}
}

func windows(*rand.Rand) packet.Packet {
	return packet.Packet{TTL: 128, TCP: packet.TCPHeader{Window: 64240, Options: []byte{2, 4, 5, 0xb4, 1, 3, 3, 8, 1, 1, 4, 2}}}
}

// anything is a SYN of random options, of which some make sense.
func anything(rng *rand.Rand) packet.Packet {
	options := make([]byte, 4*rng.IntN(11))
	for i := range options {
		options[i] = byte(rng.IntN(9))
	}
	return packet.Packet{TTL: uint8(1 + rng.IntN(255)), TCP: packet.TCPHeader{Window: uint16(rng.Uint32()), Options: options}}
}

// feed lets a system begin connections from an address.
func feed(l *listen.Listener, rng *rand.Rand, from netip.Addr, s system, n int, at *time.Time) {
	for range n {
		p := s(rng)
		p.Link, p.Network, p.Transport, p.Proto, p.Src, p.Dst = packet.Raw, packet.IPv4, packet.TCP, packet.ProtoTCP, from, server
		p.IPv4.DF, p.IPv4.ID = true, uint16(1+rng.IntN(65535))
		p.TCP.Flags, p.TCP.Seq, p.TCP.SrcPort, p.TCP.DstPort = packet.SYN, rng.Uint32(), uint16(1024+rng.IntN(60000)), 443
		frame, err := p.Append(nil)
		if err != nil {
			panic(err)
		}
		*at = at.Add(time.Duration(rng.IntN(1000)) * time.Millisecond)
		l.Frame(packet.Raw, frame, *at)
	}
}

// judged gives the only host of a listener with its verdict.
func judged(t testing.TB, l *listen.Listener) *whorl.Host {
	t.Helper()
	j := judge(t)
	var out *whorl.Host
	for h := range l.Hosts() {
		j.Judge(h)
		out = h
	}
	if out == nil || len(out.Verdicts) == 0 {
		t.Fatal("no host with a verdict")
	}
	return out
}

func TestNames(t *testing.T) {
	for want, s := range map[string]system{"Linux": linux, "Microsoft Windows 10": windows} {
		l, at := listen.New(listen.Options{}), start
		feed(l, rand.New(rand.NewPCG(1, 1)), nat, s, 5, &at)
		if h := judged(t, l); !strings.HasPrefix(h.Verdicts[0].Name, want) || len(h.Boxes)+len(h.Warnings) > 0 {
			t.Errorf("%s, want %s; %v %v", h.Verdicts[0].Name, want, h.Boxes, h.Warnings)
		}
	}
}

// Two systems that take turns share the address.
func TestShared(t *testing.T) {
	l, at, rng := listen.New(listen.Options{}), start, rand.New(rand.NewPCG(1, 1))
	for range 3 {
		feed(l, rng, nat, linux, 2, &at)
		feed(l, rng, nat, windows, 1, &at)
	}
	h := judged(t, l)
	if h.Verdicts[0].Name != whorl.Unknown || len(h.Boxes) != 1 || h.Boxes[0].Kind != whorl.BoxShared || len(h.Boxes[0].Behind) != 2 || len(h.Boxes[0].Evidence) != 2 {
		t.Errorf("%+v %+v", h.Verdicts[0], h.Boxes)
	}
}

// One that follows on the other has taken its place; the name is that of the later one.
func TestChanged(t *testing.T) {
	l, at, rng := listen.New(listen.Options{}), start, rand.New(rand.NewPCG(1, 1))
	feed(l, rng, nat, windows, 9, &at)
	feed(l, rng, nat, linux, 3, &at)
	h := judged(t, l)
	if !strings.HasPrefix(h.Verdicts[0].Name, "Linux") || len(h.Boxes) != 0 || len(h.Warnings) != 1 || !strings.Contains(h.Warnings[0], "Microsoft Windows in 9 handshakes and Linux in the 3 since") {
		t.Errorf("%+v %+v %q", h.Verdicts[0], h.Boxes, h.Warnings)
	}
}

// Neither random timestamps, ports and IP IDs of one system, nor random SYNs, nor a few odd
// packets raise an alarm.
func TestNoAlarms(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for name, behave := range map[string]func(*listen.Listener, netip.Addr, *time.Time){
		"random timestamps": func(l *listen.Listener, a netip.Addr, at *time.Time) { feed(l, rng, a, linux, 100, at) },
		"random SYNs":       func(l *listen.Listener, a netip.Addr, at *time.Time) { feed(l, rng, a, anything, 100, at) },
		"a few odd ones": func(l *listen.Listener, a netip.Addr, at *time.Time) {
			feed(l, rng, a, windows, 50, at)
			feed(l, rng, a, linux, 2, at)
			feed(l, rng, a, anything, 20, at)
			feed(l, rng, a, windows, 50, at)
		},
	} {
		l, at, j := listen.New(listen.Options{}), start, judge(t)
		for n := range 20 {
			behave(l, netip.AddrFrom4([4]byte{10, 0, 0, byte(n)}), &at)
		}
		for h := range l.Hosts() {
			if j.Judge(h); len(h.Boxes)+len(h.Warnings) > 0 {
				t.Errorf("%s: %v %v %q", name, h.Addr, h.Boxes, h.Warnings)
			}
		}
	}
}

// What something near the client answers says nothing of the host.
func TestNear(t *testing.T) {
	l := listen.New(listen.Options{})
	p := packet.Packet{Link: packet.Raw, Network: packet.IPv4, Transport: packet.TCP, Proto: packet.ProtoTCP, Src: server, Dst: nat, TTL: 64}
	p.TCP = packet.TCPHeader{Flags: packet.SYN | packet.ACK, Seq: 9, Ack: 1, SrcPort: 443, DstPort: 5, Window: 65535, Options: []byte{2, 4, 5, 0xb4}}
	frame, err := p.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	l.Frame(packet.Raw, frame, start)
	h := judged(t, l)
	if h.Verdicts[0].Name != whorl.Unknown || len(h.Boxes) != 1 || h.Boxes[0].Kind != whorl.BoxOwnNAT {
		t.Errorf("%+v %+v", h.Verdicts, h.Boxes)
	}
}

func ExampleListener() {
	l := listen.New(listen.Options{})
	at := start
	feed(l, rand.New(rand.NewPCG(1, 1)), nat, windows, 3, &at)
	for h := range l.Hosts() {
		fmt.Print(h.Addr, " ", h.Observations[0].Print)
	}
	// Output:
	// 192.0.2.1 Syn(V=4%TTL=80%H=34%DF=Y%ID=N%W=FAF0%MSS=5B4%WS=8%O=MNWNNS)
	// Seen(N=3%F=1%L=3%P=1BB)
}
