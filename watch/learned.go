package watch

import (
	"slices"
	"time"

	"whorl"
	"whorl/method"
	"whorl/method/deep"
	"whorl/method/gen1"
	"whorl/method/gen2"
	"whorl/packet"
)

// learned is a target as the scanner sees it: what our answers show, measured as our own
// scanner would. It is the target that answered most, towards the source that is there.
// share is how much of what the tool measures it gives away. nil: nothing can be measured.
func (c *contact) learned() (h *whorl.Host, share float64) {
	h = &whorl.Host{Schema: whorl.Schema, Status: whorl.Status{Up: true, Reason: "recorded"}}
	if c.quiet != nil {
		return c.quiet.host(h, c), 0
	}
	t := c.telling()
	if t == nil || !c.family.measured() {
		return nil, 0
	}
	h.Addr, h.Seen = t.target, whorl.Span{First: t.kept[0].at, Last: t.kept[len(t.kept)-1].at}
	if c.family == nmapIPv6 {
		share = t.observe6(h)
	} else {
		share = t.observe(h)
	}
	if len(h.Observations) == 0 {
		return nil, 0
	}
	return h, share
}

// telling is the talk that shows most.
func (c *contact) telling() (best *talk) {
	most := 0
	for _, t := range c.talks {
		n := 0
		for i := range t.asked {
			if t.asked[i].answered {
				n += 2
			}
		}
		if i := slices.IndexFunc(c.sources, func(p party) bool { return p.addr == t.source }); n > 0 && i >= 0 && c.sources[i].live {
			n++
		}
		if n > most && len(t.kept) > 0 {
			best, most = t, n
		}
	}
	return best
}

// observe measures the packets of a talk, and tells how much the second generation shows.
func (t *talk) observe(h *whorl.Host) (share float64) {
	var second gen2.Replay
	var first gen1.Replay
	for _, k := range t.kept {
		second.Add(k.p, k.at)
		first.Add(asSent(k.p), k.at)
	}
	for _, e := range second.Exchanges() {
		if e.Target.Addr == t.target {
			share = observeGen2(h, e)
		}
	}
	if e := first.Of(t.target); e != nil && e.Answered() > 0 {
		h.Observations = append(h.Observations, whorl.Observation{Method: "gen1", Print: e.Measure().String(),
			Conditions: whorl.Conditions{At: e.First, Sent: e.Packets, Answered: e.Answered(), Probes: e.Asked(), RTT: e.RTT.Smoothed}})
	}
	t.observeDeep(h)
	return share
}

// observeDeep measures those that are our own probes and their answers, over either version
// of IP.
func (t *talk) observeDeep(h *whorl.Host) {
	var r deep.Replay
	for _, k := range t.kept {
		r.Add(k.p, k.at)
	}
	e := r.Of(t.target)
	if e == nil {
		return
	}
	if lines := e.Measure(); len(lines) > 0 {
		h.Observations = append(h.Observations, whorl.Observation{Method: "deep", Print: lines.String(),
			Conditions: whorl.Conditions{At: e.First, Sent: e.Packets, Answered: e.Answered(), Probes: e.Asked(), RTT: e.RTT.Smoothed}})
	}
}

// asSent gives a probe of the first generation the TTL that its window says it was sent
// with: that law holds only before the first router.
func asSent(p *packet.Packet) *packet.Packet {
	if p.Transport != packet.TCP {
		return p
	}
	q := *p
	for range 4 {
		if gen1.Window(q.TTL) == q.TCP.Window {
			break
		}
		q.TTL++
	}
	return &q
}

// exchange is what those of both versions of IP tell of the host.
type exchange interface {
	ClosedTCP() (port uint16, ok bool)
	ClosedUDP() (port uint16, ok bool)
	Distance() (hops int, ok bool)
}

// seenFrom gives the line SCAN of an exchange, and the host its distance from where the
// packets were seen.
func seenFrom(h *whorl.Host, e exchange, open uint16, last time.Time) gen2.ScanInfo {
	info := gen2.ScanInfo{Version: "whorl", OpenTCP: open, Private: h.Addr.IsPrivate(), Distance: -1, Time: last.UTC()}
	if port, ok := e.ClosedTCP(); ok {
		info.ClosedTCP = port
	}
	if port, ok := e.ClosedUDP(); ok {
		info.ClosedUDP = port
	}
	if n, ok := e.Distance(); ok {
		h.Distance = &whorl.Hops{Count: n, Method: whorl.DistanceICMP}
		info.Distance, info.DistanceMethod = n, string(whorl.DistanceICMP)
	}
	return info
}

// observeGen2 adds what an exchange of the second generation shows. share is that of Nmap's
// points.
func observeGen2(h *whorl.Host, e *gen2.Exchange) (share float64) {
	worst, _ := e.Cadence()
	info, tests := seenFrom(h, e, e.Target.OpenTCP, e.Last), e.Measure()
	if boot := e.Clock().Boot; !boot.IsZero() {
		h.Uptime = &whorl.Uptime{Seconds: h.Seen.Last.Sub(boot).Seconds(), LastBoot: boot}
	}
	h.Observations = append(h.Observations, whorl.Observation{
		Method: "gen2", Print: gen2.Fingerprint{Scan: info.Line(), Tests: tests}.String(),
		Conditions: whorl.Conditions{At: e.First, Sent: e.Packets, Answered: e.Answered(), Probes: e.Asked(),
			RTT: e.RTT.Smoothed, WorstGap: worst},
	})
	return shareOf(tests)
}

// shareOf is how much of Nmap's points the tests of a target settle that answered.
func shareOf(tests []method.Line) float64 {
	points, got, all := gen2.DefaultPoints(), 0, 0
	for t := range points {
		for _, n := range points[t] {
			all += int(n)
		}
	}
	for _, l := range tests {
		t, ok := gen2.TestNamed(l.Test)
		if r, _ := l.Value("R"); !ok || r == "N" {
			continue
		}
		for _, a := range l.Attrs {
			if i, ok := gen2.Tests[t].Attr(a.Name); ok {
				got += int(points[t][i])
			}
		}
	}
	return float64(got) / float64(all)
}

// host is the target of the flows that were left waiting.
func (q *quietness) host(h *whorl.Host, c *contact) *whorl.Host {
	print, flows := q.learned(c.last)
	if flows == 0 {
		return nil
	}
	h.Addr, h.Seen = q.flows[0].server.Addr(), whorl.Span{First: c.first, Last: c.last}
	h.Observations = []whorl.Observation{{Method: "backoff", Print: print.String(), Conditions: whorl.Conditions{
		At: c.first, Sent: q.count, Answered: flows, Probes: flows}}}
	return h
}
