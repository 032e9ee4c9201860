package scan

import (
	"slices"
	"testing"
	"time"
)

// What the engine takes of its thread, in virtual time: half as much again as is measured, or
// more. BenchmarkPackets: 0.8 microseconds for a packet in either direction, polls and the
// mirror included. BenchmarkSendBatch of link/afpacket, over veth, where sending is the
// receiver's work too: 1.9 for a frame.
const (
	sendCost = 4 * time.Microsecond // to poll a machine, encode its packet and send it
	takeCost = 4 * time.Microsecond // to receive, decode and hand over a packet, and poll
	wakeCost = 5 * time.Microsecond // to sleep and wake
)

// busy is a mirror before an engine whose work takes time.
type busy struct{ *mirror }

func (b busy) Send(frame []byte) (time.Time, error) {
	at, err := b.mirror.Send(frame)
	b.now = b.now.Add(sendCost)
	return at, err
}

func (b busy) Recv(buf []byte, deadline time.Time) (int, time.Time, error) {
	before := b.now
	n, at, err := b.mirror.Recv(buf, deadline)
	if b.now.After(before) {
		b.now = b.now.Add(wakeCost)
	}
	if err == nil {
		b.now = b.now.Add(takeCost)
	}
	return n, at, err
}

// At 5,000 hosts a second, which is three quarters of a thread by these costs, the worst gap
// of SEQ is off by 2 ms at most, for 99 of a hundred hosts. Half of that is the tick of the
// timers. On real threads the system that they run under adds its own: docs/bench/cadence.
func TestCadence(t *testing.T) {
	const (
		hosts = 12_000
		rate  = 5000                 // hosts a second, at least
		most  = 2 * time.Millisecond // at the 99th of a hundred
		limit = 1.2 * rate * (planSeek + planGen2)
	)
	m := &mirror{}
	var off []time.Duration
	var begun []time.Time
	e := crowd(m, hosts, 2*hosts, func(f *flow) {
		worst, _ := f.gen2.Cadence()
		off, begun = append(off, worst), append(begun, f.gen2.First)
	})
	e.conn = busy{m}
	e.job.Rate = limit
	e.budget = newBudget(limit, m.now)
	if err := e.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	slices.Sort(off)
	took := slices.MaxFunc(begun, time.Time.Compare).Sub(slices.MinFunc(begun, time.Time.Compare))
	got, p99 := float64(hosts)/took.Seconds(), off[hosts*99/100]
	t.Logf("%.0f hosts a second: off by %v in the median, %v at the 99th of a hundred, %v at most", got, off[hosts/2], p99, off[hosts-1])
	if len(off) != hosts || got < rate || p99 > most {
		t.Errorf("%d hosts, %.0f a second, %v at the 99th of a hundred, want %d, %d and %v", len(off), got, p99, hosts, rate, most)
	}
}
