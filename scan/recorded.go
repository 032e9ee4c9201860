package scan

import (
	"net/netip"
	"slices"
	"time"

	"whorl"
	"whorl/method/backoff"
	"whorl/method/deep"
	"whorl/method/gen1"
	"whorl/method/gen2"
	"whorl/method/ipv6"
	"whorl/method/seek"
	"whorl/method/survey"
	"whorl/packet"
)

// Recorded measures anew what a recording of a scan holds: open and closed ports, the
// exchanges of both generations and over IPv6, surveys, probes of our own and times. Give
// it all packets in order of time with Add.
type Recorded struct {
	search  seek.Replay
	gen2    gen2.Replay
	gen1    gen1.Replay
	ipv6    ipv6.Replay
	surveys survey.Replay
	deep    deep.Replay
	times   backoff.Replay
}

// Add takes one packet.
func (r *Recorded) Add(p *packet.Packet, at time.Time) {
	switch {
	case r.ipv6.Add(p, at):
	case r.surveys.Add(p, at): // its SYNs are those of S1
	case r.deep.Add(p, at), r.gen1.Add(p, at), r.times.Add(p, at):
	default:
		r.search.Add(p, at)
		r.gen2.Add(p, at)
	}
}

// Full reports whether there was more than is kept, so that hosts may be missing.
func (r *Recorded) Full() bool {
	return r.gen2.Full() || r.gen1.Full() || r.ipv6.Full() || r.surveys.Full() || r.deep.Full() || r.times.Full()
}

// Hosts are those that were fingerprinted, in the order of their first probe.
func (r *Recorded) Hosts(version string) (out []*whorl.Host) {
	known := map[netip.Addr]bool{}
	for _, e := range r.gen2.Exchanges() {
		known[e.Target.Addr] = true
		out = append(out, r.host(e, version))
	}
	for _, e := range r.gen1.Exchanges() {
		if !known[e.Target.Addr] {
			out = append(out, r.gen1Host(e, version))
		}
	}
	for _, e := range r.ipv6.Exchanges() {
		out = append(out, r.ipv6Host(e, version))
	}
	slices.SortStableFunc(out, func(a, b *whorl.Host) int { return a.Seen.First.Compare(b.Seen.First) })
	return out
}

// host is one that the second generation was sent to. All that a scan may ask else comes
// after that.
func (r *Recorded) host(e *gen2.Exchange, version string) *whorl.Host {
	h := HostOf(e, version)
	t := &e.Target
	found := r.found(t.Addr, t.OpenTCP, t.ClosedTCP)
	found.ClosedKnown = t.ClosedKnown
	h.Ports = ports(found, e)
	_, closed := e.ClosedTCP()
	if x := r.gen1.Of(t.Addr); x != nil {
		x.Target.ClosedKnown = closed
		recordGen1(h, x, t.Direct, version)
		until(h, x.Last)
	}
	r.later(h, found, closed)
	return h
}

// gen1Host is one that the first generation alone was sent to.
func (r *Recorded) gen1Host(e *gen1.Exchange, version string) *whorl.Host {
	t := &e.Target
	found := r.found(t.Addr, t.OpenTCP, t.ClosedTCP)
	t.ClosedKnown = found.ClosedKnown
	mac := r.gen2.MAC(t.Addr)
	h := recordedHost(t.Addr, whorl.Span{First: e.First, Last: e.Last}, mac, found)
	recordGen1(h, e, !mac.IsZero(), version)
	r.later(h, found, t.ClosedKnown)
	return h
}

// ipv6Host is one that was asked over IPv6. Recordings do not tell the zone of an address
// of the link.
func (r *Recorded) ipv6Host(e *ipv6.Exchange, version string) *whorl.Host {
	t := &e.Target
	found := r.found(t.Addr, t.OpenTCP, t.ClosedTCP)
	t.ClosedKnown = found.ClosedKnown
	var mac packet.MAC
	if t.Direct {
		mac = r.search.MAC(t.Addr)
	}
	h := recordedHost(t.Addr, whorl.Span{First: e.First, Last: e.Last}, mac, found)
	recordIPv6(h, e, found, t.Direct, version)
	r.later(h, found, t.ClosedKnown)
	return h
}

// found is what the search found of a host whose probes went to those ports.
func (r *Recorded) found(host netip.Addr, open, closed uint16) *seek.Result {
	found := &seek.Result{Ports: r.search.Ports(host), OpenTCP: open, ClosedTCP: closed, SYNACK: r.search.SYNACK(host, open)}
	found.ClosedKnown = slices.ContainsFunc(found.Ports, func(s seek.State) bool { return s.Closed && s.Port == closed })
	return found
}

// recordedHost begins the record of a host. A zero MAC was not seen.
func recordedHost(addr netip.Addr, seen whorl.Span, mac packet.MAC, found *seek.Result) *whorl.Host {
	h := &whorl.Host{Schema: whorl.Schema, Addr: addr, Status: whorl.Status{Up: true, Reason: "recorded"}, Seen: seen, Ports: ports(found, nil)}
	if !mac.IsZero() {
		h.MAC = mac.String()
	}
	return h
}

// later adds what a scan may ask after the probes of Nmap. closed tells that their closed
// port was known to be.
func (r *Recorded) later(h *whorl.Host, found *seek.Result, closed bool) {
	if s := r.surveys.Of(h.Addr); s != nil {
		observeSurvey(h, s)
		until(h, s.Last)
	}
	if x := r.deep.Of(h.Addr); x != nil {
		x.Target.ClosedKnown = closed
		observeDeep(h, x)
		until(h, x.Last)
	}
	if x := r.times.Of(h.Addr); x != nil {
		observeTimes(h, x)
		until(h, x.Last)
	}
	observeAccepted(h, found)
}

// until counts a later packet as seen.
func until(h *whorl.Host, last time.Time) {
	if last.Before(h.Seen.Last) {
		return
	}
	h.Seen.Last = last
	if u := h.Uptime; u != nil {
		u.Seconds = last.Sub(u.LastBoot).Seconds()
	}
}
