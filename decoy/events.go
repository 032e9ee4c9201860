package decoy

import "time"

// maxPending bounds the events under way. What goes beyond is lost, as in a full queue.
const maxPending = 1 << 18

// event is a frame that leaves or something that happens.
type event struct {
	due   time.Time
	no    uint64 // events of the same time keep their order
	frame []byte
	do    func(time.Time)
	of    *host // who ordered that; nil: nobody who may call it off
}

// off reports whether an event has been called off: a persona alone orders nothing but to be
// woken for what it waits for.
func (e *event) off() bool { return e.of != nil && e.of.node == e.of.persona && e.of.persona.CallOff() }

func (e *event) before(f *event) bool {
	if e.due.Equal(f.due) {
		return e.no < f.no
	}
	return e.due.Before(f.due)
}

// events are what is to come, as a binary heap: none is later than those at twice its place.
// The zero value is empty.
type events struct {
	all  []event
	no   uint64
	lost int
}

// add notes an event, if there is room.
func (q *events) add(e event) {
	if len(q.all) >= maxPending {
		q.lost++
		return
	}
	q.must(e)
}

// must notes one of which there are few.
func (q *events) must(e event) {
	q.no++
	e.no = q.no
	q.all = append(q.all, e)
	for i := len(q.all) - 1; i > 0; {
		up := (i - 1) / 2
		if !q.all[i].before(&q.all[up]) {
			return
		}
		q.all[i], q.all[up] = q.all[up], q.all[i]
		i = up
	}
}

// next is when the next event is due. Those before it that were called off are dropped, so
// that nobody wakes up for them.
func (q *events) next() (due time.Time, ok bool) {
	for len(q.all) > 0 {
		if !q.all[0].off() {
			return q.all[0].due, true
		}
		q.pop()
	}
	return due, false
}

// take takes the next event that is due.
func (q *events) take(now time.Time) (e event, ok bool) {
	if len(q.all) == 0 || q.all[0].due.After(now) {
		return e, false
	}
	return q.pop(), true
}

// pop takes the first event of several.
func (q *events) pop() (e event) {
	e = q.all[0]
	last := len(q.all) - 1
	q.all[0], q.all[last] = q.all[last], event{}
	q.all = q.all[:last]
	for i := 0; ; {
		least := i
		for down := 2*i + 1; down <= 2*i+2 && down < last; down++ {
			if q.all[down].before(&q.all[least]) {
				least = down
			}
		}
		if least == i {
			return e
		}
		q.all[i], q.all[least] = q.all[least], q.all[i]
		i = least
	}
}
