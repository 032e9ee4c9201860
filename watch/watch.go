package watch

import (
	"net/netip"
	"time"

	"whorl"
	"whorl/packet"
)

// Options of a Watcher.
type Options struct {
	Home     []netip.Prefix       // whom we protect; empty: everybody, each packet is judged in both roles
	Sessions int                  // most contacts remembered; 0: 65,536, which take 64 MB; fewer where all would take more than 96 MB
	Contact  func(*whorl.Contact) // gets every record: probable, confirmed, ended; valid until it returns; nil: none

	// Checksums is set if frames with a wrong TCP checksum are no probes. Captures of a
	// machine's own packets often have such, as the interface fills them in.
	Checksums bool
}

const (
	defaultSessions = 1 << 16 // contacts remembered
	defaultSets     = 1 << 13 // of connections that may be left waiting, which take 5 MB
)

// Watcher looks at frames. It must not be used from two goroutines at once.
type Watcher struct {
	o          Options
	classifier classifier
	packet     packet.Packet // the frame at hand; its memory serves the next one
	fragments  fragments
	contacts   contacts
	recent     recent
	silence    silence
	rates      rates
	kept       int // packets that contacts keep
	now, next  time.Time
	counts     Counts
	record     whorl.Contact // that is given last
}

// New makes a Watcher that has seen nothing.
func New(o Options) *Watcher { return newWatcher(o, defaultSets) }

func newWatcher(o Options, sets int) *Watcher {
	if o.Sessions <= 0 {
		o.Sessions = defaultSessions
	}
	w := &Watcher{o: o, classifier: newClassifier()}
	w.contacts.init()
	w.silence.init(sets)
	w.rates.init()
	return w
}

// Counts tells what the frames so far were.
func (w *Watcher) Counts() Counts { return w.counts }

// Len is how many contacts are under way.
func (w *Watcher) Len() int { return w.contacts.n }

// Frame takes one frame, which is not kept. One without a time came with the one before.
func (w *Watcher) Frame(link packet.LinkType, frame []byte, at time.Time) {
	w.counts.Frames++
	if at.IsZero() { // some captures do not tell
		at = w.now
	}
	w.pass(at)
	p := &w.packet
	p.Decode(link, frame)
	fragmented := p.Odd.Has(packet.OddFragment) && p.Network >= packet.IPv4 && !wholeTCP(p)
	if fragmented && !w.join(p, frame, at) {
		return
	}
	if why, bad := w.misread(p); bad {
		w.counts.Skipped[why]++
		return
	}
	switch p.Network {
	case packet.ARP:
		w.arp(p, at)
	case packet.IPv4, packet.IPv6:
		w.see(p, at, fragmented || p.Odd.Has(packet.OddFragment))
	}
}

// join puts the packet together that p is a fragment of. ok is false as long as that
// cannot be done; then p is not changed.
func (w *Watcher) join(p *packet.Packet, frame []byte, at time.Time) (ok bool) {
	whole, kept := w.fragments.add(p, frame, at)
	if !kept {
		w.counts.Skipped[Fragmented]++
	}
	if whole == nil {
		return false
	}
	src, dst := p.SrcMAC, p.DstMAC
	p.Decode(packet.Raw, whole)
	p.SrcMAC, p.DstMAC = src, dst
	return true
}

// wholeTCP reports whether the first fragment of a packet holds all of its TCP header.
func wholeTCP(p *packet.Packet) bool {
	return p.Transport == packet.TCP && !p.Odd.Has(packet.OddTCPOffset)
}

// disorder is how much earlier than the one before a frame may be. Beyond that the clock
// was set, or another capture begins.
const disorder = time.Minute

// pass lets time go on, or ends all contacts if it begins anew.
func (w *Watcher) pass(at time.Time) {
	switch {
	case w.now.Sub(at) > disorder:
		w.End()
		w.recent, w.now = recent{}, at
	case at.After(w.now):
		w.now = at
		if !w.next.IsZero() && !at.Before(w.next) {
			w.Wake(at)
		}
	}
}

// see looks at a packet in both roles: as a probe of somebody we protect, and as an answer
// to one.
func (w *Watcher) see(p *packet.Packet, at time.Time, fragmented bool) {
	m, ok := w.classifier.classify(p, at)
	ok = ok && w.protects(p.Dst)
	if w.contacts.n > 0 {
		w.answer(p, at)
	}
	if ok {
		if fragmented {
			m.evasion |= evadesFragments
		}
		if p.Odd.Has(packet.OddChecksum) && m.kind.family.fingerprints() {
			m.evasion |= evadesChecksum
		}
		w.probe(&m, p, at)
		w.burst(p, at)
	}
	w.silence.present(p)
	if p.Transport == packet.TCP {
		w.follow(p, at, ok && (m.kind.family < silent || m.kind.tool != "" && !m.kind.ours))
	}
	w.refused(p, at)
}

// protects reports whether an address is of those we protect.
func (w *Watcher) protects(a netip.Addr) bool {
	if len(w.o.Home) == 0 {
		return true
	}
	for _, h := range w.o.Home {
		if h.Contains(a) {
			return true
		}
	}
	return false
}

// probe adds a packet to the contact of its source.
func (w *Watcher) probe(m *mark, p *packet.Packet, at time.Time) {
	q := probedOf(m, p, at)
	if w.recent.twice(&q) {
		w.counts.Doubled++
		return
	}
	c := w.contactOf(m.kind.family, &q, p, at)
	w.recent.add(&q, c)
	w.take(c, m, p, at)
	if m.also != nil {
		if other := w.contacts.sources[p.Src].of(m.also.family); other != nil {
			w.take(other, &mark{kind: m.also, tier: m.tier}, p, at)
		}
	}
}

// patience is how long evidence is gathered that is not enough. What is rare and spread
// over a longer time is no scan.
const patience = 5 * time.Minute

// contactOf gives the contact that a probe belongs to: that of its source, or that of a
// source which has just sent the same, or a new one.
func (w *Watcher) contactOf(f family, q *probed, p *packet.Packet, at time.Time) *contact {
	if c := w.contacts.sources[p.Src].of(f); c != nil {
		if c.state != "" || at.Sub(c.first) < patience {
			return c
		}
		w.end(c)
	}
	if c := w.recent.twin(q); c != nil && c.family == f && w.contacts.join(c, p) {
		c.evasion |= evadesDecoys
		return c
	}
	if w.contacts.n >= w.o.Sessions {
		w.forgetOldest()
	}
	return w.contacts.begin(f, p, at)
}

// take adds a packet to a contact.
func (w *Watcher) take(c *contact, m *mark, p *packet.Packet, at time.Time) {
	talks := len(c.talks)
	c.take(m, p, at, w.counts.Frames)
	if len(c.talks) > talks {
		w.contacts.attend(p.Dst)
	}
	w.keep(c, p, p.Src, p.Dst, at)
	w.changed(c)
}

// changed notes that something has come to a contact, and tells of what that changes.
func (w *Watcher) changed(c *contact) {
	w.contacts.touch(c)
	w.contacts.weigh(c)
	for w.contacts.bytes > w.contacts.most && w.contacts.oldest != c {
		w.forgetOldest()
	}
	w.tell(c)
	w.plan(c)
}

// forgetOldest ends the contact that is silent longest before its time.
func (w *Watcher) forgetOldest() {
	w.counts.Forgotten++
	w.end(w.contacts.oldest)
}
