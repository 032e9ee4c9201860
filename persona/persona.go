package persona

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"whorl/link"
	"whorl/method"
	"whorl/method/deep"
	"whorl/method/gen2"
	"whorl/osdb"
	"whorl/packet"
)

// Options of a persona.
type Options struct {
	Addr netip.Addr // what it answers for: an IPv4 or an IPv6 address
	// Addr6 is the IPv6 address of the same host beside an IPv4 address: one clock, one
	// source of initial sequence numbers, the same ports and services. The zero Addr: none.
	Addr6 netip.Addr
	// Key is the secret of the network of personas. The same key, address and
	// entry make the same host.
	Key method.Key

	// Ports not named here are closed; but if closed ones are named, all others
	// of that protocol are filtered.
	OpenTCP, ClosedTCP, FilteredTCP []uint16
	ClosedUDP                       []uint16

	Boot  time.Time     // when its timestamp clock was zero; zero means some days before the first packet
	Delay time.Duration // from a packet to its answer
	// Silent are probes that get no answer although the reference has one, and all
	// packets that mean the same.
	Silent []gen2.Probe
	// Resend are the gaps after which a SYN-ACK that is not acknowledged is sent again.
	// Nil: as the record says (SynRcvd of package backoff), and never if it says nothing.
	Resend []time.Duration

	// Services are what is said at open ports; their ports need not be in OpenTCP. At an
	// open port without one everything is accepted and nothing is said, until the peer
	// closes. The slice is only read: personas of one kind can share it.
	Services []Service
	// Dial begins the stream of a visit to a service that has a backend; nil if there can be
	// no more of them now, and then the handshake goes on as at a queue that is full. The
	// visit is valid as long as the stream.
	Dial func(*Visit) Stream
	// Said, if not nil, is told what is said over connections, from within Receive or a call
	// that the persona ordered of its link.
	Said func(*Saying)

	// Scratch is shared with other personas of the same goroutine; nil: its own.
	Scratch *Scratch
}

// Persona is one host. It is used from one goroutine, as all nodes are.
type Persona struct {
	instance
	six    *over6 // nil: it does not answer over IPv6
	o      Options
	key    method.Key
	secret method.Stream
	silent [gen2.NumProbes]bool
	peers  peers
	conns  conns
	timing timing
	tuples tuples

	queries queries

	scratch *Scratch
}

var _ link.Node = (*Persona)(nil)

// New makes a persona of an entry. It refuses what cannot be shown on the wire, and
// entries that answer nothing, with the reason.
func New(e *osdb.Entry, o Options) (*Persona, error) {
	p := &Persona{o: o, secret: o.Key.Stream(o.Addr, "persona"), scratch: cmp.Or(o.Scratch, &Scratch{})}
	if err := p.choose(e); err != nil {
		return nil, fmt.Errorf("persona: %s: %w", e.Name, err)
	}
	p.timing = newTiming(e, &o, &p.secret)
	p.queries = queriesOf(e)
	p.clock.boot = o.Boot
	return p, nil
}

func (p *Persona) choose(e *osdb.Entry) (err error) {
	addr6, err := p.o.addresses()
	if err != nil {
		return err
	}
	if e.Gen2 == nil && e.Gen1 == nil && (p.o.Addr.Is4() || !Over6(e)) {
		return errors.New("the entry says nothing of " + gen2.TestSEQ.String() + " to " + gen2.TestIE.String() + " or of Nmap's first generation")
	}
	for i := 0; i < len(p.key); i += 4 {
		binary.BigEndian.PutUint32(p.key[i:], p.secret.Uint32())
	}
	for _, s := range p.o.Silent {
		if s >= gen2.NumProbes {
			return fmt.Errorf("there is no probe %d to be silent to", s)
		}
		p.silent[s] = true
	}
	if err := p.o.checkServices(); err != nil {
		return err
	}
	c := chooser{r: e.Gen2, secret: &p.secret}
	c.deep, _ = deep.NewReference(e.Extra) // what cannot be read is known of no host
	c.heard = answers(e.Extra)
	first := firstChooser{&c, e.Gen1}
	switch {
	case e.Gen2 != nil:
		if p.instance, err = c.instance(); err == nil {
			err = first.firsts(&p.instance)
		}
	case e.Gen1 != nil:
		p.instance, err = first.alone()
	}
	if err != nil || !addr6.IsValid() {
		return err
	}
	if p.six, err = c.over6(e, &p.instance, addr6); err == nil && p.o.Addr.Is6() { // the answers over IPv4 are of no use
		p.replies, p.six.replies = *p.six.replies, &p.replies
	}
	return err
}

// Addr is the address that the persona answers for, the first if it has two.
func (p *Persona) Addr() netip.Addr { return p.o.Addr }

var broadcast = netip.AddrFrom4([4]byte{255, 255, 255, 255})

// damaged are oddities with which a host drops a packet.
const damaged = packet.OddShort | packet.OddIPLength | packet.OddIPHeader | packet.OddIPChecksum |
	packet.OddTCPOffset | packet.OddChecksum | packet.OddUDPLength | packet.OddFragment

// Receive answers a packet, or not.
func (p *Persona) Receive(now time.Time, in *packet.Packet, out link.Outlet) {
	if in.Network == packet.IPv6 {
		p.receive6(now, in, out)
		return
	}
	if in.Network != packet.IPv4 || in.Dst != p.o.Addr || in.Odd&damaged != 0 || !p.welcome(in) {
		return
	}
	p.wake(now)
	switch in.Transport {
	case packet.TCP:
		p.tcp(now, in, out)
	case packet.UDP:
		p.udp(now, in, out)
	case packet.ICMP:
		p.icmp(now, in, out)
	}
}

// wake starts the clock at the first packet if nobody has set it.
func (p *Persona) wake(now time.Time) {
	if p.clock.boot.IsZero() {
		p.clock.boot = now.Add(-time.Duration(p.secret.Between(3600, 30*86400)) * time.Second)
	}
}

// welcome reports whether the packet comes from an address that can be answered and
// was sent to this host alone (RFC 1122 section 3.2.2).
func (p *Persona) welcome(in *packet.Packet) bool {
	s := in.Src
	return s.Is4() && !s.IsUnspecified() && !s.IsMulticast() && !s.IsLoopback() && s.As4()[0] < 240 &&
		s != p.o.Addr && (in.Link != packet.Ethernet || in.DstMAC[0]&1 == 0)
}

// state is what a port is.
type state uint8

const (
	closed state = iota
	open
	filtered
)

func (p *Persona) tcpPort(port uint16) state {
	switch {
	case slices.Contains(p.o.OpenTCP, port), p.service(port) != nil:
		return open
	case slices.Contains(p.o.FilteredTCP, port), p.o.ClosedTCP != nil && !slices.Contains(p.o.ClosedTCP, port):
		return filtered
	}
	return closed
}

func (p *Persona) udpPort(port uint16) state {
	if p.o.ClosedUDP != nil && !slices.Contains(p.o.ClosedUDP, port) {
		return filtered
	}
	return closed
}

// begin starts a packet to an address.
func (p *Persona) begin(now time.Time, to netip.Addr, t packet.Transport, h *ipHeader) *packet.Packet {
	a := &p.scratch.answer
	if to.Is6() {
		*a = packet.Packet{Network: packet.IPv6, Transport: t, Src: p.six.addr, Dst: to, TTL: h.ttl, TOS: h.tos}
		return a
	}
	*a = packet.Packet{Network: packet.IPv4, Transport: t, Src: p.o.Addr, Dst: to, TTL: h.ttl}
	a.IPv4.DF = h.df
	a.IPv4.ID = p.sources[h.ids].next(now, &p.secret)
	a.TOS = h.tos
	return a
}
