package sim

import "time"

// event is something that happens at a time; of several at one time the first number comes
// first.
type event struct {
	due time.Time
	no  uint64
	do  func(time.Time)
}

// events are a heap (container/heap), the next one on top.
type events []event

func (e events) Len() int { return len(e) }
func (e events) Less(i, j int) bool {
	if e[i].due.Equal(e[j].due) {
		return e[i].no < e[j].no
	}
	return e[i].due.Before(e[j].due)
}
func (e events) Swap(i, j int) { e[i], e[j] = e[j], e[i] }
func (e *events) Push(x any)   { *e = append(*e, x.(event)) }
func (e *events) Pop() any {
	old := *e
	x := old[len(old)-1]
	old[len(old)-1] = event{}
	*e = old[:len(old)-1]
	return x
}
