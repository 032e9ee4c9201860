package main

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"whorl"
	"whorl/link"
	"whorl/link/afpacket"
	"whorl/listen"
	"whorl/packet"
)

// ears hear one interface: a ring and a goroutine for each processor take frames apart,
// one Listener makes hosts of them. Both directions of a connection come to the same ring,
// so that a SYN-ACK does not overtake its SYN.
type ears struct {
	conns []*afpacket.Conn
	out   *listenOutput

	mu sync.Mutex
	l  *listen.Listener
}

const (
	newsBatch  = 256                    // hosts that are copied while nobody can hear
	stopWithin = 100 * time.Millisecond // after an interrupt
	earBatch   = 64                     // frames that are taken apart before they are heard
)

// lock keeps other rings, and clients of the socket, from the Listener; unlock lets them.
func (e *ears) lock() {
	e.mu.Lock()
	e.out.api.lock()
}

func (e *ears) unlock() {
	e.out.api.unlock()
	e.mu.Unlock()
}

// listen hears until an interrupt, or until no more can be heard or written. Then all that
// is known is written and the interface is let go.
func (e *ears) listen(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	failed := make(chan error, len(e.conns))
	var all sync.WaitGroup
	for _, c := range e.conns {
		all.Go(func() {
			if err := e.hear(ctx, c); err != nil {
				failed <- err
				stop()
			}
		})
	}
	t := time.NewTicker(newsEvery)
	defer t.Stop()
	for ctx.Err() == nil && !e.out.broken() {
		select {
		case <-t.C:
			e.tell()
		case <-ctx.Done():
		}
	}
	stop()
	all.Wait()
	e.out.api.close()
	for _, c := range e.conns {
		e.out.dropped += c.Drops()
		c.Close()
	}
	e.tell()
	e.out.recount(e.l)
	for h := range e.l.Sayers() {
		e.out.host(h)
	}
	select {
	case err := <-failed:
		return partial(err, "whorl listen again when the interface is up")
	default:
		return nil
	}
}

// hear takes what comes to one ring.
func (e *ears) hear(ctx context.Context, c *afpacket.Conn) error {
	var packets [earBatch]packet.Packet
	t := c.LinkType()
	use := func(frames []link.Frame) {
		for len(frames) > 0 {
			n := min(len(frames), earBatch)
			for i, f := range frames[:n] {
				packets[i].Skim(t, f.Data)
			}
			e.lock()
			for i, f := range frames[:n] {
				e.l.Packet(&packets[i], f.At)
			}
			e.unlock()
			frames = frames[n:]
		}
	}
	for ctx.Err() == nil {
		_, err := c.RecvBatch(c.Now().Add(stopWithin), use)
		switch {
		case err == nil, errors.Is(err, link.ErrTimeout):
		case errors.Is(err, io.EOF):
			return nil
		default:
			return err
		}
	}
	return nil
}

// tell writes the hosts that have changed.
func (e *ears) tell() {
	for hosts := e.news(nil); len(hosts) > 0; hosts = e.news(hosts[:0]) {
		for _, h := range hosts {
			e.out.host(h)
		}
	}
	e.out.push()
}

// news takes some of the hosts that have changed.
func (e *ears) news(hosts []*whorl.Host) []*whorl.Host {
	e.lock()
	defer e.unlock()
	for h := range e.l.News() {
		if hosts = append(hosts, listen.Clone(h)); len(hosts) == newsBatch {
			break
		}
	}
	return hosts
}
