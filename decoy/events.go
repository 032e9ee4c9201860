package decoy

import (
	"container/heap"
	"time"
)

// maxPending bounds the events under way. What goes beyond is lost, as in a full queue.
const maxPending = 1 << 18

// event is a frame that leaves or something that happens.
type event struct {
	due   time.Time
	no    uint64 // events of the same time keep their order
	frame []byte
	do    func(time.Time)
}

// events are what is to come. The zero value is empty.
type events struct {
	all  pending
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
	heap.Push(&q.all, e)
}

// next is when the next event is due.
func (q *events) next() (due time.Time, ok bool) {
	if len(q.all) == 0 {
		return due, false
	}
	return q.all[0].due, true
}

// take takes the next event that is due.
func (q *events) take(now time.Time) (e event, ok bool) {
	if due, any := q.next(); !any || due.After(now) {
		return e, false
	}
	return heap.Pop(&q.all).(event), true
}

// pending is the heap of package container/heap.
type pending []event

func (p pending) Len() int { return len(p) }
func (p pending) Less(i, j int) bool {
	if p[i].due.Equal(p[j].due) {
		return p[i].no < p[j].no
	}
	return p[i].due.Before(p[j].due)
}
func (p pending) Swap(i, j int) { p[i], p[j] = p[j], p[i] }
func (p *pending) Push(e any)   { *p = append(*p, e.(event)) }
func (p *pending) Pop() any {
	old := *p
	e := old[len(old)-1]
	old[len(old)-1] = event{}
	*p = old[:len(old)-1]
	return e
}
