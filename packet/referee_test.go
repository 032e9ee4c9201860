package packet_test

import (
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"

	. "whorl/packet"
)

// The referee is gopacket: it takes the same frames apart and must see the same.

// facts are what both decoders are asked for, as text. Bytes are written out, so that
// an absent and an empty field are one.
type facts struct{ network, chain, transport string }

func ours(p *Packet) (f facts) {
	switch p.Network {
	case IPv4:
		h := &p.IPv4
		f.network = fmt.Sprintf("4 %v %v tos %d ttl %d proto %d len %d id %d %v %v %v off %d sum %d opt %x",
			p.Src, p.Dst, p.TOS, p.TTL, p.Proto, h.TotalLen, h.ID, h.Reserved, h.DF, h.MF, h.Offset, h.Checksum, h.Options)
	case IPv6:
		f.network = fmt.Sprintf("6 %v %v class %d flow %d hops %d next %d len %d",
			p.Src, p.Dst, p.TOS, p.IPv6.FlowLabel, p.TTL, p.IPv6.NextHeader, p.IPv6.PayloadLen)
		f.chain = chain(p)
	case ARP:
		a := &p.ARP
		f.network = fmt.Sprintf("arp %d %v %v %v %v", a.Op, a.SenderMAC, a.SenderIP, a.TargetMAC, a.TargetIP)
	}
	switch p.Transport {
	case TCP:
		h := &p.TCP
		f.transport = fmt.Sprintf("tcp %d %d seq %d ack %d res %d flags %08b win %d sum %d urg %d opt %x data %x",
			h.SrcPort, h.DstPort, h.Seq, h.Ack, h.Reserved, uint8(h.Flags), h.Window, h.Checksum, h.Urgent, h.Options, p.Payload)
	case UDP:
		h := &p.UDP
		f.transport = fmt.Sprintf("udp %d %d len %d sum %d data %x", h.SrcPort, h.DstPort, h.Length, h.Checksum, p.Payload)
	case ICMP, ICMPv6:
		h := &p.ICMP
		f.transport = fmt.Sprintf("icmp %d/%d sum %d rest and data %08x%x", h.Type, h.Code, h.Checksum, h.Rest, p.Payload)
	}
	return f
}

// chain are the extension headers that gopacket has layers for.
func chain(p *Packet) (out string) {
	for kind, raw := p.IPv6.NextHeader, p.IPv6.Extensions; ; {
		e, rest, ok := NextExtension(kind, raw)
		switch {
		case !ok:
			return out
		case kind == ExtHopByHop, kind == ExtDestination, kind == ExtRouting:
			out += fmt.Sprintf(" %d:%x", kind, e.Data)
		}
		kind, raw = e.Next, rest
	}
}

// theirChain is one header of it.
func theirChain(l gopacket.Layer) string {
	switch l.(type) {
	case *layers.IPv6HopByHop:
		return fmt.Sprintf(" %d:%x", ExtHopByHop, l.LayerContents()[2:])
	case *layers.IPv6Destination:
		return fmt.Sprintf(" %d:%x", ExtDestination, l.LayerContents()[2:])
	case *layers.IPv6Routing:
		return fmt.Sprintf(" %d:%x", ExtRouting, l.LayerContents()[2:])
	}
	return ""
}

// theirs are the first network and transport layers that gopacket finds; a later one
// is inside a tunnel.
func theirs(frame []byte, link gopacket.Decoder) (f facts) {
	g := gopacket.NewPacket(frame, link, gopacket.DecodeOptions{NoCopy: true})
	for _, l := range g.Layers() {
		if len(l.LayerContents()) < leastHeader[l.LayerType()] {
			break // gopacket lists a layer that it could not read
		}
		network, transport := theirNetwork(l), theirTransport(l)
		if network != "" && f.network != "" {
			break
		}
		f.network += network
		if f.transport == "" {
			f.transport, f.chain = transport, f.chain+theirChain(l)
		}
	}
	return f
}

// leastHeader is how many bytes the headers have at least.
var leastHeader = map[gopacket.LayerType]int{
	layers.LayerTypeARP: 28, layers.LayerTypeIPv4: 20, layers.LayerTypeIPv6: 40,
	layers.LayerTypeIPv6HopByHop: 8, layers.LayerTypeIPv6Destination: 8, layers.LayerTypeIPv6Routing: 8,
	layers.LayerTypeTCP: 20, layers.LayerTypeUDP: 8, layers.LayerTypeICMPv4: 8, layers.LayerTypeICMPv6: 4,
}

func theirNetwork(l gopacket.Layer) string {
	switch h := l.(type) {
	case *layers.IPv4:
		if h.SrcIP == nil { // left unread because of an option that gopacket does not like
			return ""
		}
		bit := func(f layers.IPv4Flag) bool { return h.Flags&f != 0 }
		return fmt.Sprintf("4 %v %v tos %d ttl %d proto %d len %d id %d %v %v %v off %d sum %d opt %x",
			h.SrcIP, h.DstIP, h.TOS, h.TTL, uint8(h.Protocol), h.Length, h.Id,
			bit(layers.IPv4EvilBit), bit(layers.IPv4DontFragment), bit(layers.IPv4MoreFragments), h.FragOffset, h.Checksum, h.Contents[20:])
	case *layers.IPv6:
		return fmt.Sprintf("6 %v %v class %d flow %d hops %d next %d len %d",
			netip.AddrFrom16([16]byte(h.SrcIP)), netip.AddrFrom16([16]byte(h.DstIP)), h.TrafficClass, h.FlowLabel, h.HopLimit, uint8(h.NextHeader), h.Length)
	case *layers.ARP:
		return fmt.Sprintf("arp %d %v %v %v %v", h.Operation, net.HardwareAddr(h.SourceHwAddress), net.IP(h.SourceProtAddress),
			net.HardwareAddr(h.DstHwAddress), net.IP(h.DstProtAddress))
	}
	return ""
}

func theirTransport(l gopacket.Layer) string {
	switch h := l.(type) {
	case *layers.TCP:
		return fmt.Sprintf("tcp %d %d seq %d ack %d res %d flags %08b win %d sum %d urg %d opt %x data %x",
			h.SrcPort, h.DstPort, h.Seq, h.Ack, h.Contents[12]&15, h.Contents[13], h.Window, h.Checksum, h.Urgent, h.Contents[20:], h.Payload)
	case *layers.UDP:
		return fmt.Sprintf("udp %d %d len %d sum %d data %x", h.SrcPort, h.DstPort, h.Length, h.Checksum, h.Payload)
	case *layers.ICMPv4:
		return fmt.Sprintf("icmp %d/%d sum %d rest and data %x%x", h.TypeCode.Type(), h.TypeCode.Code(), h.Checksum, h.Contents[4:], h.Payload)
	case *gopacket.Fragment:
		return "fragment"
	case *layers.ICMPv6:
		return fmt.Sprintf("icmp %d/%d sum %d rest and data %x", h.TypeCode.Type(), h.TypeCode.Code(), h.Checksum, h.Payload)
	}
	return ""
}

var refereeLinks = map[LinkType]gopacket.Decoder{
	Null: layers.LinkTypeNull, Ethernet: layers.LinkTypeEthernet, Loop: layers.LinkTypeLoop, SLL: layers.LinkTypeLinuxSLL,
	SLL2: layers.LinkTypeLinuxSLL2, PPP: layers.LinkTypePPP, IPv4Only: layers.LayerTypeIPv4, IPv6Only: layers.LayerTypeIPv6,
	PFLog: layers.LinkTypePFLog, Radiotap: layers.LinkTypeIEEE80211Radio, PPPEther: layers.LayerTypePPPoE,
}

func TestRefereeOnCarriers(t *testing.T) {
	for _, c := range carriers {
		decoder, ok := refereeLinks[c.link]
		if !ok || c.unjudged {
			continue
		}
		var p Packet
		p.Decode(c.link, c.frame())
		if got, want := ours(&p), theirs(c.frame(), decoder); got != want {
			t.Errorf("%s:\nours   %v\ntheirs %v", c.name, got, want)
		}
	}
}

func TestRefereeOnWires(t *testing.T) {
	for _, w := range wires {
		link := refereeLinks[w.link]
		if w.link == Raw {
			link = refereeLinks[IPv4Only]
			if w.want.Network == IPv6 {
				link = refereeLinks[IPv6Only]
			}
		}
		var p Packet
		p.Decode(w.link, w.frame)
		want, got := theirs(w.frame, link), ours(&p)
		if want.transport == "fragment" { // also if the fragment is the first or the only one
			got.transport = want.transport
		}
		if got != want {
			t.Errorf("%s:\nours   %v\ntheirs %v", w.name, got, want)
		}
	}
}

// random makes a well-formed packet of any kind that Append can write.
func random(r *rand.Rand) (p Packet) {
	fill := func(n int) []byte {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		return b
	}
	p.Link = Ethernet
	p.SrcMAC, p.DstMAC = MAC(fill(6)), MAC(fill(6))
	p.VLANs = uint8(r.IntN(3))
	for i := range p.VLANs {
		p.VLAN[i] = uint16(r.Uint32())
	}
	p.TTL, p.TOS = uint8(r.Uint32()), uint8(r.Uint32())
	p.Payload = fill(r.IntN(64))
	if r.IntN(2) == 0 {
		p.Network, p.Src, p.Dst = IPv4, netip.AddrFrom4([4]byte(fill(4))), netip.AddrFrom4([4]byte(fill(4)))
		p.IPv4 = IPv4Header{ID: uint16(r.Uint32()), Reserved: r.IntN(2) == 0, DF: r.IntN(2) == 0}
		for range r.IntN(11) {
			p.IPv4.Options = append(p.IPv4.Options, 1, 1, 1, 1)
		}
	} else {
		p.Network, p.Src, p.Dst = IPv6, netip.AddrFrom16([16]byte(fill(16))), netip.AddrFrom16([16]byte(fill(16)))
		p.IPv6.FlowLabel = r.Uint32() & 0xfffff
	}
	transport := r.IntN(3)
	if p.Network == IPv6 {
		last := [...]uint8{ProtoTCP, ProtoUDP, ProtoICMPv6}[transport]
		p.IPv6.NextHeader, p.IPv6.Extensions = randomChain(r, last)
	}
	switch transport {
	case 0:
		p.Transport = TCP
		p.TCP = TCPHeader{
			SrcPort: uint16(r.Uint32()), DstPort: uint16(r.Uint32()), Seq: r.Uint32(), Ack: r.Uint32(),
			Reserved: uint8(r.IntN(16)), Flags: Flags(r.Uint32()), Window: uint16(r.Uint32()), Urgent: uint16(r.Uint32()),
		}
		for len(p.TCP.Options) < 32 && r.IntN(4) > 0 {
			n := r.IntN(7)
			p.TCP.Options = append(append(p.TCP.Options, 253, byte(n+2)), fill(n)...)
		}
		for len(p.TCP.Options)%4 != 0 {
			p.TCP.Options = append(p.TCP.Options, OptNOP)
		}
	case 1:
		p.Transport = UDP
		// A port without a protocol that gopacket would go on to take apart.
		p.UDP = UDPHeader{SrcPort: uint16(r.Uint32()) | 0x8000, DstPort: 49151}
	default:
		p.Transport = ICMP
		p.ICMP = ICMPHeader{Type: uint8(r.Uint32()), Code: uint8(r.Uint32()), Rest: r.Uint32()}
		if p.Network == IPv6 {
			p.Transport, p.ICMP.Type = ICMPv6, 200 // for private use: gopacket reads the rest as data
		}
	}
	return p
}

// randomChain is extension headers before a transport: the first kind, and all in a row.
func randomChain(r *rand.Rand, last uint8) (first uint8, raw []byte) {
	kinds := []uint8{}
	for len(kinds) < 7 && r.IntN(3) > 0 {
		kinds = append(kinds, []uint8{ExtHopByHop, ExtDestination, ExtRouting}[r.IntN(3)])
	}
	kinds = append(kinds, last)
	for i, kind := range kinds[:len(kinds)-1] {
		units := r.IntN(3)
		h := []byte{kinds[i+1], byte(units), 1, byte(4 + 8*units)} // options: PadN to the end
		if kind == ExtRouting {
			h[2], h[3] = 253, 0 // experimental, no segments left (RFC 4727)
		}
		raw = append(append(raw, h...), make([]byte, 4+8*units)...)
	}
	return kinds[0], raw
}

func TestRefereeOnRandom(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		made := random(r)
		frame := frameOf(t, made)
		var p Packet
		p.Decode(Ethernet, frame)
		if p.Odd != 0 {
			t.Fatalf("%x: odd %q", frame, p.Odd)
		}
		if want, got := theirs(frame, refereeLinks[Ethernet]), ours(&p); got != want {
			t.Fatalf("%x:\nours   %v\ntheirs %v", frame, got, want)
		}
		g := gopacket.NewPacket(frame, layers.LinkTypeEthernet, gopacket.DecodeOptions{NoCopy: true})
		for _, l := range g.Layers() {
			if l, ok := l.(interface {
				SetNetworkLayerForChecksum(gopacket.NetworkLayer) error
			}); ok {
				l.SetNetworkLayerForChecksum(g.NetworkLayer())
			}
		}
		if err, wrong := g.VerifyChecksums(); err != nil || len(wrong) > 0 {
			t.Fatalf("%x: checksums: %v %v", frame, err, wrong)
		}
	}
}

// gopacket reads neighbour discovery as we write it.
func TestRefereeOnNeighbors(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 1000 {
		p := random(r)
		n := Neighbor{Target: netip.AddrFrom16([16]byte{0x20, 1, 13: byte(r.Uint32()), 15: byte(r.Uint32())})}
		if r.IntN(2) == 0 {
			n.MAC = p.SrcMAC
		}
		p.IPv6.Extensions, p.Src, p.Dst, p.Proto = nil, a6, b6, ProtoICMPv6
		ask := r.IntN(2) == 0
		if ask {
			p.SetNeighbor(ICMPv6NeighborSol, n)
		} else {
			n.Router, n.Solicited, n.Override = r.IntN(2) == 0, r.IntN(2) == 0, r.IntN(2) == 0
			p.SetNeighbor(ICMPv6NeighborAdv, n)
		}
		g := gopacket.NewPacket(frameOf(t, p), layers.LinkTypeEthernet, gopacket.DecodeOptions{NoCopy: true})
		theirs, option := Neighbor{}, layers.ICMPv6OptTargetAddress
		var options layers.ICMPv6Options
		if s, ok := g.Layer(layers.LayerTypeICMPv6NeighborSolicitation).(*layers.ICMPv6NeighborSolicitation); ok && ask {
			theirs.Target, options, option = netip.AddrFrom16([16]byte(s.TargetAddress)), s.Options, layers.ICMPv6OptSourceAddress
		} else if a, ok := g.Layer(layers.LayerTypeICMPv6NeighborAdvertisement).(*layers.ICMPv6NeighborAdvertisement); ok && !ask {
			theirs.Target, options = netip.AddrFrom16([16]byte(a.TargetAddress)), a.Options
			theirs.Router, theirs.Solicited, theirs.Override = a.Router(), a.Solicited(), a.Override()
		}
		for _, o := range options {
			if o.Type == option {
				theirs.MAC = MAC(o.Data)
			}
		}
		if theirs != n {
			t.Fatalf("ours %v, theirs %v", n, theirs)
		}
	}
}

// FuzzReferee compares whatever both decoders take for well-formed.
func FuzzReferee(f *testing.F) {
	for _, w := range wires {
		f.Add(uint16(w.link), w.frame)
	}
	for _, c := range carriers {
		f.Add(uint16(c.link), c.frame())
	}
	r := rand.New(rand.NewPCG(3, 4))
	for range 50 {
		f.Add(uint16(Ethernet), frameOf(f, random(r)))
	}
	f.Fuzz(func(t *testing.T, link uint16, frame []byte) {
		decoder, ok := refereeLinks[LinkType(link)]
		if !ok {
			return
		}
		var p Packet
		p.Decode(LinkType(link), frame)
		if p.Odd&^OddChecksum != 0 || p.Network == NoNetwork {
			return
		}
		got, want := ours(&p), theirs(frame, decoder)
		switch {
		case want.transport == "fragment" || want.transport == "":
			want.transport, want.chain = got.transport, got.chain // gopacket went no further
		case p.Transport == OtherTransport && (p.Proto == ProtoICMP || p.Proto == ProtoICMPv6):
			want.transport = got.transport // ICMP of the other IP version, which gopacket reads all the same
		}
		if want.network != "" && got != want {
			t.Fatalf("%v %x:\nours   %v\ntheirs %v", LinkType(link), frame, got, want)
		}
	})
}
