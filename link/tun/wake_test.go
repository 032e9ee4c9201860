//go:build linux

package tun

import (
	"errors"
	"io"
	"testing"
	"time"

	"whorl/link"
)

// Wake ends a Recv that waits, or the next one, and no other.
func TestWake(t *testing.T) {
	alone(t)
	c := open(t, false)
	buf := make([]byte, 2048)
	quiet := func(end time.Time) (at time.Time) { // the kernel says something now and then
		for {
			_, at, err := c.Recv(buf, end)
			if errors.Is(err, link.ErrTimeout) {
				return at
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	c.Wake()
	end := c.Now().Add(time.Minute)
	if at := quiet(end); !at.Before(end) {
		t.Error("nobody was woken")
	}
	end = c.Now().Add(5 * time.Millisecond)
	if at := quiet(end); at.Before(end) {
		t.Errorf("%v before the deadline", end.Sub(at))
	}
	c.Close()
	c.Wake()
	if _, _, err := c.Recv(buf, end); err != io.EOF {
		t.Errorf("after Close: %v", err)
	}
}
