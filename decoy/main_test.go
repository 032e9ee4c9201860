package decoy

import (
	"errors"
	"io"
	"net/netip"
	"slices"
	"testing"
	"time"

	"whorl/data"
	"whorl/link"
	"whorl/method"
	"whorl/osdb"
	"whorl/packet"
)

// belt is a link on which frames come as fast as they are taken, and whose time stands
// still until none is left. Then it jumps from deadline to deadline until end.
type belt struct {
	now, end time.Time
	in       [][]byte
	times    []time.Duration // when they come after the first, if not at once
	at       int
	out      [][]byte
	keep     bool // what is sent
	fails    int  // frames to refuse
	raw      bool
}

func (b *belt) LinkType() packet.LinkType {
	if b.raw {
		return packet.Raw
	}
	return packet.Ethernet
}
func (b *belt) Now() time.Time                       { return b.now }
func (b *belt) Drops() uint64                        { return 0 }
func (b *belt) Close() error                         { return nil }
func (b *belt) Send(frame []byte) (time.Time, error) { panic("one at a time") }

func (b *belt) Recv(buf []byte, deadline time.Time) (int, time.Time, error) {
	if b.at < len(b.in) {
		due := b.now
		if b.times != nil {
			due = epoch.Add(b.times[b.at])
		}
		if !due.After(b.now) || !due.After(deadline) {
			b.now = due
			b.at++
			return copy(buf, b.in[b.at-1]), b.now, nil
		}
	} else if !b.now.Before(b.end) {
		return 0, b.now, io.EOF
	}
	if deadline.After(b.now) {
		b.now = deadline
	}
	return 0, b.now, link.ErrTimeout
}

func (b *belt) SendBatch(frames [][]byte, sent []time.Time) (int, error) {
	for i, f := range frames {
		if b.fails > 0 {
			b.fails--
			return i, errors.New("no room")
		}
		if sent[i] = b.now; b.keep {
			b.out = append(b.out, slices.Clone(f))
		}
	}
	return len(frames), nil
}

var (
	epoch   = time.Unix(1e9, 0)
	us      = netip.MustParseAddr("10.77.1.1")
	router  = netip.MustParseAddr("10.77.1.2")
	someone = netip.MustParseAddr("198.18.0.7")
	ourMAC  = packet.MAC{2, 0, 0, 0, 0, 1}
	itsMAC  = packet.MAC{2, 0x77, 0x68, 0x6f, 0x72, 0x6c} // of all decoys here
	another = packet.MAC{2, 0, 0, 0, 0, 9}
)

// records are those of the embedded database with tests of the second generation.
func records(t testing.TB) (entries []*osdb.Entry) {
	t.Helper()
	set, problems := osdb.Load(osdb.Config{Embedded: data.Files})
	if len(problems) > 0 {
		t.Fatal(problems[0])
	}
	for _, e := range set.Entries() {
		if e.Gen2 != nil {
			entries = append(entries, e)
		}
	}
	return entries
}

// town has a decoy at each address of a prefix, of all records.
func town(t testing.TB, prefix string, key byte) Options {
	t.Helper()
	g := Group{Addrs: RangeOf(netip.MustParsePrefix(prefix)), Entries: records(t), Hardware: Hardware{MAC: itsMAC}}
	g.Persona.OpenTCP = []uint16{80}
	return Options{Groups: []Group{g}, Key: method.Key{key}, Start: epoch, MAC: itsMAC, Free: true}
}

func newNetwork(t testing.TB, o Options) *Network {
	t.Helper()
	n, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func wired(t testing.TB, p *packet.Packet) []byte {
	t.Helper()
	b, err := p.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// arp is one packet of it, to everybody.
func arp(t testing.TB, op uint16, mac packet.MAC, sender, target netip.Addr) []byte {
	return wired(t, &packet.Packet{Link: packet.Ethernet, SrcMAC: mac, DstMAC: packet.Broadcast, Network: packet.ARP,
		ARP: packet.ARPHeader{Op: op, SenderMAC: mac, SenderIP: sender, TargetIP: target}})
}

// ask asks for an address.
func ask(t testing.TB, about netip.Addr) []byte { return arp(t, packet.ARPRequest, ourMAC, us, about) }

// synFrom asks for a connection with port 80.
func synFrom(src, to netip.Addr, port uint16) *packet.Packet {
	return &packet.Packet{Link: packet.Ethernet, SrcMAC: ourMAC, DstMAC: itsMAC, Network: packet.IPv4, Transport: packet.TCP,
		Src: src, Dst: to, TTL: 64, TCP: packet.TCPHeader{SrcPort: port, DstPort: 80, Seq: 1, Flags: packet.SYN, Window: 1024}}
}

func syn(t testing.TB, to netip.Addr, port uint16) []byte { return wired(t, synFrom(us, to, port)) }

// serve runs a network over what comes in until that and ten seconds are over.
func serve(t *testing.T, n *Network, b *belt, in ...[]byte) (out []packet.Packet) {
	t.Helper()
	b.now = epoch
	if b.end.IsZero() {
		b.end = b.now.Add(10 * time.Second)
	}
	b.in, b.keep = append(b.in, in...), true
	if err := n.Run(b); err != nil {
		t.Fatal(err)
	}
	return b.sent(t)
}

// sent decodes what was.
func (b *belt) sent(t *testing.T) (out []packet.Packet) {
	t.Helper()
	for _, f := range b.out {
		var p packet.Packet
		p.Decode(b.LinkType(), f)
		if p.Odd != 0 {
			t.Errorf("a frame from %v to %v, odd %v", p.SrcMAC, p.DstMAC, p.Odd)
		}
		out = append(out, p)
	}
	return out
}
