package seek

import (
	"math"
	"net/netip"
	"slices"
	"time"

	"whorl/method"
	"whorl/packet"
)

// Options of a search.
type Options struct {
	TCP   []uint16 // candidates in order; nil means Likely
	UDP   uint16   // port for U1; 0 means a random high one
	Up    string   // how the host is known to be up; empty: it is asked
	Tries int      // how often an unanswered probe is sent, at most 500 times; 0 means 2
}

// Timing and bounds of a search.
const (
	gap        = 500 * time.Microsecond // between two packets to one host
	patience   = 100 * time.Millisecond // least wait for an answer
	blind      = time.Second            // wait while no round trip is known
	moreClosed = 4                      // further candidates for a closed port tried when the one found looks forged
	guesses    = 3                      // random high ports tried when no candidate is closed
	firstAsked = 443                    // port of the first SYN, a sign of life
	lastBase   = 65000                  // highest source port of first tries
	lossTries  = 1                      // more sends of a port that may be the only open one
	maxTries   = 500                    // sends of a probe, each from a port of its own above that

	window      = 8 // probes under way at the beginning
	leastWindow = 4
	maxWindow   = 64
)

var _ method.Machine = (*Machine)(nil)

// Machine searches one host.
type Machine struct {
	Result
	o       Options
	addr    netip.Addr // without a zone
	network packet.Network
	rand    method.Stream
	base    uint16 // source port of first tries; repeats use the next one
	echo    uint16
	seq     uint32
	began   time.Time // zero: not yet
	closing bool      // candidates are used up, guesses have been added
	probes  []probe
	active  []int32          // probes that are not done, and some that are
	index   map[uint16]int32 // probe of a port, but for the ACK
	next    int              // candidate
	window  int
	last    time.Duration // when the last packet left, after the search began
	packets int

	openTTL      uint8 // of the answer from OpenTCP
	resets       int   // answers from closed ports
	closedForged bool  // ClosedTCP looks forged

	spare uint16 // port that is chosen only if no candidate will do; 0 if none
}

// NewMachine prepares a search.
func NewMachine(addr netip.Addr, s method.Stream, o Options) *Machine {
	if o.TCP == nil {
		o.TCP = Likely
	}
	if o.Tries <= 0 {
		o.Tries = 2
	}
	o.Tries = min(o.Tries, maxTries)
	m := &Machine{o: o, addr: addr.WithZone(""), network: networkOf(addr), rand: s, window: window, index: map[uint16]int32{},
		probes: make([]probe, 0, window), active: make([]int32, 0, window)}
	if !slices.Contains(o.TCP, firstAsked) {
		m.spare = firstAsked
	}
	m.base = uint16(m.rand.Between(33000, lastBase))
	m.echo = uint16(m.rand.Uint32())
	m.seq = m.rand.Uint32()
	m.ClosedUDP = o.UDP
	if o.UDP == 0 {
		m.ClosedUDP = uint16(m.rand.Between(30000, 44780))
	}
	m.ClosedTCP = uint16(m.rand.Between(30000, 44780))
	return m
}

// networkOf is the version of IP of an address.
func networkOf(addr netip.Addr) packet.Network {
	if addr.Is4() {
		return packet.IPv4
	}
	return packet.IPv6
}

// Packets is how many packets were put out.
func (m *Machine) Packets() int { return m.packets }

// Poll sends what the window allows.
func (m *Machine) Poll(now time.Time, out *method.Outbox) (wake time.Time) {
	if m.began.IsZero() {
		m.start(now)
	}
	gone := now.Sub(m.began)
	for {
		m.expire(gone)
		if m.over() {
			return time.Time{}
		}
		i := m.pick()
		switch {
		case i < 0 && len(m.active) == 0:
			continue // the candidates that were left had been tried as signs of life
		case i < 0:
			return m.began.Add(m.nextExpiry())
		case m.packets > 0 && gone < m.last+gap:
			return m.began.Add(m.last + gap)
		}
		m.send(i, gone, out)
	}
}

func (m *Machine) start(now time.Time) {
	m.began = now
	if m.o.Up != "" {
		m.Up, m.Reason = true, m.o.Up
		return
	}
	for _, p := range []probe{{}, {port: firstAsked}, {port: 80, ack: true}} {
		m.add(p)
	}
}

// add puts a probe among those to be sent.
func (m *Machine) add(p probe) int {
	i := len(m.probes)
	p.due = true
	if !p.ack {
		m.index[p.port] = int32(i)
	}
	m.probes = append(m.probes, p)
	m.active = append(m.active, int32(i))
	return i
}

// over reports whether the search has ended: the host is down, or there is an open
// and a good closed port, or nothing is left to try or to wait for.
func (m *Machine) over() bool {
	if m.OpenTCP != 0 && m.ClosedKnown && !m.doubtClosed() {
		return true
	}
	if len(m.active) > 0 {
		return false
	}
	if !m.Up {
		return true
	}
	if m.next < len(m.o.TCP) {
		return false
	}
	m.useSpare()
	return !m.addGuesses()
}

// doubtClosed reports whether the closed port looks forged and more should be tried.
func (m *Machine) doubtClosed() bool {
	return m.closedForged && m.resets <= moreClosed
}

// addGuesses adds a few random high ports, once, if no candidate was closed.
func (m *Machine) addGuesses() bool {
	if m.closing || m.ClosedKnown {
		return false
	}
	m.closing = true
	m.add(probe{port: m.ClosedTCP})
	for range guesses - 1 {
		m.add(probe{port: uint16(m.rand.Between(30000, 44780))})
	}
	return true
}

// pick is the probe to send now, or -1 if the window is full or all have been sent.
// Before the host is known to be up only the first questions are asked.
func (m *Machine) pick() int {
	flying := 0
	for _, i := range m.active {
		switch p := &m.probes[i]; {
		case p.done:
		case p.due:
			return int(i)
		default:
			flying++
		}
	}
	for m.Up && m.next < len(m.o.TCP) && flying < m.window {
		port := m.o.TCP[m.next]
		m.next++
		if _, tried := m.index[port]; !tried && port != 0 { // 0 stands for no port
			return m.add(probe{port: port})
		}
	}
	return -1
}

// wait is how long a probe is waited for.
func (m *Machine) wait() time.Duration { return m.RTT.Patience(patience, blind) }

// tries is how often a probe is sent that is not answered. One of few ports may be the only
// open one: a host that answers is asked for it once more, as the path may lose packets.
func (m *Machine) tries(p *probe) int {
	few := len(m.o.TCP) <= window && m.OpenTCP == 0 && !m.closing
	if few && p.port != 0 && !p.ack && m.o.Tries > 1 && m.RTT.Samples > 0 {
		return m.o.Tries + lossTries
	}
	return m.o.Tries
}

// expire gives up on probes whose time is over, or marks them to be sent again.
func (m *Machine) expire(now time.Duration) {
	for _, i := range m.active {
		p := &m.probes[i]
		switch {
		case p.done || p.due || now < p.sent+m.wait():
		case int(p.sends) < m.tries(p):
			p.due = true
		default:
			p.done = true
			m.window = min(m.window+1, maxWindow) // nothing says that it was lost
			if p.port != 0 && !p.ack {
				m.Silent++
			}
		}
	}
	m.active = slices.DeleteFunc(m.active, func(i int32) bool { return m.probes[i].done })
}

// nextExpiry is when the first of the probes under way has been waited for; there is
// one at least.
func (m *Machine) nextExpiry() time.Duration {
	first := time.Duration(math.MaxInt64)
	for _, i := range m.active {
		if p := &m.probes[i]; !p.due {
			first = min(first, p.sent)
		}
	}
	return first + m.wait()
}

// Sent corrects the time of a packet.
func (m *Machine) Sent(tag method.Tag, at time.Time) {
	left := at.Sub(m.began)
	if i := int(tag); i >= 0 && i < len(m.probes) {
		m.probes[i].sent = left
	}
	m.last = left
}
