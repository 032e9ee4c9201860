package sweep

import (
	"errors"
	"io"
	"net"
	"sync"
	"syscall"
	"time"

	"whorl/link"
)

// outlet is a way out of the link: the first is that of the link itself, which takes probes,
// and the resets of the receiver.
type outlet struct {
	conn    link.Conn
	batches link.BatchSender // nil: conn takes one frame at a time

	mu     sync.Mutex
	stamps [maxBatch]time.Time
}

func newOutlet(c link.Conn) *outlet {
	b, _ := c.(link.BatchSender)
	return &outlet{conn: c, batches: b}
}

// put sends at most maxBatch frames.
func (o *outlet) put(frames [][]byte) (n int, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.batches != nil {
		return o.batches.SendBatch(frames, o.stamps[:len(frames)])
	}
	for n < len(frames) && err == nil {
		if _, err = o.conn.Send(frames[n]); err == nil {
			n++
		}
	}
	return n, err
}

// fatal reports whether the link is of no use any more; other errors concern one
// packet.
func fatal(err error) bool {
	for _, e := range []error{syscall.ENETDOWN, syscall.ENODEV, syscall.ENXIO, syscall.EBADF, io.ErrClosedPipe, net.ErrClosed} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}
