package spare

import (
	"errors"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"whorl/link"
	"whorl/link/sim"
	"whorl/packet"
)

var (
	free   = netip.MustParseAddr("10.77.1.9")
	other  = netip.MustParseAddr("10.77.1.2")
	ours   = packet.MAC{2, 0, 0, 0, 0, 1}
	theirs = packet.MAC{2, 0, 0, 0, 0, 2}
	route  = link.Route{Interface: "v0", Index: 1, Link: packet.Ethernet, Src: free, SrcMAC: ours, NextHop: other}
)

// segment is a link on which these frames come, a millisecond apart.
type segment struct {
	now    time.Time
	coming [][]byte
	sent   []packet.Packet
}

func (s *segment) LinkType() packet.LinkType { return packet.Ethernet }
func (s *segment) Now() time.Time            { return s.now }
func (s *segment) Close() error              { return nil }

func (s *segment) Send(frame []byte) (time.Time, error) {
	var p packet.Packet
	p.Decode(packet.Ethernet, slices.Clone(frame))
	s.sent = append(s.sent, p)
	return s.now, nil
}

func (s *segment) Recv(buf []byte, deadline time.Time) (int, time.Time, error) {
	next := s.now.Add(time.Millisecond)
	if len(s.coming) == 0 || next.After(deadline) {
		s.now = deadline
		return 0, s.now, link.ErrTimeout
	}
	s.now = next
	n := copy(buf, s.coming[0])
	s.coming = s.coming[1:]
	return n, s.now, nil
}

func (s *segment) comes(t *testing.T, p packet.Packet) {
	t.Helper()
	p.Link = packet.Ethernet
	if p.SrcMAC.IsZero() {
		p.SrcMAC = theirs
	}
	if p.DstMAC.IsZero() {
		p.DstMAC = ours
	}
	frame, err := p.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	s.coming = append(s.coming, frame)
}

// arp is a question or an answer of ARP.
func arp(op uint16, mac packet.MAC, from, about string) packet.Packet {
	return packet.Packet{SrcMAC: mac, DstMAC: packet.Broadcast, Network: packet.ARP, ARP: packet.ARPHeader{
		Op: op, SenderMAC: mac, SenderIP: netip.MustParseAddr(from), TargetIP: netip.MustParseAddr(about)}}
}

// segmentTo is a TCP segment for the spare address.
func segmentTo(port uint16, flags packet.Flags, payload string) packet.Packet {
	return packet.Packet{Network: packet.IPv4, Src: other, Dst: free, TTL: 64, Transport: packet.TCP, Payload: []byte(payload),
		TCP: packet.TCPHeader{SrcPort: 80, DstPort: port, Seq: 1000, Ack: 2000, Flags: flags, Window: 100}}
}

// hear takes all frames and gives what was answered.
func hear(t *testing.T, c *Conn, s *segment) []packet.Packet {
	t.Helper()
	s.sent = nil
	buf := make([]byte, 2048)
	for len(s.coming) > 0 {
		if _, _, err := c.Recv(buf, s.now.Add(time.Second)); err != nil {
			t.Fatal(err)
		}
	}
	return s.sent
}

// A free address is asked for three times and announced; the route's own question is all
// that leaves.
func TestClaim(t *testing.T) {
	s := &segment{}
	s.comes(t, arp(packet.ARPRequest, theirs, "10.77.1.2", "10.77.1.9")) // wants to talk to it, has it not
	s.comes(t, arp(packet.ARPRequest, ours, "0.0.0.0", "10.77.1.9"))     // our own, by a loop
	s.comes(t, arp(packet.ARPReply, theirs, "10.77.1.2", "10.77.1.1"))
	if err := Claim(s, route); err != nil {
		t.Fatal(err)
	}
	if took := s.now.Sub(time.Time{}); took > time.Second {
		t.Errorf("took %v", took)
	}
	var asked []string
	for _, p := range s.sent {
		if p.DstMAC != packet.Broadcast || p.ARP.Op != packet.ARPRequest || p.ARP.SenderMAC != ours || p.ARP.TargetIP != free {
			t.Errorf("%+v", p.ARP)
		}
		asked = append(asked, p.ARP.SenderIP.String())
	}
	if want := []string{"0.0.0.0", "0.0.0.0", "0.0.0.0", "10.77.1.9"}; !slices.Equal(asked, want) {
		t.Errorf("asked as %v, want %v", asked, want)
	}
}

// An address that somebody has, or is about to take, is refused by name.
func TestClaimConflict(t *testing.T) {
	for name, p := range map[string]packet.Packet{
		"answers":   arp(packet.ARPReply, theirs, "10.77.1.9", "0.0.0.0"),
		"uses it":   arp(packet.ARPRequest, theirs, "10.77.1.9", "10.77.1.1"),
		"announces": arp(packet.ARPRequest, theirs, "10.77.1.9", "10.77.1.9"),
		"asks too":  arp(packet.ARPRequest, theirs, "0.0.0.0", "10.77.1.9"),
	} {
		s := &segment{}
		s.comes(t, p)
		var taken *Conflict
		if err := Claim(s, route); !errors.As(err, &taken) || taken.MAC != theirs || taken.Addr != free {
			t.Errorf("%s: %v", name, err)
		}
	}
	n := sim.New(sim.Options{Link: packet.Ethernet})
	n.Add(free, nil)
	n.Otherwise(func(netip.Addr) link.Node { return nil })
	if err := Claim(n, route); err != nil {
		t.Errorf("nobody is there: %v", err)
	}
}

// ARP is answered for the address alone, to who asked.
func TestARP(t *testing.T) {
	s := &segment{}
	c := New(s, route)
	s.comes(t, arp(packet.ARPRequest, theirs, "10.77.1.2", "10.77.1.9"))
	s.comes(t, arp(packet.ARPRequest, theirs, "10.77.1.2", "10.77.1.10"))
	s.comes(t, arp(packet.ARPRequest, theirs, "10.77.1.2", "10.77.1.1"))
	s.comes(t, arp(packet.ARPReply, theirs, "10.77.1.2", "10.77.1.9"))
	s.comes(t, packet.Packet{Network: packet.IPv4, Src: other, Dst: free, TTL: 64, Transport: packet.ICMP, ICMP: packet.ICMPHeader{Type: 8}})
	got := hear(t, c, s)
	if len(got) != 1 || got[0].DstMAC != theirs || got[0].SrcMAC != ours {
		t.Fatalf("%+v", got)
	}
	want := packet.ARPHeader{Op: packet.ARPReply, SenderMAC: ours, SenderIP: free, TargetMAC: theirs, TargetIP: other}
	if got[0].ARP != want {
		t.Errorf("%+v, want %+v", got[0].ARP, want)
	}
}

// Somebody else who uses the address ends the link.
func TestConflictLater(t *testing.T) {
	s := &segment{}
	s.comes(t, arp(packet.ARPRequest, ours, "10.77.1.9", "10.77.1.2")) // our own, by a loop
	s.comes(t, arp(packet.ARPRequest, theirs, "10.77.1.9", "10.77.1.1"))
	c, buf := New(s, route), make([]byte, 2048)
	if _, _, err := c.Recv(buf, s.now.Add(time.Second)); err != nil {
		t.Error(err)
	}
	var taken *Conflict
	if n, _, err := c.Recv(buf, s.now.Add(time.Second)); n != 0 || !errors.As(err, &taken) || taken.MAC != theirs {
		t.Errorf("%d bytes, %v", n, err)
	}
}

// Segments of no connection are reset as RFC 9293 says, unless their port is silent.
func TestRefuse(t *testing.T) {
	s := &segment{}
	c := New(s, route)
	reset := func(seq, ack uint32, flags packet.Flags) packet.TCPHeader {
		return packet.TCPHeader{SrcPort: 40000, DstPort: 80, Seq: seq, Ack: ack, Flags: flags}
	}
	broken := segmentTo(40000, packet.SYN|packet.ACK, "")
	for _, tt := range []struct {
		name string
		p    packet.Packet
		want []packet.TCPHeader
	}{
		{"SYN-ACK", segmentTo(40000, packet.SYN|packet.ACK, ""), []packet.TCPHeader{reset(2000, 0, packet.RST)}},
		{"data", segmentTo(40000, packet.ACK|packet.PSH, "abc"), []packet.TCPHeader{reset(2000, 0, packet.RST)}},
		{"FIN without ACK", segmentTo(40000, packet.FIN, "abc"), []packet.TCPHeader{reset(0, 1004, packet.RST|packet.ACK)}},
		{"SYN", segmentTo(40000, packet.SYN, ""), []packet.TCPHeader{reset(0, 1001, packet.RST|packet.ACK)}},
		{"RST", segmentTo(40000, packet.RST|packet.ACK, ""), nil},
		{"for another", func() packet.Packet { p := broken; p.Dst = other; return p }(), nil},
		{"to all", func() packet.Packet { p := broken; p.DstMAC = packet.Broadcast; return p }(), nil},
		{"from nobody", func() packet.Packet { p := broken; p.Src = netip.IPv4Unspecified(); return p }(), nil},
	} {
		s.comes(t, tt.p)
		var got []packet.TCPHeader
		for _, q := range hear(t, c, s) {
			if q.Odd != 0 || q.Src != free || q.Dst != other || q.SrcMAC != ours || q.DstMAC != theirs || q.TTL != 64 || !q.IPv4.DF {
				t.Errorf("%s: %+v", tt.name, q)
			}
			got = append(got, q.TCP)
		}
		if d := cmp.Diff(tt.want, got, cmpopts.IgnoreFields(packet.TCPHeader{}, "Checksum"), cmpopts.EquateEmpty()); d != "" {
			t.Errorf("%s: %s", tt.name, d)
		}
	}
	s.comes(t, broken)
	s.coming[0][len(s.coming[0])-6] ^= 1 // the window: the checksum is wrong now
	if got := hear(t, c, s); len(got) != 0 {
		t.Errorf("wrong checksum: %d answers", len(got))
	}
}

func TestSilence(t *testing.T) {
	s := &segment{}
	c := New(s, route)
	answers := func(port uint16) int {
		s.comes(t, segmentTo(port, packet.SYN|packet.ACK, ""))
		return len(hear(t, c, s))
	}
	first, ports := c.Silence(16)
	if first < lowestSilent || first+16 > highestSilent {
		t.Errorf("from %d on", first)
	}
	second, more := c.Silence(16)
	for n := range uint16(16) {
		if answers(first+n)+answers(second+n) != 0 {
			t.Errorf("port %d or %d was answered", first+n, second+n)
		}
	}
	if answers(lowestSilent-1) != 1 || answers(highestSilent) != 1 {
		t.Error("others are silent")
	}
	more.Close()
	if answers(first) != 0 {
		t.Error("one silence ended the other")
	}
	ports.Close()
	if answers(first) != 1 || answers(second) != 1 {
		t.Error("silence after its end")
	}
}

// The abilities of the link are kept, and its end is known.
func TestAbilities(t *testing.T) {
	n := sim.New(sim.Options{Link: packet.Ethernet})
	c := New(n, route)
	frame, err := (&packet.Packet{Link: packet.Ethernet, SrcMAC: ours, DstMAC: theirs, Network: packet.ARP, ARP: arp(1, ours, "10.77.1.9", "10.77.1.2").ARP}).Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	sent := make([]time.Time, 2)
	if k, err := c.SendBatch([][]byte{frame, frame}, sent); k != 2 || err != nil || !sent[1].After(sent[0]) || c.Drops() != 0 {
		t.Errorf("%d sent at %v, %v, %d lost", k, sent, err, c.Drops())
	}
	if c.Ended() {
		t.Error("ended before Close")
	}
	if err := c.Close(); err != nil || !c.Ended() {
		t.Errorf("%v, ended %v", err, c.Ended())
	}
	if k, err := c.SendBatch([][]byte{frame}, sent); k != 0 || err == nil {
		t.Errorf("%d sent on a closed link, %v", k, err)
	}
}

// FuzzRecv: no frame does harm, and no answer goes to who did not ask: one at most, to the
// sender of the frame, or to all for who asks in nobody's name.
func FuzzRecv(f *testing.F) {
	for _, p := range []packet.Packet{segmentTo(40000, packet.SYN|packet.ACK, "x"), arp(packet.ARPRequest, theirs, "10.77.1.2", "10.77.1.9"),
		segmentTo6(40000, packet.SYN|packet.ACK), neighbour(packet.ICMPv6NeighborSol, theirs, other6, free6), neighbour(packet.ICMPv6NeighborSol, theirs, nobody6, free6)} {
		p.Link, p.SrcMAC, p.DstMAC = packet.Ethernet, theirs, ours
		frame, err := p.Append(nil)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(frame)
	}
	f.Fuzz(func(t *testing.T, frame []byte) {
		four, six := &segment{coming: [][]byte{frame}}, &segment{coming: [][]byte{frame}}
		New(four, route).Recv(make([]byte, 65536), time.Time{}.Add(time.Second))
		new6(six).Recv(make([]byte, 65536), time.Time{}.Add(time.Second))
		if len(four.sent) > 1 || len(six.sent) > 1 {
			t.Fatalf("%d answers, %d over IPv6", len(four.sent), len(six.sent))
		}
		for _, p := range slices.Concat(four.sent, six.sent) {
			if p.DstMAC != packet.MAC(frame[6:12]) && p.Dst != allNodes || p.SrcMAC != ours || p.Transport == packet.TCP && !p.TCP.Flags.Has(packet.RST) {
				t.Errorf("%+v to a frame %x", p, frame)
			}
		}
	})
}
