package scan

import (
	"slices"

	"whorl"
	"whorl/method/ipv6"
	"whorl/method/seek"
)

// ipv6Host is one that was asked over IPv6. Recordings do not tell the zone of an address
// of the link.
func (r *Recorded) ipv6Host(e *ipv6.Exchange, version string) *whorl.Host {
	t := &e.Target
	found := &seek.Result{Ports: r.search.Ports(t.Addr), OpenTCP: t.OpenTCP, ClosedTCP: t.ClosedTCP, SYNACK: r.search.SYNACK(t.Addr, t.OpenTCP)}
	found.ClosedKnown = slices.ContainsFunc(found.Ports, func(s seek.State) bool { return s.Closed && s.Port == t.ClosedTCP })
	t.ClosedKnown = found.ClosedKnown
	h := &whorl.Host{Schema: whorl.Schema, Addr: t.Addr, Status: whorl.Status{Up: true, Reason: "recorded"},
		Seen: whorl.Span{First: e.First, Last: e.Last}, Ports: ports(found, nil)}
	if mac := r.search.MAC(t.Addr); t.Direct && !mac.IsZero() {
		h.MAC = mac.String()
	}
	recordIPv6(h, e, found, t.Direct, version)
	if s := r.surveys.Of(t.Addr); s != nil {
		observeSurvey(h, s)
		until(h, s.Last)
	}
	if x := r.times.Of(t.Addr); x != nil {
		observeTimes(h, x)
		until(h, x.Last)
	}
	observeAccepted(h, found)
	return h
}
