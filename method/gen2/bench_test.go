package gen2

import (
	"testing"
	"time"

	"whorl/method"
	"whorl/packet"
)

// rerun is an exchange with linux as a machine sees it, to be had again and again at
// the cost of the machine alone.
type rerun struct {
	stream method.Stream
	events []event
}

// event is an answer, or, if p is nil, a time at which a packet leaves.
type event struct {
	at time.Time
	p  *packet.Packet
}

func newRerun(tb testing.TB) rerun {
	r := rerun{stream: method.Key{1}.Stream(target.Addr, "gen2")}
	w := newWire(target, linux, Options{})
	w.run(tb)
	for _, a := range w.trace {
		e := event{at: a.at}
		if p := read(a.frame); p.Src == them {
			e.p = p
		}
		r.events = append(r.events, e)
	}
	return r
}

// machine is one that has got its first n events.
func (r *rerun) machine(out *method.Outbox, n int) *Machine {
	m := NewMachine(target, r.stream, Options{})
	for _, e := range r.events[:n] {
		if e.p != nil {
			m.Receive(e.p, e.at)
			continue
		}
		out.Reset()
		m.Poll(e.at, out)
		_, tag := out.At(0)
		m.Sent(tag, e.at)
	}
	return m
}

// BenchmarkMachine is one exchange of 18 packets and 14 answers, without measuring.
func BenchmarkMachine(b *testing.B) {
	r := newRerun(b)
	var out method.Outbox
	if m := r.machine(&out, len(r.events)); printOf(&m.Exchange) != linuxPrint {
		b.Fatal("it is not the exchange that was recorded")
	}
	b.ReportAllocs()
	for b.Loop() {
		r.machine(&out, len(r.events))
	}
}

// BenchmarkMeasure is the way from an exchange to its print.
func BenchmarkMeasure(b *testing.B) {
	e := linuxExchange(b)
	b.ReportAllocs()
	for b.Loop() {
		printOf(e)
	}
}

// An answer costs one block of memory, whatever it holds; a copy of it or a packet of
// another costs none.
func TestReceiveAllocates(t *testing.T) {
	r := newRerun(t)
	var out method.Outbox
	for n, e := range r.events {
		if e.p == nil {
			continue
		}
		var m *Machine
		before := testing.AllocsPerRun(10, func() { m = r.machine(&out, n) })
		after := testing.AllocsPerRun(10, func() { r.machine(&out, n+1) })
		if after-before != 1 {
			t.Errorf("answer %d costs %v allocations", n, after-before)
		}
		m.Receive(e.p, e.at)
		stray := *e.p
		stray.Src = us
		if more := testing.AllocsPerRun(10, func() { m.Receive(e.p, e.at); m.Receive(&stray, e.at) }); more != 0 {
			t.Errorf("a copy of answer %d and a stray packet cost %v allocations", n, more)
		}
	}
}
