package sim

import (
	"container/heap"
	"io"
	"math/rand/v2"
	"net/netip"
	"sync"
	"time"

	"whorl/link"
	"whorl/packet"
)

// Options of a Net. The zero value is a raw IP link in virtual time.
type Options struct {
	Link     packet.LinkType // Raw (default) or Ethernet; on Ethernet the Net tells the hardware address of its nodes
	Start    time.Time       // of the virtual clock; default 2026-01-01 UTC
	RealTime bool
	Seed     uint64 // of Rand
	// Resets lets the near end reset connections that are accepted, as a kernel does
	// beside a scanner. Nodes keep them half-open otherwise.
	Resets bool
}

// MAC is the hardware address of all nodes on an Ethernet Net.
var MAC = packet.MAC{0x02, 0x77, 0x68, 0x6f, 0x72, 0x6c}

// sendCost is how long a frame takes to leave in virtual time, so that no two
// frames leave at once.
const sendCost = 2 * time.Microsecond

// maxPending bounds the events under way; more frames than that are lost, as in a
// full queue.
const maxPending = 1 << 20

// Net is the near end of the internet in memory.
type Net struct {
	mu     sync.Mutex
	o      Options
	rand   *rand.Rand
	now    time.Time // virtual
	origin time.Time // real time of Start
	nodes  map[netip.Addr]link.Node
	other  func(netip.Addr) link.Node
	queue  events
	count  uint64
	frames [][]byte
	stamps []time.Time
	wake   chan struct{}
	closed bool
	lost   uint64
	p      packet.Packet
}

// New makes an empty Net.
func New(o Options) *Net {
	if o.Link != packet.Ethernet {
		o.Link = packet.Raw
	}
	if o.Start.IsZero() {
		o.Start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	n := &Net{o: o, now: o.Start, nodes: map[netip.Addr]link.Node{}, wake: make(chan struct{}, 1)}
	n.rand = rand.New(rand.NewPCG(o.Seed, 0x77686f726c))
	if o.RealTime {
		n.origin = time.Now()
		n.now = n.origin
	}
	return n
}

// Add puts a node at an address.
func (n *Net) Add(addr netip.Addr, node link.Node) { n.nodes[addr] = node }

// Otherwise is asked for the node at addresses that were not added; it may return
// nil. It lets a whole network stand in one function.
func (n *Net) Otherwise(f func(netip.Addr) link.Node) { n.other = f }

// Rand is the Net's source of chance, for the boxes in front of its nodes. Like
// them it is used with the Net locked.
func (n *Net) Rand() *rand.Rand { return n.rand }

// node is what stands at addr, or nil.
func (n *Net) node(addr netip.Addr) link.Node {
	if d, ok := n.nodes[addr]; ok {
		return d
	}
	if n.other != nil {
		return n.other(addr)
	}
	return nil
}

// LinkType is Raw or Ethernet.
func (n *Net) LinkType() packet.LinkType { return n.o.Link }

// Now is the virtual time, or the machine's.
func (n *Net) Now() time.Time {
	if n.o.RealTime {
		return time.Now()
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.now
}

// Drops is how many frames were lost because too many were under way.
func (n *Net) Drops() uint64 {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.lost
}

// Send gives a frame to the node at its destination.
func (n *Net) Send(frame []byte) (time.Time, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return n.now, io.ErrClosedPipe
	}
	if n.o.RealTime {
		n.now = time.Now()
	} else {
		n.now = n.now.Add(sendCost)
	}
	n.deliver(frame)
	n.signal()
	return n.now, nil
}

// deliver gives a frame to the node at its destination.
func (n *Net) deliver(frame []byte) {
	n.p.Decode(n.o.Link, frame)
	switch p := &n.p; {
	case p.Network == packet.ARP:
		n.answerARP(p)
	case n.answerNeighbor(p):
	case p.Network == packet.IPv4, p.Network == packet.IPv6:
		if node := n.node(p.Dst); node != nil {
			node.Receive(n.now, p, outlet{n, p.SrcMAC})
		}
	}
}

func (n *Net) answerARP(p *packet.Packet) {
	if p.ARP.Op != packet.ARPRequest || n.node(p.ARP.TargetIP) == nil {
		return
	}
	outlet{n, p.SrcMAC}.Send(100*time.Microsecond, &packet.Packet{
		Network: packet.ARP,
		ARP: packet.ARPHeader{Op: packet.ARPReply, SenderMAC: MAC, SenderIP: p.ARP.TargetIP,
			TargetMAC: p.ARP.SenderMAC, TargetIP: p.ARP.SenderIP},
	})
}

// answerNeighbor is the same over IPv6 (RFC 4861). It reports whether p was a solicitation.
func (n *Net) answerNeighbor(p *packet.Packet) bool {
	asked, ok := p.Neighbor()
	if !ok || n.o.Link != packet.Ethernet || p.ICMP.Type != packet.ICMPv6NeighborSol {
		return false
	}
	if n.node(asked.Target) != nil {
		var a packet.Packet
		a.SetNeighbor(packet.ICMPv6NeighborAdv, packet.Neighbor{Target: asked.Target, MAC: MAC, Solicited: true, Override: true})
		a.Src, a.Dst = asked.Target, p.Src
		outlet{n, p.SrcMAC}.Send(100*time.Microsecond, &a)
	}
	return true
}

// signal wakes a Recv that waits in real time.
func (n *Net) signal() {
	select {
	case n.wake <- struct{}{}:
	default:
	}
}

// Recv gives the next frame that arrives before the deadline.
func (n *Net) Recv(buf []byte, deadline time.Time) (int, time.Time, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for {
		if n.closed {
			return 0, n.now, io.EOF
		}
		if n.o.RealTime {
			n.now = time.Now()
		}
		n.runUntil(deadline)
		if len(n.frames) > 0 {
			f, at := n.frames[0], n.stamps[0]
			n.frames, n.stamps = n.frames[1:], n.stamps[1:]
			return copy(buf, f), at, nil
		}
		if !n.o.RealTime {
			if deadline.After(n.now) {
				n.now = deadline
			}
			return 0, n.now, link.ErrTimeout
		}
		if !n.now.Before(deadline) {
			return 0, n.now, link.ErrTimeout
		}
		n.sleep(deadline)
	}
}

// runUntil lets events happen until a frame has arrived or none is due: in
// virtual time none before the deadline, in real time none before now.
func (n *Net) runUntil(deadline time.Time) {
	for len(n.frames) == 0 && len(n.queue) > 0 {
		next := n.queue[0].due
		if n.o.RealTime && next.After(n.now) || next.After(deadline) && next.After(n.now) {
			return
		}
		if next.After(n.now) {
			n.now = next
		}
		heap.Pop(&n.queue).(event).do(n.now)
	}
}

// sleep waits in real time for the next event, a signal or the deadline.
func (n *Net) sleep(deadline time.Time) {
	until := deadline
	if len(n.queue) > 0 && n.queue[0].due.Before(until) {
		until = n.queue[0].due
	}
	n.mu.Unlock()
	t := time.NewTimer(time.Until(until))
	select {
	case <-t.C:
	case <-n.wake:
	}
	t.Stop()
	n.mu.Lock()
}

// Close ends a Recv that waits, and all that is under way.
func (n *Net) Close() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.closed = true
	n.queue = nil
	n.signal()
	return nil
}

// schedule lets f happen at that time. Events of the same time keep their order.
func (n *Net) schedule(due time.Time, f func(time.Time)) {
	if len(n.queue) >= maxPending {
		n.lost++
		return
	}
	n.count++
	heap.Push(&n.queue, event{due, n.count, f})
}

// outlet is what nodes act through. It is used with the Net locked.
type outlet struct {
	n  *Net
	to packet.MAC
}

// Send encodes the packet at once and delivers the frame later. What cannot be
// encoded is lost, as on a real wire.
func (o outlet) Send(after time.Duration, p *packet.Packet) {
	q := *p
	q.Link, q.SrcMAC, q.DstMAC, q.VLANs = o.n.o.Link, MAC, o.to, 0
	frame, err := q.Append(nil)
	if err != nil {
		o.n.lost++
		return
	}
	o.n.schedule(o.n.now.Add(max(after, 0)), func(now time.Time) {
		o.n.frames = append(o.n.frames, frame)
		o.n.stamps = append(o.n.stamps, now)
		if o.n.o.Resets {
			o.n.reset(frame)
		}
	})
}

func (o outlet) After(delay time.Duration, f func(time.Time)) {
	o.n.schedule(o.n.now.Add(max(delay, 0)), f)
}
