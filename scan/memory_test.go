package scan

import (
	"context"
	"runtime"
	"testing"
	"time"

	"whorl/method/seek"
)

// A host under way takes little memory, tables included: the bounds are those that a
// hundred thousand hosts at once are planned with.
func TestMemoryOfHost(t *testing.T) {
	const hosts = 8192
	for _, c := range []struct {
		name   string
		mirror mirror
		tcp    []uint16
		lookAt time.Duration
		whole  func(*flow) bool // the host is where it is to be measured
		most   uint64           // bytes
	}{
		{"first window of ports asked", mirror{silent: true}, seek.Likely, 50 * time.Millisecond, func(f *flow) bool {
			return f.stage == seeking && f.found.Up && f.sent >= 10
		}, 1536},
		{"fourteen answers to gen2", mirror{}, []uint16{80, 81}, 850 * time.Millisecond, func(f *flow) bool {
			return f.stage == probing && f.gen2.Answered() == 14
		}, 2560},
	} {
		before := heap()
		ctx, stop := context.WithCancel(t.Context())
		m := &c.mirror
		e := crowd(m, hosts, hosts, func(*flow) {})
		e.job.TCP = c.tcp
		m.lookAt = epoch.Add(c.lookAt)
		whole, each := 0, uint64(0)
		m.look = func() {
			for _, f := range e.flows {
				if c.whole(f) {
					whole++
				}
			}
			m.waiting, m.spare = nil, nil
			each = (heap() - before) / hosts
			stop()
		}
		if err := e.run(ctx); err != nil {
			t.Fatal(err)
		}
		if whole != hosts {
			t.Errorf("%s: %d hosts of %d", c.name, whole, hosts)
		}
		if each > c.most || each < 100 {
			t.Errorf("%s: %d bytes a host, at most %d", c.name, each, c.most)
		}
		t.Logf("%s: %d bytes a host", c.name, each)
	}
}

// heap is what is in use, in bytes.
func heap() uint64 {
	runtime.GC()
	runtime.GC() // also what finalizers and pools kept
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return s.HeapAlloc
}
