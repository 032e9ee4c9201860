package scan

import (
	"context"
	"errors"
	"net/netip"
	"sync/atomic"
	"time"

	"whorl"
	"whorl/method/backoff"
)

// Judge gives a host its verdicts. It is called from several goroutines, each with
// a value of its own from the function that makes them.
type Judge interface {
	Judge(h *whorl.Host)
}

// Config is what Run needs beside the job.
type Config struct {
	Network  Network
	Version  string                                    // for the SCAN line
	NewJudge func() Judge                              // nil: hosts are not judged
	Listen   func(netip.Addr) (port uint16, err error) // opens a port on an address of this machine; nil: not
	Host     func(*whorl.Host)                         // takes each finished host, one at a time
	Progress *Progress                                 // counts as the scan goes; may be nil

	// Decide is asked whether the flows of Job.Temporal have told enough; nil: they
	// go on until the time is up. Several goroutines may call it.
	Decide func(x *backoff.Exchange, now time.Time) bool

	// Heard gives what a listener has heard of an address, which is judged with what the scan
	// finds; nil: nothing. Several goroutines may call it.
	Heard func(netip.Addr) []whorl.Observation

	// Keep is told of each host that need not be scanned again, before Host is given
	// it. Hosts that were cut off, or that nothing could be sent to, are not. May be nil.
	Keep func(position uint64, h *whorl.Host)
}

// Progress can be read at any time while a scan runs.
type Progress struct {
	Started, Finished, Up, Named atomic.Int64 // hosts
	Packets                      atomic.Int64 // sent
	Lost                         atomic.Uint64
	Skipped                      atomic.Uint64 // excluded addresses passed over
}

// Count notes a finished host.
func (p *Progress) Count(h *whorl.Host) {
	p.Finished.Add(1)
	if h.Status.Up {
		p.Up.Add(1)
	}
	if len(h.Verdicts) > 0 && h.Verdicts[0].Name != whorl.Unknown {
		p.Named.Add(1)
	}
}

// Run scans until all targets are done or the context ends, and gives every host to
// c.Host. Hosts under way when the context ends are given with what is known of them.
// Targets that cannot be reached at all are given as down with the reason as a
// warning. The error tells what kept the scan from going on; what was found before
// has been given out.
func Run(ctx context.Context, j Job, c Config) error {
	r := newRunner(ctx, j, c)
	written := make(chan struct{})
	go r.write(written)
	for r.begin() { // again if all links have failed before the targets came to their end
		r.engines.Wait()
	}
	r.finished.end()
	<-written
	return errors.Join(r.errs...)
}
