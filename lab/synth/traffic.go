package main

import (
	"encoding/binary"
	"math/rand/v2"
	"net/netip"

	"whorl/data"
	"whorl/method/syn"
	"whorl/osdb"
	"whorl/packet"
)

// servers is how many addresses accept connections, all at one port.
const (
	servers    = 500
	serverPort = 443
)

// traffic makes packets, one after the other.
type traffic struct {
	emit func(*packet.Packet) error
	rng  *rand.Rand
}

// generate makes all packets, the same at every call.
func generate(o options, emit func(*packet.Packet) error) error {
	asks, answers := shapes()
	t := &traffic{emit, rand.New(rand.NewPCG(1, 2))}
	for round := range o.each {
		for h := range o.hosts {
			client := netip.AddrFrom4([4]byte{100, byte(64 + h>>16), byte(h >> 8), byte(h)})
			n := t.rng.IntN(servers)
			server := netip.AddrFrom4([4]byte{198, 18, byte(n >> 8), byte(n)})
			port := uint16(1024 + (h*7+round*31)%60000)
			ask, answer := &asks[h%len(asks)], &answers[n%len(answers)]
			if err := t.connection(o.data, client, server, port, ask, answer, byte(h%20), byte(n%20)); err != nil {
				return err
			}
		}
	}
	return nil
}

// shapes are the SYNs and SYN-ACKs over IPv4 that the embedded database describes.
func shapes() (asks, answers []syn.Signature) {
	set, _ := osdb.Load(osdb.Config{Embedded: data.Files})
	for _, e := range set.Entries() {
		for _, f := range e.Passive() {
			switch s := f.Example(); {
			case s.Version != 4 || s.IPOptions != 0:
			case s.Answer:
				answers = append(answers, s)
			default:
				asks = append(asks, s)
			}
		}
	}
	return asks, answers
}

// record is how data begins: as a record of TLS 1.2 and 1.3 with data of an application
// (RFC 8446 section 5.1).
const record = "\x17\x03\x03"

// connection makes a SYN and, if there is to be data, all that follows.
func (t *traffic) connection(segments int, client, server netip.Addr, port uint16, ask, answer *syn.Signature, hops, back byte) error {
	isn, other := t.rng.Uint32(), t.rng.Uint32()
	p := t.segment(client, server, port, serverPort, ask, hops)
	p.TCP.Flags, p.TCP.Seq = packet.SYN, isn
	err := t.emit(p)
	if segments == 0 || err != nil {
		return err
	}
	p = t.segment(server, client, serverPort, port, answer, back)
	p.TCP.Flags, p.TCP.Seq, p.TCP.Ack = packet.SYN|packet.ACK, other, isn+1
	err = t.emit(p)
	stamps := ask.Layout.Options()&answer.Layout.Options()&syn.OffersTimestamp != 0
	for i := range segments {
		from, to, sport, dport, s, d := client, server, port, uint16(serverPort), ask, hops
		if i%2 == 1 {
			from, to, sport, dport, s, d = server, client, serverPort, port, answer, back
		}
		p = t.segment(from, to, sport, dport, s, d)
		p.TCP.Options = nil
		if stamps {
			p.TCP.Options = t.stamp([]byte{1, 1})
		}
		p.TCP.Flags, p.TCP.Seq, p.TCP.Ack = packet.ACK|packet.PSH, isn+1, other+1
		p.Payload = append([]byte(record), make([]byte, 100+t.rng.IntN(1300))...)
		if e := t.emit(p); err == nil {
			err = e
		}
	}
	return err
}

// segment is a packet with the IP header and the options of a signature.
func (t *traffic) segment(from, to netip.Addr, sport, dport uint16, s *syn.Signature, hops byte) *packet.Packet {
	p := &packet.Packet{Link: packet.Ethernet, SrcMAC: packet.MAC{2, 0, 0, 0, 0, 1}, DstMAC: packet.MAC{2, 0, 0, 0, 0, 2},
		Network: packet.IPv4, Src: from, Dst: to, TTL: s.TTL - min(hops, s.TTL-1), Proto: packet.ProtoTCP, Transport: packet.TCP}
	p.IPv4.DF = s.Quirks.Has(syn.DF)
	if s.Quirks.Has(syn.IDPlus) || !p.IPv4.DF && !s.Quirks.Has(syn.IDMinus) {
		p.IPv4.ID = uint16(1 + t.rng.IntN(65535))
	}
	p.TCP.SrcPort, p.TCP.DstPort, p.TCP.Window = sport, dport, s.Window
	for i := range s.Layout.Len() {
		p.TCP.Options = t.option(p.TCP.Options, s.Layout.Kind(i), s)
	}
	for len(p.TCP.Options)%4 != 0 {
		p.TCP.Options = append(p.TCP.Options, 0)
	}
	return p
}

func (t *traffic) option(b []byte, kind uint8, s *syn.Signature) []byte {
	switch kind {
	case packet.OptMSS:
		return binary.BigEndian.AppendUint16(append(b, kind, 4), s.MSS)
	case packet.OptWScale:
		return append(b, kind, 3, s.Scale)
	case packet.OptSACKOK:
		return append(b, kind, 2)
	case packet.OptTimestamp:
		return t.stamp(b)
	}
	return append(b, kind) // NOP and end of list
}

// stamp appends timestamps of a random clock.
func (t *traffic) stamp(b []byte) []byte {
	b = binary.BigEndian.AppendUint32(append(b, packet.OptTimestamp, 10), t.rng.Uint32()|1)
	return binary.BigEndian.AppendUint32(b, 0)
}
