package method

import (
	"iter"
	"net/netip"

	"whorl/packet"
)

// Peers are a prober and the host it asks.
type Peers struct{ Prober, Host netip.Addr }

// Asking are the peers of a packet of a prober.
func Asking(p *packet.Packet) Peers { return Peers{Prober: p.Src, Host: p.Dst} }

// Answering are the peers of a packet of a host.
func Answering(p *packet.Packet) Peers { return Peers{Prober: p.Dst, Host: p.Src} }

// MaxTalks is how many talks are kept: those of a prober with a /15, say.
const MaxTalks = 1 << 17

// Talks are those of a capture, by peers. E is what is kept of one: the exchange, or the
// packets that it will be made of. The zero value is empty.
type Talks[E any] struct {
	byPeers map[Peers]*E
	byHost  map[netip.Addr]*E // the first with it
	order   []Peers           // in which they began
	full    bool              // there was no room for one
}

// Begin keeps a new talk, and reports whether there was room for it: there are at most
// MaxTalks.
func (t *Talks[E]) Begin(k Peers, e *E) bool {
	if len(t.byPeers) >= MaxTalks {
		t.full = true
		return false
	}
	if t.byPeers == nil {
		t.byPeers, t.byHost = map[Peers]*E{}, map[netip.Addr]*E{}
	}
	t.byPeers[k] = e
	t.order = append(t.order, k)
	if t.byHost[k.Host] == nil {
		t.byHost[k.Host] = e
	}
	return true
}

// Full reports whether there was no room for some.
func (t *Talks[E]) Full() bool { return t.full }

// Of is the talk of those peers; nil if there is none.
func (t *Talks[E]) Of(k Peers) *E { return t.byPeers[k] }

// First is the first talk with a host, whoever asked it; nil if there is none.
func (t *Talks[E]) First(host netip.Addr) *E { return t.byHost[host] }

// Take hands a packet to the talk that it is of: heard has one whose host may have sent it,
// asked one whose prober may have, or a fresh one, which is kept if asked takes the packet
// and there is room. It reports whether one of them took it.
func (t *Talks[E]) Take(p *packet.Packet, fresh func() *E, heard, asked func(*E) bool) (mine bool) {
	if e := t.Of(Answering(p)); e != nil && heard(e) {
		return true
	}
	if e := t.Of(Asking(p)); e != nil {
		return asked(e)
	}
	e := fresh()
	return asked(e) && t.Begin(Asking(p), e)
}

// All are the talks in the order in which they began.
func (t *Talks[E]) All() iter.Seq2[Peers, *E] {
	return func(yield func(Peers, *E) bool) {
		for _, k := range t.order {
			if !yield(k, t.byPeers[k]) {
				return
			}
		}
	}
}
