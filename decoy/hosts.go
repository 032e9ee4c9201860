package decoy

import (
	"cmp"
	"container/list"
	"context"
	"math/rand/v2"
	"net/netip"
	"runtime"
	"slices"
	"sync"
	"time"

	"whorl/link"
	"whorl/link/sim"
	"whorl/method"
	"whorl/osdb"
	"whorl/packet"
	"whorl/persona"
)

// host is one decoy.
type host struct {
	addr    netip.Addr
	also    netip.Addr // the zero Addr: none
	entry   *osdb.Entry
	persona *persona.Persona // nil: its record cannot be shown on the wire
	node    link.Node        // the persona, or the path to it; nil as well
	mac     packet.MAC
	out     *outlet // for answers to the station that asked last; nil: none has
}

// hosts are the decoys that were made, the least lately used first to go.
type hosts struct {
	groups groups
	key    method.Key
	start  time.Time                         // clocks are set by it
	own    packet.MAC                        // hardware address of the interface
	routed bool                              // all have that
	keep   int                               // that many at most
	scarce bool                              // there are more addresses than are kept
	told   func(netip.Addr, *osdb.Entry)     // of each that is made; nil: nobody
	said   func(netip.Addr, *persona.Saying) // over connections of that decoy; nil: nobody wants to know
	dial   func(*persona.Visit) persona.Stream

	known   map[netip.Addr]*list.Element
	used    list.List        // of *host, the last used first
	resting *list.Element    // who rests next; nil: the first
	scratch *persona.Scratch // of all

	made, forgotten, unshown int
}

func newHosts(o *Options, of groups) hosts {
	all := 0
	for _, g := range of {
		if g.mirror == nil {
			all += g.Addrs.Len()
		}
	}
	return hosts{groups: of, key: o.Key, start: o.Start, own: o.MAC, routed: o.routed(), keep: o.Keep, scarce: all > o.Keep,
		told: o.Made, known: map[netip.Addr]*list.Element{}, scratch: &persona.Scratch{}}
}

// remembered is a decoy that was made and not forgotten, or nil.
func (s *hosts) remembered(addr netip.Addr) *host {
	e, ok := s.known[addr]
	if !ok {
		return nil
	}
	if s.scarce {
		s.used.MoveToFront(e)
	}
	return e.Value.(*host)
}

// make makes the decoy of an address; nil if none is live there.
func (s *hosts) make(addr netip.Addr) *host {
	g := s.groups.of(addr)
	if g == nil || !g.live(s.key, g.first(addr)) {
		return nil
	}
	h, _ := s.build(g, g.first(addr))
	s.add(h)
	return h
}

// build makes it without remembering. The records of a group stand in for each other; the
// error is why the first of them cannot be shown if none can.
func (s *hosts) build(g *Group, addr netip.Addr) (h *host, why error) {
	h = &host{addr: addr, also: g.also(addr), mac: s.mac(g, addr)}
	place := int(g.Addrs.place(addr))
	for i := range g.Entries {
		e := g.Entries[(place+i)%len(g.Entries)]
		p, err := persona.New(e, s.options(g, addr, e))
		if err == nil {
			h.entry, h.persona, h.node = e, p, s.path(g, addr, p)
			return h, nil
		}
		why = cmp.Or(why, err)
	}
	return h, why
}

// mac is the hardware address of a decoy.
func (s *hosts) mac(g *Group, addr netip.Addr) packet.MAC {
	if s.routed {
		return s.own
	}
	return g.Hardware.mac(s.key, addr, s.own)
}

// Every persona was started once a month, at a time of its own, and last an hour ago at the
// least: so a network that is run again has clocks that go on.
const (
	bootEvery = 30 * 24 * time.Hour
	bootLeast = time.Hour
)

// options are those of one persona.
func (s *hosts) options(g *Group, addr netip.Addr, e *osdb.Entry) persona.Options {
	o := g.Persona
	if g.Services != nil {
		o.Services = slices.Concat(o.Services, g.Services(e, addr))
	}
	o.Addr, o.Addr6, o.Key, o.Scratch, o.Dial = addr, g.also(addr), s.key, s.scratch, s.dial
	if o.Addr6.Is4() {
		o.Addr, o.Addr6 = o.Addr6, o.Addr
	}
	if s.said != nil {
		four, six := o.Addr, o.Addr6
		o.Said = func(what *persona.Saying) {
			if what.Peer.Is6() {
				s.said(six, what)
			} else {
				s.said(four, what)
			}
		}
	}
	phase := s.key.Stream(addr, "decoy boot")
	last := s.start.Add(-bootLeast)
	o.Boot = last.Add(-(time.Duration(last.UnixNano()) + time.Duration(phase.Between(0, int(bootEvery/time.Second)))*time.Second) % bootEvery)
	return o
}

// path puts a persona behind routers or a bad path if its group has them.
func (s *hosts) path(g *Group, addr netip.Addr, node link.Node) link.Node {
	if g.Hops > 0 {
		node = &sim.Hops{Node: node, N: g.Hops}
	}
	if g.Jitter == 0 && g.Loss == 0 {
		return node
	}
	luck := s.key.Stream(addr, "decoy path")
	return &sim.Impair{Node: node, Delay: g.Jitter / 2, Jitter: g.Jitter / 2, Loss: g.Loss, Rand: rand.New(rand.NewPCG(luck.Uint64(), luck.Uint64()))}
}

// add remembers a decoy.
func (s *hosts) add(h *host) {
	if s.used.Len() >= s.keep {
		s.forget(s.used.Back().Value.(*host).addr)
		s.forgotten++
	}
	e := s.used.PushFront(h)
	s.known[h.addr] = e
	if h.also.IsValid() {
		s.known[h.also] = e
	}
	if h.node == nil {
		s.unshown++
		return
	}
	s.made++
	if s.told != nil {
		s.told(h.addr, h.entry)
	}
}

// forget ends a decoy.
func (s *hosts) forget(addr netip.Addr) {
	e, ok := s.known[addr]
	if !ok {
		return
	}
	if s.resting == e {
		s.resting = e.Next()
	}
	h := s.used.Remove(e).(*host)
	if h.persona != nil {
		h.persona.HangUp()
	}
	delete(s.known, h.addr)
	delete(s.known, h.also)
}

// restRound is in how many calls of rest every decoy gets its turn.
const restRound = 600

// rest lets some decoys give back what they do not need any more.
func (s *hosts) rest(now time.Time) {
	for range s.used.Len()/restRound + 1 {
		if s.resting == nil {
			s.resting = s.used.Front()
		}
		if s.resting == nil {
			return
		}
		if p := s.resting.Value.(*host).persona; p != nil {
			p.Rest(now)
		}
		s.resting = s.resting.Next()
	}
}

// ahead makes the decoys of the first n addresses, with all processors, until the context ends.
func (s *hosts) ahead(ctx context.Context, n int) {
	var places []*host
	s.groups.each(func(_ *Group, addr netip.Addr) bool {
		if len(places) >= min(n, s.keep) {
			return false
		}
		places = append(places, &host{addr: addr})
		return true
	})
	workers := runtime.GOMAXPROCS(0)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := w; i < len(places); i += workers {
				addr := places[i].addr
				g := s.groups.of(addr)
				if places[i] = nil; ctx.Err() == nil && g.live(s.key, addr) {
					places[i], _ = s.build(g, addr)
				}
			}
		})
	}
	wg.Wait()
	for _, h := range places {
		if h != nil {
			s.add(h)
		}
	}
}
