package scan

import (
	"fmt"
	"net/netip"
	"runtime"
	"slices"
	"time"

	"whorl"
	"whorl/method/deep"
	"whorl/method/gen2"
	"whorl/method/seek"
	"whorl/method/survey"
)

// platform is what the SCAN line names as ours.
const platform = runtime.GOARCH + "-" + runtime.GOOS

// noResponse is the reason for taking a host for down.
const noResponse = "no-response"

// record turns a finished host into what is streamed. lost tells how many frames
// the link lost while the host was under way.
func record(f *flow, version string, lost uint64) *whorl.Host {
	h := &whorl.Host{
		Schema: whorl.Schema, Addr: f.Addr, Names: slices.Clip(f.Names),
		Seen: whorl.Span{First: f.began, Last: f.last},
	}
	if f.direct {
		h.MAC = f.mac.String()
	}
	if f.problem != "" {
		h.Warnings = append(h.Warnings, f.problem)
	}
	h.Status = status(f)
	if f.found == nil {
		return h
	}
	h.Ports = ports(f.found, f.exchange())
	for i := range h.Ports {
		if p := &h.Ports[i]; f.own != 0 && p.Number == f.own {
			p.Name = "whorl" // nobody else's: it is there for this scan
		}
	}
	if !f.probed() {
		observeAccepted(h, f.found)
		return h
	}
	if f.gen2 != nil {
		e := &f.gen2.Exchange
		h.Distance = distance(e, f.route.Local, f.direct)
		sequences(h, e)
		Observe(h, e, version)
	}
	if f.ipv6 != nil {
		recordIPv6(h, &f.ipv6.Exchange, f.found, f.direct, version)
	}
	if f.gen1 != nil {
		recordGen1(h, &f.gen1.Exchange, f.direct, version)
	}
	if f.survey != nil && f.survey.Packets > 0 {
		observeSurvey(h, &f.survey.Exchange)
	}
	if f.deep != nil {
		observeDeep(h, &f.deep.Exchange)
	}
	observeTemporal(h, f.temporal)
	observeAccepted(h, f.found)
	if lost > 0 {
		h.Warnings = append(h.Warnings, fmt.Sprintf("%d frames were lost by this machine during the scan; lower --max-rate and scan again", lost))
	}
	return h
}

func status(f *flow) whorl.Status {
	switch {
	case f.found != nil && f.found.Up:
		return whorl.Status{Up: true, Reason: f.found.Reason}
	case f.direct:
		return whorl.Status{Up: true, Reason: f.neighbourReason()}
	}
	return whorl.Status{Reason: noResponse}
}

// exchange is that of gen2; nil before.
func (f *flow) exchange() *gen2.Exchange {
	if f.gen2 == nil {
		return nil
	}
	return &f.gen2.Exchange
}

// ports lists what answered, and which of it fingerprinting relied on.
func ports(r *seek.Result, g *gen2.Exchange) []whorl.Port {
	out := make([]whorl.Port, 0, len(r.Ports)+2)
	for _, s := range r.Ports {
		p := whorl.Port{Proto: "tcp", Number: s.Port, State: whorl.Filtered, Reason: s.Reason, TTL: s.TTL,
			Name: seek.Name(s.Port), Forged: s.Forged}
		switch {
		case s.Open:
			p.State, p.Used = whorl.Open, s.Port == r.OpenTCP
		case s.Closed:
			p.State, p.Used = whorl.Closed, s.Port == r.ClosedTCP
		}
		out = append(out, p)
	}
	if g == nil {
		return out
	}
	if _, closed := g.ClosedTCP(); closed && !r.ClosedKnown {
		out = append(out, whorl.Port{Proto: "tcp", Number: g.Target.ClosedTCP, State: whorl.Closed, Reason: "reset", Used: true})
	}
	if u := g.Slots[gen2.U1].Reply; u != nil {
		out = append(out, whorl.Port{Proto: "udp", Number: g.Target.ClosedUDP, State: whorl.Closed, Reason: "port-unreach", TTL: u.TTL, Used: true})
	}
	return out
}

func distance(e *gen2.Exchange, local, direct bool) *whorl.Hops {
	if d := knownDistance(local, direct); d != nil {
		return d
	}
	if n, ok := e.Distance(); ok {
		return &whorl.Hops{Count: n, Method: whorl.DistanceICMP}
	}
	return nil
}

// knownDistance is that of a host for which no answer is needed; nil for others.
func knownDistance(local, direct bool) *whorl.Hops {
	switch {
	case local:
		return &whorl.Hops{Count: 0, Method: whorl.DistanceLocal}
	case direct:
		return &whorl.Hops{Count: 1, Method: whorl.DistanceDirect}
	}
	return nil
}

// sequences keeps the raw series, and the uptime if the clock allows one.
func sequences(h *whorl.Host, e *gen2.Exchange) {
	s := e.Series()
	if len(s.ISN) == 0 {
		return
	}
	c := e.Clock()
	h.Sequences = &whorl.Sequences{ISN: s.ISN, IPID: s.IPID, First: s.First, Sent: s.Sent, Timestamps: c.Values, IPIDClass: s.Class, ClockClass: c.Class()}
	if p, ok := e.Predictability(); ok {
		sp := int(p.SP)
		h.Sequences.Index = &sp
	}
	if !c.Boot.IsZero() {
		h.Uptime = &whorl.Uptime{Seconds: h.Seen.Last.Sub(c.Boot).Seconds(), LastBoot: c.Boot}
	}
}

// HostOf makes a record from an exchange alone, as a recording gives it.
func HostOf(e *gen2.Exchange, version string) *whorl.Host {
	h := &whorl.Host{
		Schema: whorl.Schema, Addr: e.Target.Addr, Status: whorl.Status{Up: true, Reason: "recorded"},
		Seen: whorl.Span{First: e.First, Last: e.Last},
	}
	if e.Target.Direct {
		h.MAC = e.Target.MAC.String()
	}
	h.Distance = distance(e, e.Target.Local, e.Target.Direct)
	sequences(h, e)
	Observe(h, e, version)
	return h
}

// Observe measures an exchange and adds the observation to the host. It serves
// scans and recordings alike; h.Distance has to be known already.
func Observe(h *whorl.Host, e *gen2.Exchange, version string) {
	worst, ratio := e.Cadence()
	o := whorl.Observation{Method: "gen2", Conditions: whorl.Conditions{
		At: e.First, Sent: e.Packets, Answered: e.Answered(), Probes: e.Asked(), RTT: e.RTT.Smoothed, Jitter: e.Jitter(), WorstGap: worst,
	}}
	if e.DelayExplainsSP() {
		o.Conditions.AtMost = []string{"SEQ.SP"}
	}
	o.Conditions.NotIdeal = notIdeal(h, e, ratio)
	o.Conditions.Unsettled = unsettled(e, ratio)
	info := gen2.ScanInfo{
		Version: version, Platform: platform, OpenTCP: e.Target.OpenTCP, Private: private(h.Addr),
		Distance: -1, Good: o.Conditions.NotIdeal == "", Time: e.Last.Truncate(time.Second).UTC(),
	}
	if port, ok := e.ClosedTCP(); ok {
		info.ClosedTCP = port
	}
	if port, ok := e.ClosedUDP(); ok {
		info.ClosedUDP = port
	}
	if h.Distance != nil {
		info.Distance, info.DistanceMethod = h.Distance.Count, string(h.Distance.Method)
	}
	if m := e.Target.MAC; e.Target.Direct && !m.IsZero() {
		info.MAC = fmt.Sprintf("%02X%02X%02X", m[0], m[1], m[2])
	}
	o.Print = gen2.Fingerprint{Scan: info.Line(), Tests: e.Measure()}.String()
	h.Observations = append(h.Observations, o)
}

// observeDeep measures an exchange of our own probes and adds the observation.
func observeDeep(h *whorl.Host, e *deep.Exchange) {
	if lines := e.Measure(); len(lines) > 0 {
		h.Observations = append(h.Observations, whorl.Observation{Method: "deep", Print: lines.String(), Conditions: whorl.Conditions{
			At: e.First, Sent: e.Packets, Answered: e.Answered(), Probes: e.Asked(), RTT: e.RTT.Smoothed,
		}})
	}
}

// observeSurvey adds what several ports have answered, and the ports that it found.
func observeSurvey(h *whorl.Host, e *survey.Exchange) {
	print := e.Measure()
	h.Observations = append(h.Observations, whorl.Observation{Method: "survey", Print: print.String(), Conditions: whorl.Conditions{
		At: e.First, Sent: e.Packets, Answered: e.Answered(), Probes: len(e.Slots), RTT: e.RTT.Smoothed,
	}})
	for i := range print {
		s := &print[i]
		if s.Number == 0 || len(s.Answers) == 0 || slices.ContainsFunc(h.Ports, func(p whorl.Port) bool {
			return p.Proto == "tcp" && p.Number == s.Number
		}) {
			continue
		}
		a := &s.Answers[0]
		p := whorl.Port{Proto: "tcp", Number: s.Number, State: whorl.Closed, Reason: "reset", TTL: a.TTL, Name: seek.Name(s.Number)}
		if a.Accepts() {
			p.State, p.Reason = whorl.Open, "syn-ack"
		}
		h.Ports = append(h.Ports, p)
	}
}

// notIdeal is the first reason why a fingerprint should not be submitted, in the
// words that Nmap uses; empty if there is none.
func notIdeal(h *whorl.Host, e *gen2.Exchange, ratio float64) string {
	_, closed := e.ClosedTCP()
	switch {
	case e.Target.OpenTCP == 0:
		return "Missing an open TCP port so results incomplete"
	case !closed:
		return "Missing a closed TCP port so results incomplete"
	case h.Distance != nil && h.Distance.Count < 0:
		return fmt.Sprintf("Host distance (%d network hops) appears to be negative", h.Distance.Count)
	case h.Distance != nil && h.Distance.Count > 5:
		return fmt.Sprintf("Host distance (%d network hops) is greater than five", h.Distance.Count)
	case offBeat(ratio):
		return fmt.Sprintf("SEQ probes took %.2f of their time", ratio)
	case e.Slots[gen2.U1].Reply == nil:
		return "Didn't receive UDP response"
	}
	return ""
}

// unsettled names what could not be measured, and why.
func unsettled(e *gen2.Exchange, ratio float64) (out []string) {
	if e.Target.OpenTCP == 0 {
		out = append(out, "SEQ, OPS, WIN, ECN, T1-T4: no open TCP port found")
	} else if offBeat(ratio) {
		out = append(out, fmt.Sprintf("SEQ: the probes took %.2f of their time, rates would be wrong", ratio))
	}
	if _, ok := e.ClosedTCP(); !ok {
		out = append(out, "T5-T7: no closed TCP port found")
	}
	return out
}

// private reports whether an address is of a private or reserved range.
func private(a netip.Addr) bool {
	return a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast()
}
