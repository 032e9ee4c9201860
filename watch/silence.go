package watch

import (
	"net/netip"
	"time"

	"whorl/method"
	"whorl/packet"
)

// silence follows connections that a client leaves waiting. RING, Snacktime, Cron-OS and
// JA4TScan send nothing odd; what tells of them is a SYN-ACK or a FIN that is repeated
// while the client, which is there, neither acknowledges nor resets nor asks again.
type silence struct {
	flows    flows
	suspects map[netip.Addr]*suspect
	cleared  time.Time // when old suspects were dropped last, because there were too many
	crowd    [16]silentSource
	next     int // place in crowd
}

const (
	enough   = 3                      // repetitions that are no accident
	copied   = 150 * time.Millisecond // what comes sooner is a copy, not a repetition
	answered = time.Second            // a reset so soon after a repetition is the answer to it
)

func (s *silence) init(sets int) {
	s.flows.init(sets)
	s.suspects = map[netip.Addr]*suspect{}
}

// follow takes a TCP packet. probe is set if it is of a tool that shows itself: what a
// scanner does with its answers, or a filter before it, is no silence.
func (w *Watcher) follow(p *packet.Packet, at time.Time, probe bool) {
	src, dst := netip.AddrPortFrom(p.Src, p.TCP.SrcPort), netip.AddrPortFrom(p.Dst, p.TCP.DstPort)
	f, set := w.silence.flows.find(src, dst)
	if f != nil && at.UnixNano()-f.last > int64(quiet) { // what comes so late is no part of it
		*f, f = flow{}, nil
	}
	switch {
	case f == nil:
		if !probe {
			w.wait(set, p, at)
		}
	case f.client == src:
		w.fromClient(f, p, at)
	default:
		w.fromServer(f, p, at)
	}
}

// wait begins to follow a connection: from its SYN, or from a FIN of its server, which is
// the end with the lower port.
func (w *Watcher) wait(set *[ways]flow, p *packet.Packet, at time.Time) {
	h := &p.TCP
	src, dst := netip.AddrPortFrom(p.Src, h.SrcPort), netip.AddrPortFrom(p.Dst, h.DstPort)
	const kinds = packet.SYN | packet.FIN | packet.RST | packet.ACK
	now := at.UnixNano()
	switch {
	case h.Flags&kinds == packet.SYN && w.protects(p.Dst):
		*placeIn(set, now) = flow{client: src, server: dst, stage: opening, ours: h.Seq, hint: hintOf(p, at), begun: now, last: now}
	case h.Flags&kinds == packet.FIN|packet.ACK && h.SrcPort < h.DstPort && w.protects(p.Src):
		*placeIn(set, now) = flow{client: dst, server: src, stage: closing, theirs: finOf(p), from: h.Seq, begun: now, last: now}
	case h.Flags&kinds == packet.FIN|packet.ACK && h.SrcPort > h.DstPort && w.protects(p.Dst):
		*placeIn(set, now) = flow{client: src, server: dst, stage: opening, half: true, begun: now, last: now}
	}
}

// finOf is the sequence number of a FIN, behind the data of its segment.
func finOf(p *packet.Packet) uint32 { return p.TCP.Seq + uint32(len(p.Payload)) }

// hintOf tells what a SYN says of its tool.
func hintOf(p *packet.Packet, at time.Time) hint {
	l, v, ok := readOptions(p.TCP.Options)
	switch {
	case !ok:
		return ordinary
	case l == layoutOf("") || l == layoutOf("M"):
		return handmade
	case v.val != wild && abs(v.val-at.Unix()) <= 2 && p.TCP.Window == 65535 && method.GuessTTL(p.TTL) == 255:
		return scanTool
	}
	return ordinary
}

func abs(n int64) int64 { return max(n, -n) }

// fromClient takes a packet of the client: most of them end the waiting.
func (w *Watcher) fromClient(f *flow, p *packet.Packet, at time.Time) {
	h := &p.TCP
	switch {
	case h.Flags.Has(packet.RST):
		if f.repeats >= enough && f.stage != opening && at.UnixNano()-f.last >= int64(answered) {
			w.keptWaiting(f, p, at, true)
		}
		*f = flow{}
	case h.Flags.Has(packet.SYN) && h.Seq != f.ours: // a new connection
		now := at.UnixNano()
		*f = flow{client: f.client, server: f.server, stage: opening, ours: h.Seq, hint: hintOf(p, at), begun: now, last: now}
	case f.stage == closing && int32(h.Ack-f.theirs) <= 0 && h.Flags.Has(packet.ACK): // all but the FIN
		f.half = f.half || h.Flags.Has(packet.FIN)
		f.spared = f.spared || h.Ack == f.theirs && f.theirs != f.from
	case f.stage == opening && f.half:
		f.last = at.UnixNano()
	default: // it acknowledges, or asks again
		*f = flow{}
	}
}

// fromServer takes a packet of the server: a SYN-ACK, a FIN, one of them again.
func (w *Watcher) fromServer(f *flow, p *packet.Packet, at time.Time) {
	h, now := &p.TCP, at.UnixNano()
	const synAck = packet.SYN | packet.ACK
	switch {
	case h.Flags.Has(packet.RST):
		if f.repeats >= enough {
			f.reset = true
			f.count(now)
			w.keptWaiting(f, p, at, false)
		}
		*f = flow{}
	case f.stage == opening && h.Flags&synAck == synAck && h.Ack == f.ours+1:
		f.stage, f.theirs, f.begun, f.last = accepted, h.Seq, now, now
	case f.stage == opening && f.half && h.Flags.Has(packet.FIN):
		f.stage, f.theirs, f.from, f.begun, f.last = closing, finOf(p), h.Seq, now, now
	case f.stage == accepted && h.Flags&synAck == synAck && h.Seq == f.theirs,
		f.stage == closing && h.Flags.Has(packet.FIN) && finOf(p) == f.theirs:
		if now-f.last < int64(copied) {
			return
		}
		f.count(now)
		w.silence.suspect(f.client.Addr(), at)
		if f.repeats >= enough {
			w.keptWaiting(f, p, at, false)
		}
	}
}

// count notes a repetition.
func (f *flow) count(now int64) {
	if f.repeats < maxGaps {
		f.gaps[f.repeats] = uint32(min((now-f.last)/int64(time.Millisecond), 1<<32-1))
	}
	if f.repeats < 1<<8-1 {
		f.repeats++
	}
	f.last = now
}

// keptWaiting adds a flow that was left waiting to the contact of its client. ended is set
// if the client ended it by a reset.
func (w *Watcher) keptWaiting(f *flow, p *packet.Packet, at time.Time, ended bool) {
	a := f.client.Addr()
	c := w.contacts.sources[a].of(silent)
	if c == nil {
		mac := p.DstMAC
		if ended {
			mac = p.SrcMAC
		}
		q := packet.Packet{Src: a, Dst: f.server.Addr(), SrcMAC: mac}
		c = w.contactOf(silent, &probed{}, &q, timeOf(f.begun))
		c.quiet = &quietness{}
	}
	src := w.contacts.sources[a]
	q := c.quiet
	q.ended, q.spared = q.ended || ended, q.spared || f.spared
	q.hint = max(q.hint, f.hint)
	q.opens = q.opens || f.stage == accepted
	if u := w.silence.suspects[a]; u != nil {
		q.packets, q.arp = q.packets || u.packets, q.arp || u.arp
	}
	for _, o := range src.contacts {
		told := o.state != ""
		q.scanned = q.scanned || told && o.family == portScan
		q.mass = q.mass || told && o.family == massScan
		q.ours = q.ours || told && o.ours()
	}
	q.crowd = q.crowd || w.silence.manySources(a, at)
	q.take(c, f, at, w.counts.Frames)
	q.name()
	w.changed(c)
}

// timeOf is a time that flows keep as nanoseconds of Unix time.
func timeOf(ns int64) time.Time { return time.Unix(0, ns).UTC() }
