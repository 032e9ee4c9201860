package watch

import (
	"time"

	"whorl"
)

// plan makes sure that a contact is looked at in time.
func (w *Watcher) plan(c *contact) {
	due := c.last.Add(quick)
	if !due.After(w.now) {
		due = c.last.Add(c.idle())
	}
	if w.next.IsZero() || due.Before(w.next) {
		w.next = due
	}
}

// rest is the least time between two looks at all contacts: with tens of thousands of them
// one that is due at every moment would cost too much.
const rest = 250 * time.Millisecond

// Wake ends what has been idle for long, and gives the time of the next call; zero: none
// is needed. Frame does it by itself as long as frames come.
func (w *Watcher) Wake(now time.Time) (next time.Time) {
	if now.After(w.now) {
		w.now = now
	}
	w.next = time.Time{}
	c := w.contacts.oldest
	for c != nil && now.Sub(c.last) >= quick {
		newer := c.newer
		if now.Sub(c.last) >= c.idle() {
			w.end(c)
		} else {
			w.plan(c)
		}
		c = newer
	}
	if c != nil { // those after it end no sooner
		w.plan(c)
	}
	if soonest := now.Add(rest); !w.next.IsZero() && w.next.Before(soonest) {
		w.next = soonest
	}
	return w.next
}

// End ends all contacts, as at the end of a capture.
func (w *Watcher) End() {
	for w.contacts.oldest != nil {
		w.end(w.contacts.oldest)
	}
	w.next = time.Time{}
}

// end gives the last record of a contact and forgets it.
func (w *Watcher) end(c *contact) {
	if c.state != "" {
		w.give(c, whorl.Ended)
	}
	for _, t := range c.talks {
		w.kept -= len(t.kept)
	}
	w.contacts.forget(c)
	w.recent.forget(c)
}

// tell gives a record if the contact has come to a new state.
func (w *Watcher) tell(c *contact) {
	if c.state == whorl.Confirmed {
		return
	}
	s, _ := c.judge()
	if s == "" || s == c.state {
		return
	}
	if c.state == "" {
		w.counts.Contacts[c.family]++
	}
	c.state = s
	w.give(c, s)
}
