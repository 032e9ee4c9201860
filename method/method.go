// Package method is the contract that every way to fingerprint a stack keeps:
// what a probe is ([Shape]), how an exchange runs in time ([Machine]) and how a
// result reads as text ([Line]).
//
// Methods are pure. They have no socket, clock, goroutine or global: a machine is
// fed times and packets and hands back packets and the time it wants to be asked
// again. The scanner drives machines over a link, tests drive them in virtual
// time, and the same run gives the same bytes.
package method

import (
	"time"

	"whorl/packet"
)

// Machine is one exchange with one host.
type Machine interface {
	// Poll puts the packets that are due into out and returns when to call it
	// again. The zero time means that the machine has finished.
	Poll(now time.Time, out *Outbox) (wake time.Time)

	// Sent tells when the packet with that tag left. It is called once for every
	// packet put into the outbox, before any answer to it is delivered.
	Sent(tag Tag, at time.Time)

	// Receive takes a packet from the host that arrived at that time and reports
	// whether it answered one of the machine's probes. p is only valid during the
	// call. The machine may want to be polled earlier afterwards.
	Receive(p *packet.Packet, at time.Time) (mine bool)
}

// Tag is a machine's own number for a packet that it sends.
type Tag int

// Outbox collects the packets that a Poll wants to send, in order. It is used
// again and again; packets in it are valid until Reset.
type Outbox struct {
	packets []packet.Packet
	tags    []Tag
}

// Put adds a packet and returns it for filling in: the network layer and what is
// above; addresses of link and network are the driver's business if left zero.
func (o *Outbox) Put(tag Tag) *packet.Packet {
	o.packets = append(o.packets, packet.Packet{})
	o.tags = append(o.tags, tag)
	return &o.packets[len(o.packets)-1]
}

// Len is the number of packets waiting.
func (o *Outbox) Len() int { return len(o.packets) }

// At gives the i-th packet and its tag.
func (o *Outbox) At(i int) (*packet.Packet, Tag) { return &o.packets[i], o.tags[i] }

// Reset empties the outbox and keeps its memory.
func (o *Outbox) Reset() { o.packets, o.tags = o.packets[:0], o.tags[:0] }

// Target says which port of the host a probe goes to.
type Target uint8

// Targets of probes.
const (
	ToHost      Target = iota // no port: ICMP, neighbour discovery
	ToOpenTCP                 // a TCP port known to be open
	ToClosedTCP               // a TCP port known or believed to be closed
	ToClosedUDP               // a UDP port known or believed to be closed
)

// Shape is one probe as data. The scanner fills in addresses and secrets and
// sends it, the detector recognises it, the persona answers it: no tool has a
// second table of the same probes.
type Shape struct {
	Name  string           // as the method's author names it: S1, T7, IE2
	To    Target           // which port
	After time.Duration    // not sooner than this after the probe before it
	Proto packet.Transport // TCP, UDP or ICMP, which over IPv6 is ICMPv6

	// IP.
	TOS uint8 // or traffic class
	TTL uint8 // fixed TTL or hop limit; 0 means that the exchange chooses
	// IPv4.
	DF   bool
	IPID uint16 // fixed IP ID; 0 means random
	// IPv6.
	FlowLabel  uint32
	NextHeader uint8  // kind of the first extension header, if there are any
	Extensions []byte // their raw chain
	// TCP.
	Flags    packet.Flags
	Reserved uint8
	Window   uint16
	Urgent   uint16
	Options  []byte
	SeqPlus  uint32 // added to the sequence base of the exchange
	NoAck    bool   // the acknowledgement field is zero instead of the exchange's value
	// TCP and UDP: added to the source port base. ICMP: added to the echo identifier base.
	PortPlus uint16
	// ICMP.
	Solicit bool // IPv6: a neighbour solicitation for the host instead of an echo request
	Code    uint8
	Seq     uint16
	// Data, as a repeated byte.
	Fill    byte
	DataLen int
}
