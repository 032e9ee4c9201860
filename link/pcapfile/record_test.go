package pcapfile

import (
	"bytes"
	"errors"
	"io"
	"sync"
	"testing"
	"time"

	"whorl/link"
	"whorl/packet"
)

// echo is a link that gives back each frame one second later.
type echo struct {
	mu     sync.Mutex
	frames [][]byte
}

func (e *echo) LinkType() packet.LinkType { return packet.Raw }
func (e *echo) Now() time.Time            { return t1 }
func (e *echo) Close() error              { return io.ErrClosedPipe }

func (e *echo) Send(frame []byte) (time.Time, error) {
	if len(frame) == 0 {
		return time.Time{}, errors.New("empty")
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.frames = append(e.frames, bytes.Clone(frame))
	return t0, nil
}

func (e *echo) Recv(buf []byte, _ time.Time) (int, time.Time, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.frames) == 0 {
		return 0, t1, link.ErrTimeout
	}
	n := copy(buf, e.frames[0])
	e.frames = e.frames[1:]
	return n, t0.Add(time.Second), nil
}

type batchEcho struct{ *echo }

func (e batchEcho) SendBatch(frames [][]byte, sent []time.Time) (n int, err error) {
	for i, f := range frames {
		if sent[i], err = e.Send(f); err != nil {
			return i, err
		}
	}
	return len(frames), nil
}

type countEcho struct{ *echo }

func (countEcho) Drops() uint64 { return 7 }

type fullEcho struct {
	batchEcho
	link.Counter
}

func TestRecord(t *testing.T) {
	var b bytes.Buffer
	w, _ := NewWriter(&b, packet.Raw)
	c := Record(batchEcho{&echo{}}, w)
	c.Send([]byte("one"))
	c.Send(nil) // not sent, not written
	sent := make([]time.Time, 3)
	if n, err := c.(link.BatchSender).SendBatch([][]byte{[]byte("two"), nil, []byte("four")}, sent); n != 1 || err == nil || sent[0] != t0 {
		t.Errorf("batch: %d, %v", n, err)
	}
	buf := make([]byte, 2)
	for range 3 {
		c.Recv(buf, t1)
	}
	if err := c.Close(); err != io.ErrClosedPipe {
		t.Errorf("Close: %v", err)
	}
	later := t0.Add(time.Second)
	want := []record{
		{"one", packet.Raw, t0, Meta{3, Out}},
		{"two", packet.Raw, t0, Meta{3, Out}},
		{"on", packet.Raw, later, Meta{2, In}},
		{"tw", packet.Raw, later, Meta{2, In}},
	}
	reads(t, &b, want)
}

func TestRecordKeepsAbilities(t *testing.T) {
	w, _ := NewWriter(io.Discard, packet.Raw)
	e := &echo{}
	for name, tt := range map[string]struct {
		c              link.Conn
		batches, count bool
	}{
		"none":    {e, false, false},
		"batches": {batchEcho{e}, true, false},
		"counts":  {countEcho{e}, false, true},
		"both":    {fullEcho{batchEcho{e}, countEcho{e}}, true, true},
	} {
		c := Record(tt.c, w)
		_, batches := c.(link.BatchSender)
		n, counts := c.(link.Counter)
		if batches != tt.batches || counts != tt.count || counts && n.Drops() != 7 {
			t.Errorf("%s: batches %v, counts %v", name, batches, counts)
		}
	}
}

// One goroutine may send while another receives.
func TestRecordFromTwoGoroutines(t *testing.T) {
	var b bytes.Buffer
	w, _ := NewWriter(&b, packet.Raw)
	c := Record(&echo{}, w)
	const n = 1000
	var wg sync.WaitGroup
	wg.Go(func() {
		for range n {
			c.Send([]byte("frame"))
		}
	})
	wg.Go(func() {
		for got := 0; got < n; {
			if _, _, err := c.Recv(make([]byte, 9), t1); err == nil {
				got++
			}
		}
	})
	wg.Wait()
	c.Close()
	r, err := Open(&b)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := readAll(r); len(got) != 2*n || err != io.EOF {
		t.Errorf("%d records, %v", len(got), err)
	}
}
