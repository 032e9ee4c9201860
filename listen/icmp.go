package listen

import (
	"time"

	"whorl"
	"whorl/method/icmp"
	"whorl/packet"
)

// messengers are the hosts of which port unreachables or echo replies were heard, by address.
// They are kept apart from hosts that show handshakes, as names rest on these, so that no
// message displaces one. When there are too many addresses one goes for a host that has shown
// a handshake, and for no other: the oldest, unless it has shown one too.
type messengers struct {
	places map[address]uint32
	ring   []messenger
	next   uint32 // number of the oldest, if the ring is full
}

// maxMessengers bounds them; together up to 15 MB. mostPassed is how many are passed over that
// have shown a handshake.
const (
	maxMessengers = 1 << 16
	mostPassed    = 16
)

// messenger is an address with what its messages have in common.
type messenger struct {
	addr    address
	unreach icmp.Unreach
	echo    icmp.Echo
	last    int64 // nanoseconds of Unix time; 0: not known
}

// message takes an ICMP message, or what may cause one.
func (l *Listener) message(p *packet.Packet, at time.Time) {
	switch {
	case p.Transport == packet.UDP, icmp.IsRequest(p):
		l.causes.note(p, at)
	case icmp.IsReply(p):
		if c := l.causes.ofReply(p, at); c != nil {
			l.tell(p, c, at)
		}
	case icmp.IsUnreach(p):
		l.tell(p, l.causes.ofUnreach(p, at), at)
	}
}

// tell adds a message to what its sender has told. c is its cause; nil: not known.
func (l *Listener) tell(p *packet.Packet, c *icmp.Cause, at time.Time) {
	if !host(p.Src) {
		return
	}
	// Whether it is one that tells is known before it takes a place.
	var try messenger
	if mine, _ := try.add(p, c); !mine {
		return
	}
	i := l.hosts.find(p.Src)
	m := l.messengers.of(address(p.Src.As16()), l.hosts.places)
	if m == nil {
		return
	}
	_, news := m.add(p, c)
	if !at.IsZero() {
		m.last = max(m.last, at.UnixNano())
	}
	if news && i != 0 {
		l.changed(i)
	}
}

// add gives a message to those of its kind.
func (m *messenger) add(p *packet.Packet, c *icmp.Cause) (mine, news bool) {
	if icmp.IsReply(p) {
		return m.echo.Add(p, c)
	}
	return m.unreach.Add(p, c)
}

// of gives the messenger at an address, a new one if need be; nil if there is no room for it.
// shown are the addresses that have shown a handshake.
func (t *messengers) of(a address, shown map[address]uint32) *messenger {
	if i, ok := t.places[a]; ok {
		return &t.ring[i]
	}
	var i uint32
	switch {
	case len(t.ring) < maxMessengers:
		i = uint32(len(t.ring))
		t.ring = append(t.ring, messenger{})
	case shown[a] == 0:
		return nil
	default:
		i = t.room(shown)
		delete(t.places, t.ring[i].addr)
	}
	if t.places == nil {
		t.places = map[address]uint32{}
	}
	t.places[a], t.ring[i] = i, messenger{addr: a}
	return &t.ring[i]
}

// room is the number of the one that has to go.
func (t *messengers) room(shown map[address]uint32) uint32 {
	i := t.next
	for n := 0; n < mostPassed && shown[t.ring[i].addr] != 0; n++ {
		i = (i + 1) % maxMessengers
	}
	t.next = (i + 1) % maxMessengers
	return i
}

// describe adds what the messages of a host tell to its record.
func (t *messengers) describe(h *whorl.Host, a address) {
	if i, ok := t.places[a]; ok {
		t.ring[i].describe(h)
	}
}

func (m *messenger) describe(h *whorl.Host) {
	at, v6 := m.heardAt(), m.addr.addr().Is6()
	if m.unreach.N > 0 {
		p := m.unreach.Print(v6)
		h.Observations = append(h.Observations, told(&p, at))
	}
	if m.echo.N > 0 {
		p := m.echo.Print(v6)
		h.Observations = append(h.Observations, told(&p, at))
	}
}

func told(p *icmp.Print, at time.Time) whorl.Observation {
	return whorl.Observation{Method: "icmp", Print: p.String(), Conditions: whorl.Conditions{At: at, Answered: int(p.Heard.N)}}
}

// heardAt is when its last message came.
func (m *messenger) heardAt() time.Time {
	if m.last == 0 {
		return time.Time{}
	}
	return time.Unix(0, m.last).UTC()
}
