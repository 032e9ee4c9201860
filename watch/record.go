package watch

import (
	"slices"

	"whorl"
	"whorl/packet"
)

// give hands a record to the caller, unless there were too many of late.
func (w *Watcher) give(c *contact, s whorl.ContactState) {
	if w.o.Contact == nil {
		return
	}
	if !w.rates.allow(c.sources[0].addr, w.now) {
		w.counts.Held++
		return
	}
	w.write(c, s)
	w.o.Contact(&w.record)
}

// write makes the record of a contact.
func (w *Watcher) write(c *contact, s whorl.ContactState) {
	_, sure := c.judge()
	w.record = whorl.Contact{
		Schema: whorl.ContactSchema, ID: c.id, State: s, Class: traits[c.family].class, Tool: w.toolOf(c), Confidence: sure,
		Seen:    whorl.Span{First: c.first, Last: c.last},
		Targets: slices.Clone(c.listed), Ports: slices.Clone(c.ports),
		Counts: whorl.ContactCounts{Packets: c.packets, Answered: c.answered,
			Sources: len(c.sources), Targets: c.targets.count(), Ports: c.portNos.count()},
		Evasion: w.evasionOf(c).names(), Leak: w.leak(c),
	}
	r := &w.record
	for _, live := range []bool{true, false} {
		for i := range c.sources {
			if p := &c.sources[i]; p.live == live {
				r.Sources = append(r.Sources, p.record())
			}
		}
	}
	for i := range c.kinds {
		k := &c.kinds[i]
		r.Probes = append(r.Probes, whorl.ProbeSeen{Name: k.kind.name, Exact: k.tier == exact, Count: k.count, Answered: k.answered,
			At: k.at, Frame: k.frame, Proto: protoNames[k.proto], Port: k.port})
	}
	if s == whorl.Ended {
		var share float64
		if r.Learned, share = c.learned(); share > 0 {
			r.Leak = leakOf(share)
		}
	}
}

// evasionOf is in which ways the tool differs from how it comes. Our own asks several ports
// from source ports and with flow labels that are not Nmap's.
func (w *Watcher) evasionOf(c *contact) evasions {
	if w.toolOf(c) == ourTool {
		return c.evasion &^ (evadesPort | evadesLabel)
	}
	return c.evasion
}

// record is the source as a record has it.
func (p *party) record() whorl.ContactSource {
	s := whorl.ContactSource{Addr: p.addr, Live: p.live}
	if !p.mac.IsZero() {
		s.MAC = p.mac.String()
	}
	return s
}

// protoNames are those of ProbeSeen.Proto.
var protoNames = map[packet.Transport]string{packet.TCP: "tcp", packet.UDP: "udp", packet.ICMP: "icmp", packet.ICMPv6: "icmpv6"}

// toolOf names the tool. Our own scanner looks for ports, and asks the first generation, with
// the packets that nmap sends; what else its source does tells it.
func (w *Watcher) toolOf(c *contact) string {
	t := c.tool()
	if t == "nmap -sS" || t == "nmap -sn" || t == nmap1Tool {
		for _, o := range w.contacts.sources[c.sources[0].addr].contacts {
			if o.state != "" && o.ours() {
				return ourTool
			}
		}
	}
	return t
}

// leak is how much the answers may give away, as far as they were seen.
func (w *Watcher) leak(c *contact) whorl.Leak {
	switch {
	case c.quiet != nil:
		return c.quiet.leak()
	case c.answered > 0:
		return leakOf(c.share())
	case w.heard(c):
		return whorl.LeakNone
	}
	return whorl.LeakUnseen
}

// heard reports whether anything was seen that a target sent since the contact began: then
// its silence is one.
func (w *Watcher) heard(c *contact) bool {
	for _, t := range c.talks {
		if h := w.contacts.targets[t.target]; t.heard || h != nil && !h.at.Before(c.first) {
			return true
		}
	}
	return false
}

// mostly is the share of what a tool can measure from which on it has got all.
const mostly = 0.6

// leakOf names a share of what a tool can measure.
func leakOf(share float64) whorl.Leak {
	if share < mostly {
		return whorl.LeakPartial
	}
	return whorl.LeakFull
}

// share is that of the kinds of probes that were answered.
func (c *contact) share() float64 {
	n := 0
	for i := range c.kinds {
		if c.kinds[i].answered > 0 {
			n++
		}
	}
	return float64(n) / float64(len(c.kinds))
}

// leak is full if the flow that was watched ended by itself.
func (q *quietness) leak() whorl.Leak {
	for i := range q.flows {
		if q.flows[i].reset {
			return whorl.LeakFull
		}
	}
	if q.ended {
		return whorl.LeakPartial
	}
	return whorl.LeakFull
}
