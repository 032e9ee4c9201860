package sweep

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"whorl/link"
)

// Sweep is a sweep under way.
type Sweep struct {
	o     Options
	conn  link.Conn
	out   *outlet
	seen  *seen
	times *times
	found chan Found

	backlog  atomic.Int64 // answers that nobody has taken yet
	finished atomic.Int64 // Unix nanoseconds on the link's clock when the last probe left, once it has; 0: not yet
	counts   counts
	refusal  atomic.Pointer[error]
	err      error // valid when found is closed
}

// Counts is how far a sweep has come.
type Counts struct {
	Sent      int64  // probes
	Refused   int64  // probes that this machine would not send
	Skipped   int64  // addresses that stand for no single host, in all walks
	Up        int64  // answers by the address itself, as given
	Noticed   int64  // ICMP errors by routers, as given
	Pass      int64  // walks begun
	Passes    int64  // walks in all
	Forgotten int64  // answers given though they may have been given before: too many networks answer
	Lost      uint64 // frames that the link lost on their way in
}

type counts struct {
	sent, refused, skipped, up, noticed, pass, passes atomic.Int64
}

const (
	foundRoom   = 4096 // answers in the channel
	maxBacklog  = 1024 // answers beside the channel, above which nothing is sent
	ctxCheck    = 50 * time.Millisecond
	lastRequest = 100 * time.Millisecond // how long the last answers are offered after an interrupt
)

// Start begins to sweep over a link that is open on the route. It wants the link for
// itself: a scan over the same interface has its own. The route's gateway gets all
// packets. The sweep ends when all has been asked and waited for, when the context
// ends, within 200 ms, or when the link fails. It does not close the link.
func Start(ctx context.Context, c link.Conn, r link.Route, o Options) (*Sweep, error) {
	if err := o.complete(r); err != nil {
		return nil, err
	}
	s := newSweep(c, o)
	p := newPlan(s)
	all, err := newSenders(p, r)
	rx, err2 := newReceiver(s, r)
	if err = errors.Join(err, err2); err != nil {
		return nil, err
	}
	go func() {
		s.err = s.run(ctx, p, all, rx)
		close(s.found)
	}()
	return s, nil
}

func newSweep(c link.Conn, o Options) *Sweep {
	s := &Sweep{o: o, conn: c, out: newOutlet(c), seen: newSeen(maxPages), times: newTimes(o.Ports.count()), found: make(chan Found, foundRoom)}
	s.counts.passes.Store(int64(len(o.questions()) * o.Passes))
	return s
}

// Found gives the answers as they come, and is closed at the end. Each address is given
// once (with Every, once for each port), and once more if a router had to say something
// about it before. Who takes them slowly slows the sweep down; nothing is lost by that.
// Who stops taking them has to end the context.
func (s *Sweep) Found() <-chan Found { return s.found }

// Err tells what kept the sweep from going on, once Found is closed. The end of the
// context is no error.
func (s *Sweep) Err() error { return s.err }

// Refusal is why the first probe of Counts.Refused was not sent.
func (s *Sweep) Refusal() error {
	if err := s.refusal.Load(); err != nil {
		return *err
	}
	return nil
}

// refused counts a probe that was not sent.
func (s *Sweep) refused(err error) {
	s.counts.refused.Add(1)
	s.refusal.CompareAndSwap(nil, &err)
}

// Counts can be asked for at any time.
func (s *Sweep) Counts() Counts {
	c := Counts{
		Sent: s.counts.sent.Load(), Refused: s.counts.refused.Load(), Skipped: s.counts.skipped.Load(),
		Up: s.counts.up.Load(), Noticed: s.counts.noticed.Load(),
		Pass: s.counts.pass.Load(), Passes: s.counts.passes.Load(), Forgotten: s.seen.forgotten(),
	}
	if l, ok := s.conn.(link.Counter); ok {
		c.Lost = l.Drops()
	}
	return c
}

// run drives senders and receiver, each on a thread of its own: at 150,000 packets per
// second a wait for the scheduler is many answers long.
func (s *Sweep) run(ctx context.Context, p *plan, senders []*sender, rx *receiver) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	errs := make([]error, len(senders))
	var sending sync.WaitGroup
	for i, tx := range senders {
		sending.Go(func() {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			if errs[i] = s.send(ctx, tx); errs[i] != nil {
				cancel()
			}
		})
	}
	go func() {
		sending.Wait()
		s.finished.Store(p.last.UnixNano())
	}()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := s.receive(ctx, rx)
	cancel()
	sending.Wait()
	rx.hurry()
	return errors.Join(append(errs, err)...)
}

// send lets a sender act until it is done.
func (s *Sweep) send(ctx context.Context, tx *sender) error {
	for ctx.Err() == nil {
		wait, more, err := tx.turn(s.conn.Now())
		if err != nil || !more {
			return err
		}
		if wait > 0 {
			time.Sleep(min(wait, ctxCheck))
		}
	}
	return nil
}

// receive takes what comes in until the last answer has been waited for and given out.
func (s *Sweep) receive(ctx context.Context, rx *receiver) error {
	for ctx.Err() == nil && !rx.done(s.conn.Now()) {
		if err := rx.turn(s.conn.Now().Add(rx.patience())); err != nil {
			return err
		}
	}
	return nil
}
