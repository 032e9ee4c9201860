package decoy

import (
	"cmp"
	"context"
	"errors"
	"net/netip"
	"sync/atomic"
	"time"

	"whorl"
	"whorl/link"
	"whorl/method"
	"whorl/osdb"
	"whorl/packet"
	"whorl/persona"
)

// Options of a network of decoys.
type Options struct {
	Groups []Group
	Key    method.Key
	Start  time.Time // now, by which the clocks of all personas are set
	Keep   int       // personas remembered at most; 0: 65,536

	// MAC is the hardware address of the interface, where it is an Ethernet.
	MAC packet.MAC
	// Gateway, if valid, is an address of the segment to which routers send what is for the
	// decoys. ARP is answered for it alone, at MAC, and no decoy is asked for.
	Gateway netip.Addr
	// Gateway6 is the same over IPv6, and neighbour solicitations.
	Gateway6 netip.Addr
	// Free says that all addresses are known to be free, so that nobody is asked.
	Free bool
	// Networks are those of the segment. Their first and last addresses are no hosts'.
	Networks []netip.Prefix
	// Peers, if any, are the only ones that are answered.
	Peers  []netip.Prefix
	Limits Limits
	MTU    int // bytes of the largest packet that the link takes; 0: 1,500

	// What happens is told to these, if they are not nil, from within Run.
	Made     func(netip.Addr, *osdb.Entry) // each persona that is made
	Ready    func()                        // all addresses are settled
	Conflict func(Conflict)                // an address is somebody else's
	Contact  func(*whorl.Contact)          // valid until it returns
	Dialogue bool                          // contacts tell what was said over connections, 4 KiB of it
	Late     func(lost int)                // so many frames were lost since the last time, once a second at most
	// Record is given every frame of a contact as it comes and as it leaves, not to be kept.
	// What it gives back is the number of the frame in a recording, from 1; 0: it is in none.
	Record func(frame []byte, at time.Time, sent bool) (number int)
	// Unreached is told why the program behind a service could not be reached, once of each.
	Unreached func(error)
}

// defaultKeep is how many personas are remembered.
const defaultKeep = 1 << 16

// standIns is how many records of a group make it sure that one of them can be shown.
const standIns = 8

// ErrNoAddress ends a network of which others have every address.
var ErrNoAddress = errors.New("decoy: others have all of the addresses")

// Network is decoys on a link.
type Network struct {
	o        Options
	conn     link.Conn
	link     packet.LinkType
	groups   groups
	hosts    hosts
	claims   claims
	limits   limits
	contacts contacts
	sensor   Sensor
	members  bool // a query for groups is being answered
	partial  reassembly
	idents   method.Stream // of packets over IPv6 that leave in fragments
	paused   atomic.Bool
	relay    relay
	missing  map[*persona.Backend]bool // that could not be reached, and were told of

	now    time.Time // of the packet or event at hand
	in     packet.Packet
	at     *contact // whose packet is at hand
	queue  events
	out    [][]byte // frames to send
	spare  [][]byte // their memory, for the next ones
	stamp  [batch]time.Time
	counts Counts
	late   int       // lost frames that were told of
	looked time.Time // when
	woke   time.Time // when the latest event happened
}

// Counts are what became of frames and personas.
type Counts struct {
	Received, Sent int
	Answered       int // packets given to decoys
	Unwelcome      int // from an address that nobody answers
	Limited        int // packets in or out that a limit stopped
	Refused        int // frames that the link did not take, or that cannot be written
	Dropped        int // frames that came too fast to be read
	Paused         int // packets in or out that a pause stopped
	Overdue        int // answers for which there was no more room

	Made, Forgotten, Unshown int // personas
	Visits, Full             int // connections with programs behind services, and those for which there was no room
	Unreached                int // of the first, those whose program could not be reached
	Contacts, Untold         int // contacts, and those that were not told of because there were too many at once
	Lost                     int // addresses that others have
}

// New makes a network of decoys. The error says which group makes no sense, or why no decoy
// can be made of its records.
func New(o Options) (*Network, error) {
	g, err := newGroups(o.Groups, o.Key)
	if err != nil {
		return nil, err
	}
	if err := g.checkBackends(); err != nil {
		return nil, err
	}
	if o.Keep <= 0 {
		o.Keep = defaultKeep
	}
	o.MTU = max(cmp.Or(o.MTU, usualMTU), leastMTU)
	n := &Network{o: o, groups: g, hosts: newHosts(&o, g), limits: limits{Limits: o.Limits},
		idents: o.Key.Stream(netip.Addr{}, "decoy fragments")}
	n.partial.late = n.expired
	n.hosts.dial = n.relay.dial
	if o.Dialogue {
		n.hosts.said = n.said
	}
	for _, g := range n.groups {
		if len(g.Entries) > standIns || g.mirror != nil {
			continue
		}
		if _, why := n.hosts.build(g, g.Addrs.First); why != nil {
			return nil, why
		}
	}
	n.contacts = contacts{tell: o.Contact, persona: n.persona}
	return n, nil
}

// Ahead makes the personas of the first k addresses before the first packet comes, or fewer
// if the context ends.
func (n *Network) Ahead(ctx context.Context, k int) { n.hosts.ahead(ctx, k) }

// Watch lets a sensor see what comes for the decoys and what they answer. What it recognises
// it has to tell Recognised, from within its own methods.
func (n *Network) Watch(s Sensor) { n.sensor = s }

// Counts are those so far.
func (n *Network) Counts() Counts {
	c := n.counts
	c.Made, c.Forgotten, c.Unshown = n.hosts.made, n.hosts.forgotten, n.hosts.unshown
	c.Contacts, c.Untold = n.contacts.total, n.contacts.untold
	v := &n.relay.counts
	c.Visits, c.Full, c.Unreached = v.begun, v.full, v.failed
	c.Lost, c.Overdue = len(n.claims.lost), n.queue.lost
	return c
}

// persona is the name of the record that an address shows; empty if none was made.
func (n *Network) persona(addr netip.Addr) string {
	if h := n.hosts.remembered(addr); h != nil && h.entry != nil {
		return h.entry.Name
	}
	return ""
}
