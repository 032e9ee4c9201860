//go:build linux

package afpacket

import (
	"io"
	"testing"
	"time"

	"whorl/link"
)

// Wake ends a Recv that waits, or the next one, and no other.
func TestWake(t *testing.T) {
	p := newPair(t)
	b, _ := open(t, p.b, a4, Options{Filter: only(experimental)})
	buf := make([]byte, 64)
	for _, wait := range []time.Duration{0, 10 * time.Millisecond} {
		time.AfterFunc(wait, b.Wake)
		time.Sleep(wait / 2)
		end := b.Now().Add(time.Minute)
		if n, at, err := b.Recv(buf, end); n != 0 || err != link.ErrTimeout || !at.Before(end) {
			t.Errorf("n %d, %v before the deadline, %v", n, end.Sub(at), err)
		}
	}
	end := b.Now().Add(5 * time.Millisecond)
	if _, at, err := b.Recv(buf, end); err != link.ErrTimeout || at.Before(end) {
		t.Errorf("%v before the deadline, %v", end.Sub(at), err)
	}
	b.Close()
	b.Wake()
	if _, _, err := b.Recv(buf, end); err != io.EOF {
		t.Errorf("after Close: %v", err)
	}
}
