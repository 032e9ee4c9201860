package scan

import (
	"net/netip"
	"slices"
	"time"

	"whorl/link"
	"whorl/method"
	"whorl/method/deep"
	"whorl/method/gen1"
	"whorl/method/gen2"
	"whorl/method/ipv6"
	"whorl/method/seek"
	"whorl/method/survey"
	"whorl/packet"
)

// flow is one host under way: one machine after the other.
type flow struct {
	timer timer
	Target
	route    *link.Route // shared with other hosts; see engine.via
	up       string      // how it is known to be up; empty: it is asked
	mac      packet.MAC  // of the next hop
	own      uint16      // port that we opened ourselves on a local target, tried last
	stage    stage
	onLink   bool            // the host itself is the next hop
	direct   bool            // ... and has answered ARP or a neighbour solicitation
	away     bool            // with the judges, who may send it back
	cut      bool            // it ended because we could not go on
	lossy    bool            // it shows that packets are lost
	machine  method.Machine  // of the stage
	found    *seek.Result    // what seek knows so far; nil: nothing was asked yet
	gen2     *gen2.Machine   // nil: not asked for, or not yet
	gen1     *gen1.Machine   // nil: not asked for, or not yet
	ipv6     *ipv6.Machine   // nil: not a host over IPv6, or not yet
	survey   *survey.Machine // nil: no reason for it, or not yet
	deep     *deep.Machine   // nil: not asked for, or not yet
	temporal *temporal       // nil: not asked for, or not yet
	began    time.Time
	last     time.Time // last packet sent or received
	sent     int       // packets
	planned  int       // packets that the budget has given
	counted  int       // packets that the progress knows of
	lost     uint64    // frames that the link had lost before
	problem  string    // why it ended early
}

type stage uint8

const (
	resolving stage = iota // who has the next hop's address
	seeking                // is it up, which ports
	waiting                // for the budget of the next probes
	probing                // those of gen2, or over IPv6
	probing1               // those of gen1
	surveying              // several ports of the host, for boxes in the path
	deepening              // the probes of method/deep
	done
)

// Plans: packets that a stage is going to send at least, resets of our own kernel
// to SYN-ACKs included.
const (
	planSeek = 4
	planGen2 = 23
)

// begin starts the first stage.
func (f *flow) begin(j *Job, now time.Time) {
	f.began, f.last, f.planned = now, now, planSeek
	f.mac = f.route.NextMAC
	if f.route.Link == packet.Ethernet && (f.onLink || f.mac.IsZero()) {
		f.stage = resolving
		f.machine = seek.NewNeighbour(f.nextHop(), f.route.Src, f.route.SrcMAC)
		return
	}
	f.beginSeek(j, f.up)
}

func (f *flow) beginSeek(j *Job, up string) {
	switch {
	case up != "":
	case j.SkipUp:
		up = "user-set"
	case f.route.Local:
		up = "localhost-response"
	}
	f.stage = seeking
	candidates := j.TCP
	if candidates == nil {
		candidates = seek.Likely
	}
	if f.own != 0 {
		candidates = append(slices.Clone(candidates), f.own)
	}
	m := seek.NewMachine(f.Addr, j.Key.Stream(f.Addr, "seek"), seek.Options{TCP: candidates, UDP: j.UDP, Up: up, Tries: j.Tries})
	f.machine, f.found = m, &m.Result
}

// step goes on after the machine of a stage has finished.
func (f *flow) step(j *Job) {
	switch f.stage {
	case resolving:
		f.mac = f.machine.(*seek.Neighbour).MAC
		switch {
		case f.mac.IsZero() && !f.onLink:
			f.fail("the gateway " + f.route.NextHop.String() + " does not tell its hardware address; check the route")
		case f.mac.IsZero():
			f.stage = done
		case f.onLink:
			f.direct = true
			f.beginSeek(j, f.neighbourReason())
		default:
			f.beginSeek(j, f.up)
		}
	case seeking:
		f.stage = done
		f.keepFound()
		if f.found.Up {
			f.stage, f.machine = waiting, nil
		}
	case probing, probing1:
		f.stage = done
		if f.gen1Due(j) || f.planSurvey(j) || f.deepDue(j) {
			f.stage, f.machine = waiting, nil
		}
	case surveying:
		f.stage = done
		if f.deepDue(j) {
			f.stage, f.machine = waiting, nil
		}
	case deepening:
		f.stage = done
	}
}

// neighbourReason is how a host of our segment is known to be up.
func (f *flow) neighbourReason() string {
	if f.Addr.Is6() {
		return "nd-response"
	}
	return "arp-response"
}

// keepFound lets go of the machine of the search, which holds more than it found.
func (f *flow) keepFound() {
	found := *f.found
	found.Ports = slices.Clone(found.Ports)
	f.found = &found
}

// nextHop is who takes the frames to the host.
func (f *flow) nextHop() netip.Addr {
	if f.onLink {
		return f.Addr
	}
	return f.route.NextHop
}

// deadline is when the host is given up; zero: never.
func (f *flow) deadline(j *Job) time.Time {
	if j.HostTimeout <= 0 {
		return time.Time{}
	}
	return f.began.Add(j.HostTimeout)
}

// plan is what the probes that a host waits for need of the budget, in packets.
func (f *flow) plan(j *Job) int {
	switch {
	case f.ipv6Due():
		return planIPv6
	case f.gen2Due(j):
		return planGen2
	case f.gen1Due(j):
		return planGen1
	case f.surveyDue():
		return len(f.survey.Slots)
	}
	return f.planDeep(j)
}

// probe starts the probes that the host waited for; the budget has room for them.
func (f *flow) probe(j *Job) {
	f.planned += f.plan(j)
	switch {
	case f.ipv6Due():
		f.beginIPv6(j)
	case f.gen2Due(j):
		f.beginGen2(j)
	case f.gen1Due(j):
		f.beginGen1(j)
	case f.surveyDue():
		f.stage, f.machine = surveying, f.survey
	default:
		f.beginDeep(j)
	}
}

func (f *flow) beginGen2(j *Job) {
	f.stage = probing
	r := f.found
	f.gen2 = gen2.NewMachine(gen2.Target{
		Addr: f.Addr, OpenTCP: r.OpenTCP, ClosedTCP: r.ClosedTCP, ClosedUDP: r.ClosedUDP, ClosedKnown: r.ClosedKnown,
		Local: f.route.Local, Direct: f.direct, MAC: f.mac,
	}, j.Key.Stream(f.Addr, "gen2"), gen2.Options{Tries: j.Tries})
	f.gen2.RTT = r.RTT
	f.machine = f.gen2
}

// fail ends the flow for a reason that the user should know.
func (f *flow) fail(why string) {
	f.stage, f.problem = done, why
}

// address fills in what machines leave to the driver.
func (f *flow) address(p *packet.Packet) {
	p.Link = f.route.Link
	p.SrcMAC = f.route.SrcMAC
	if p.DstMAC.IsZero() {
		p.DstMAC = f.mac
	}
	if p.Network != packet.ARP {
		p.Src = f.route.Src
	}
}
