package scan

import (
	"time"

	"whorl"
	"whorl/method/gen2"
	"whorl/method/seek"
	"whorl/method/survey"
	"whorl/packet"
)

// Recorded measures anew what a recording of a scan holds: open and closed ports, the
// exchanges of package gen2 and surveys. Give it all packets in order of time with Add.
type Recorded struct {
	search    seek.Replay
	exchanges gen2.Replay
	surveys   survey.Replay
}

// Add takes one packet.
func (r *Recorded) Add(p *packet.Packet, at time.Time) {
	if r.surveys.Add(p, at) { // its SYNs are those of S1
		return
	}
	r.search.Add(p, at)
	r.exchanges.Add(p, at)
}

// Hosts are those that were fingerprinted, in the order of their first probe.
func (r *Recorded) Hosts(version string) (out []*whorl.Host) {
	for _, e := range r.exchanges.Exchanges() {
		h := HostOf(e, version)
		t := &e.Target
		h.Ports = ports(&seek.Result{Ports: r.search.Ports(t.Addr), OpenTCP: t.OpenTCP, ClosedTCP: t.ClosedTCP, ClosedKnown: t.ClosedKnown}, e)
		if s := r.surveys.Of(t.Addr); s != nil {
			observeSurvey(h, s)
		}
		out = append(out, h)
	}
	return out
}
