package scan

import (
	"whorl/method"
	"whorl/method/deep"
)

// What the probes of our own are at least, in packets; see planSeek. Over IPv6 eight are
// asked, and datagrams where a closed UDP port has answered.
const (
	planDeep  = 20
	planDeep6 = 14
)

// burstRate is the least limit on packets per second under which a burst to one host
// is still in its spirit: above that of -T2.
const burstRate = 201

// deepPossible reports whether probes of our own can go to a host. They go on from those of
// gen2, or over IPv6, where most of them need an open port.
func (f *flow) deepPossible() bool {
	return f.gen2 != nil || f.ipv6 != nil && f.ipv6.Target.OpenTCP != 0
}

// deepDue reports whether they go to the host before it is judged.
func (f *flow) deepDue(j *Job) bool { return f.deepPossible() && j.deepForAll() }

// planDeep is their plan.
func (f *flow) planDeep(j *Job) int {
	if f.ipv6 == nil {
		return planDeep
	}
	if _, closed := f.ipv6.ClosedUDP(); closed && f.deepBurst(j) {
		return planDeep6 + deep.LimitPackets
	}
	return planDeep6
}

// deepBurst reports whether bursts are among them. Over IPv6 they break no tie, so that they
// are sent only if they were asked for.
func (f *flow) deepBurst(j *Job) bool {
	return (j.Rate == 0 || j.Rate >= burstRate) && (f.ipv6 == nil || j.Deep == Always)
}

// beginDeep starts them, with what was found before.
func (f *flow) beginDeep(j *Job) {
	f.stage = deepening
	t, rtt := f.deepTarget()
	f.deep = deep.NewMachine(t, j.Key.Stream(f.Addr, "deep"), deep.Options{Burst: f.deepBurst(j)})
	f.deep.RTT = rtt
	f.machine = f.deep
}

// deepTarget is the host as the probes before have found it, and the round trip to it.
func (f *flow) deepTarget() (t deep.Target, rtt method.RTT) {
	if f.ipv6 != nil {
		t = deep.Target{Addr: f.Addr, OpenTCP: f.ipv6.Target.OpenTCP}
		if port, closed := f.ipv6.ClosedUDP(); closed {
			t.ClosedUDP = port
		}
		return t, f.ipv6.RTT
	}
	g := &f.gen2.Target
	t = deep.Target{Addr: f.Addr, OpenTCP: g.OpenTCP, ClosedTCP: g.ClosedTCP, ClosedUDP: g.ClosedUDP}
	_, t.ClosedKnown = f.gen2.ClosedTCP()
	return t, f.gen2.RTT
}
