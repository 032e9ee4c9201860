// Command synth writes a capture of many hosts to standard output: each opens connections
// with SYNs that a record of the embedded database describes, from a distance of its own.
//
//	go run ./lab/synth -hosts 300000 >syns.pcap
//	go run ./lab/synth -hosts 2000 -data 8 >mixed.pcap
package main

import (
	"bufio"
	"encoding/binary"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/netip"
	"os"
	"time"

	"whorl/data"
	"whorl/method/syn"
	"whorl/osdb"
	"whorl/packet"
)

func main() {
	var o options
	flag.IntVar(&o.hosts, "hosts", 300_000, "clients")
	flag.IntVar(&o.each, "each", 4, "connections of each")
	flag.IntVar(&o.data, "data", 0, "segments of data in each; 0: SYNs alone")
	flag.Parse()
	w := bufio.NewWriterSize(os.Stdout, 1<<20)
	err := write(w, o)
	if err == nil {
		err = w.Flush()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "synth:", err)
		os.Exit(1)
	}
}

type options struct{ hosts, each, data int }

// servers is how many addresses accept connections.
const servers = 500

// capture writes pcap records, 10 microseconds apart.
type capture struct {
	out   io.Writer
	at    time.Time
	frame []byte
	rng   *rand.Rand
}

func write(out io.Writer, o options) error {
	set, _ := osdb.Load(osdb.Config{Embedded: data.Files})
	var asks, answers []syn.Signature
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
	head := binary.LittleEndian.AppendUint32(nil, 0xa1b2c3d4)
	head = append(head, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	head = binary.LittleEndian.AppendUint32(head, 65535)
	head = binary.LittleEndian.AppendUint32(head, uint32(packet.Ethernet))
	if _, err := out.Write(head); err != nil {
		return err
	}
	c := &capture{out: out, at: time.Unix(1_700_000_000, 0), rng: rand.New(rand.NewPCG(1, 2))}
	for round := range o.each {
		for h := range o.hosts {
			client := netip.AddrFrom4([4]byte{100, byte(64 + h>>16), byte(h >> 8), byte(h)})
			n := c.rng.IntN(servers)
			server := netip.AddrFrom4([4]byte{198, 18, byte(n >> 8), byte(n)})
			port := uint16(1024 + (h*7+round*31)%60000)
			ask, answer := &asks[h%len(asks)], &answers[n%len(answers)]
			if err := c.connection(o.data, client, server, port, ask, answer, byte(h%20), byte(n%20)); err != nil {
				return err
			}
		}
	}
	return nil
}

// connection writes a SYN and, if there is to be data, all that follows.
func (c *capture) connection(segments int, client, server netip.Addr, port uint16, ask, answer *syn.Signature, hops, back byte) error {
	isn, other := c.rng.Uint32(), c.rng.Uint32()
	p := c.segment(client, server, port, 443, ask, hops)
	p.TCP.Flags, p.TCP.Seq = packet.SYN, isn
	err := c.record(p)
	if segments == 0 || err != nil {
		return err
	}
	p = c.segment(server, client, 443, port, answer, back)
	p.TCP.Flags, p.TCP.Seq, p.TCP.Ack = packet.SYN|packet.ACK, other, isn+1
	err = c.record(p)
	stamps := ask.Layout.Options()&answer.Layout.Options()&syn.OffersTimestamp != 0
	for i := range segments {
		from, to, sport, dport, s, d := client, server, port, uint16(443), ask, hops
		if i%2 == 1 {
			from, to, sport, dport, s, d = server, client, 443, port, answer, back
		}
		p = c.segment(from, to, sport, dport, s, d)
		p.TCP.Options = nil
		if stamps {
			p.TCP.Options = c.stamp([]byte{1, 1})
		}
		p.TCP.Flags, p.TCP.Seq, p.TCP.Ack = packet.ACK|packet.PSH, isn+1, other+1
		p.Payload = make([]byte, 100+c.rng.IntN(1300))
		if e := c.record(p); err == nil {
			err = e
		}
	}
	return err
}

// segment is a packet with the IP header and the options of a signature.
func (c *capture) segment(from, to netip.Addr, sport, dport uint16, s *syn.Signature, hops byte) *packet.Packet {
	p := &packet.Packet{Link: packet.Ethernet, SrcMAC: packet.MAC{2, 0, 0, 0, 0, 1}, DstMAC: packet.MAC{2, 0, 0, 0, 0, 2},
		Network: packet.IPv4, Src: from, Dst: to, TTL: s.TTL - min(hops, s.TTL-1), Proto: packet.ProtoTCP, Transport: packet.TCP}
	p.IPv4.DF = s.Quirks.Has(syn.DF)
	if s.Quirks.Has(syn.IDPlus) || !p.IPv4.DF && !s.Quirks.Has(syn.IDMinus) {
		p.IPv4.ID = uint16(1 + c.rng.IntN(65535))
	}
	p.TCP.SrcPort, p.TCP.DstPort, p.TCP.Window = sport, dport, s.Window
	for i := range s.Layout.Len() {
		p.TCP.Options = c.option(p.TCP.Options, s.Layout.Kind(i), s)
	}
	for len(p.TCP.Options)%4 != 0 {
		p.TCP.Options = append(p.TCP.Options, 0)
	}
	return p
}

func (c *capture) option(b []byte, kind uint8, s *syn.Signature) []byte {
	switch kind {
	case packet.OptMSS:
		return binary.BigEndian.AppendUint16(append(b, kind, 4), s.MSS)
	case packet.OptWScale:
		return append(b, kind, 3, s.Scale)
	case packet.OptSACKOK:
		return append(b, kind, 2)
	case packet.OptTimestamp:
		return c.stamp(b)
	}
	return append(b, kind) // NOP and end of list
}

// stamp appends timestamps of a random clock.
func (c *capture) stamp(b []byte) []byte {
	b = binary.BigEndian.AppendUint32(append(b, packet.OptTimestamp, 10), c.rng.Uint32()|1)
	return binary.BigEndian.AppendUint32(b, 0)
}

func (c *capture) record(p *packet.Packet) error {
	var err error
	if c.frame, err = p.Append(append(c.frame[:0], make([]byte, 16)...)); err != nil {
		return err
	}
	n := uint32(len(c.frame) - 16)
	c.at = c.at.Add(10 * time.Microsecond)
	binary.LittleEndian.PutUint32(c.frame, uint32(c.at.Unix()))
	binary.LittleEndian.PutUint32(c.frame[4:], uint32(c.at.Nanosecond()/1000))
	binary.LittleEndian.PutUint32(c.frame[8:], n)
	binary.LittleEndian.PutUint32(c.frame[12:], n)
	_, err = c.out.Write(c.frame)
	return err
}
