package persona

import (
	"container/heap"
	"time"

	"whorl/link"
)

// alarms are connections for which something is to be done, the next one first. A
// persona has one call of the link outstanding, as a rule, however many there are.
type alarms []*conn

var _ heap.Interface = (*alarms)(nil)

func (a alarms) Len() int           { return len(a) }
func (a alarms) Less(i, j int) bool { return a[i].due.Before(a[j].due) }

func (a alarms) Swap(i, j int) {
	a[i], a[j] = a[j], a[i]
	a[i].place, a[j].place = i, j
}

// Push adds a connection; for package heap.
func (a *alarms) Push(x any) {
	c := x.(*conn)
	c.place = len(*a)
	*a = append(*a, c)
}

// Pop takes the last connection; for package heap.
func (a *alarms) Pop() any {
	old := *a
	c := old[len(old)-1]
	old[len(old)-1] = nil
	*a, c.place = old[:len(old)-1], -1
	return c
}

// set changes when something is to be done for a connection.
func (a *alarms) set(c *conn, due time.Time) {
	c.due = due
	if c.place < 0 {
		heap.Push(a, c)
	} else {
		heap.Fix(a, c.place)
	}
}

// cancel takes a connection out.
func (a *alarms) cancel(c *conn) {
	if c.place >= 0 {
		heap.Remove(a, c.place)
	}
}

// wakeAt has something done for a connection at that time.
func (p *Persona) wakeAt(now time.Time, c *conn, due time.Time) {
	p.conns.alarms.set(c, due)
	p.arm(now, c.out)
}

// arm lets the link call when the first alarm is due.
func (p *Persona) arm(now time.Time, out link.Outlet) {
	s := &p.conns
	if len(s.alarms) == 0 {
		return
	}
	due := s.alarms[0].due
	if s.armed.IsZero() || due.Before(s.armed) || s.armed.Before(now) { // a link that is full forgets calls
		if s.armed = due; s.call == nil {
			s.call = p.ring
		}
		out.After(due.Sub(now), s.call)
	}
}

// CallOff reports whether the persona waits for nothing, so that no call that it ordered of
// the link is needed. It orders another one when it is.
func (p *Persona) CallOff() bool {
	if len(p.conns.alarms) > 0 {
		return false
	}
	p.conns.armed = time.Time{}
	return true
}

// ring does what is due. Calls that an earlier one overtook find nothing.
func (p *Persona) ring(now time.Time) {
	s := &p.conns
	if !now.Before(s.armed) {
		s.armed = time.Time{}
	}
	for len(s.alarms) > 0 && !s.alarms[0].due.After(now) {
		c := s.alarms[0]
		s.alarms.cancel(c)
		p.alarm(now, c)
	}
	if len(s.alarms) > 0 {
		p.arm(now, s.alarms[0].out)
	}
}

// alarm does what is due for a connection.
func (p *Persona) alarm(now time.Time, c *conn) {
	if c.session == nil {
		p.unanswered(now, c)
	} else {
		p.elapsed(now, c)
	}
}
