package scan

import (
	"net/netip"
	"testing"
	"time"

	"whorl"
	"whorl/link"
	"whorl/link/sim"
)

// A consumer that takes nothing stops the scan from beginning more hosts, before as many
// wait as the backlog and those under way; when it goes on nothing is missing.
func TestBacklogIsBounded(t *testing.T) {
	n := sim.New(sim.Options{})
	n.Otherwise(func(a netip.Addr) link.Node { return &plain{rtt: time.Millisecond} })
	var progress Progress
	stalled, ended := make(chan struct{}), make(chan error, 1)
	given := map[netip.Addr]bool{}
	const parallel, hosts = 64, 2 * maxBacklog
	go func() {
		j := Job{Targets: rangeOf(t, "10.0.0.0/18", ""), NoSweep: true, TCP: []uint16{80, 81}, Timing: Timing{Parallel: parallel, Tries: 2}}
		ended <- Run(t.Context(), j, Config{Network: network{n}, Progress: &progress, Host: func(h *whorl.Host) {
			<-stalled
			given[h.Addr] = true
		}})
	}()
	for before, still := int64(-1), 0; still < 10; time.Sleep(20 * time.Millisecond) {
		now := progress.Started.Load()
		if still++; now != before || now == 0 {
			before, still = now, 0
		}
	}
	begun := progress.Started.Load()
	if begun > maxBacklog+parallel || begun < maxBacklog/2 {
		t.Errorf("%d hosts were begun while none was taken", begun)
	}
	close(stalled)
	if err := <-ended; err != nil || len(given) != hosts {
		t.Errorf("%d hosts of %d, %v", len(given), hosts, err)
	}
	t.Logf("%d hosts were begun while none was taken", begun)
}
