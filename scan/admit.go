package scan

import (
	"net/netip"
	"time"

	"whorl/link"
	"whorl/packet"
)

// keepsUp reports whether more hosts may be started: timers fire in time. It tells the
// budget what the machine takes.
func (e *engine) keepsUp(now time.Time) bool {
	late := time.Duration(0)
	if at, ok := e.wheel.next(); ok {
		late = now.Sub(at)
	}
	e.strain.turn(late)
	e.budget.hold(e.backlog() + e.probing - e.listening)
	if !now.Before(e.looked.Add(strainEvery)) {
		e.looked = now
		e.share()
		if e.strain.look(e.lost(), now) {
			e.budget.slow(now)
		}
		e.budget.ease(e.strain.load, now)
	}
	return late < lateGate
}

// share takes what others have sent from a budget that the user has set.
func (e *engine) share() {
	if e.beside == nil || e.job.Rate == 0 {
		return
	}
	n := e.beside()
	e.budget.charge(int(n - e.besides))
	e.besides = n
}

// admit starts probes of hosts that wait for them, then new hosts, as far as the
// budget goes. It returns when to try again; zero: not before something happens.
func (e *engine) admit(now time.Time) (again time.Time) {
	if again = e.beginReady(now); len(e.ready) > 0 {
		return again
	}
	for n := 0; e.room() && e.backlog() < maxBacklog; n++ {
		if n == maxAdmit {
			return now
		}
		if e.next == nil {
			h, ok, more := e.feed()
			e.more = more
			if !ok {
				if more {
					return now.Add(idleCheck)
				}
				return time.Time{}
			}
			e.next = &h
		}
		if !e.started.IsZero() && now.Before(e.started.Add(e.job.Pause)) {
			return e.started.Add(e.job.Pause)
		}
		if _, twice := e.flows[e.next.Addr.WithZone("")]; twice {
			return now.Add(idleCheck) // the same address is under way already: one after the other
		}
		if ok, when := e.afford(e.next.Addr, planSeek, now); !ok {
			return when
		}
		e.start(now)
	}
	if e.next != nil || e.more {
		return now.Add(idleCheck)
	}
	return time.Time{}
}

// beginReady starts probes of hosts that wait for them, and returns when to try again if
// some still do.
func (e *engine) beginReady(now time.Time) (again time.Time) {
	for n := 0; len(e.ready) > 0; n++ {
		if n == maxAdmit {
			return now
		}
		f := e.ready[0]
		if f.stage == waiting {
			if ok, when := e.afford(f.Addr, f.plan(e.job), now); !ok {
				return when
			}
			e.begin(f, now)
		}
		e.ready = e.ready[1:]
	}
	return time.Time{}
}

// start makes a flow of the next host.
func (e *engine) start(now time.Time) {
	f := &flow{Target: e.next.Target, up: e.next.up}
	e.via(f, e.next.route)
	if f.route.Local && e.listen != nil {
		f.own, _ = e.listen(f.Addr) // without one, the scan tells less and says so
	}
	e.next = nil
	e.started = now
	f.timer.owner = f
	f.lost = e.lost()
	e.flows[f.key()] = f
	f.begin(e.job, now)
	e.poll(f, now)
}

// via gives a flow its route: that of the host before if it is the same, as it is for
// all behind one gateway, and for all neighbours once the next hop is left out.
func (e *engine) via(f *flow, r link.Route) {
	if f.onLink = r.OnLink(f.Addr); f.onLink {
		r.NextHop, r.NextMAC = netip.Addr{}, packet.MAC{}
	}
	if e.route == nil || *e.route != r {
		fresh := r
		e.route = &fresh
	}
	f.route = e.route
	if !f.onLink {
		if e.behind == nil {
			e.behind = map[netip.Addr]struct{}{}
		}
		e.behind[f.nextHop().WithZone("")] = struct{}{}
	}
}

// afford takes n packets to an address from the budgets of its network and of the scan,
// if both have them; else it says when that may be.
func (e *engine) afford(addr netip.Addr, n int, now time.Time) (ok bool, when time.Time) {
	net := e.nets.of(addr, now)
	if net != nil {
		if ok, when = net.admit(n, now); !ok {
			return false, when
		}
	}
	if ok, when = e.budget.admit(n, now); !ok && net != nil {
		net.charge(-n)
	}
	return ok, when
}

// wait puts a host behind those that wait for the budget, or starts its probes at once:
// then it is true.
func (e *engine) wait(f *flow, now time.Time) (started bool) {
	if len(e.ready) == 0 {
		if ok, _ := e.afford(f.Addr, f.plan(e.job), now); ok {
			e.begin(f, now)
			return true
		}
	}
	e.ready = append(e.ready, f)
	return false
}

// begin starts the probes that a host has waited for.
func (e *engine) begin(f *flow, now time.Time) {
	if !f.probed() {
		e.probing++
	}
	f.probe(e.job)
	e.losses.ask(f)
	e.poll(f, now)
}
