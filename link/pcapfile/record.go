package pcapfile

import (
	"time"

	"whorl/link"
)

// Record gives a Conn that does what c does and writes every frame sent and
// received to w, with the time that c gives it. It has the abilities of c
// (link.BatchSender, link.Counter). Its Close flushes w as well. Errors of writing do not
// disturb the link; Flush of w returns them.
func Record(c link.Conn, w *Writer) link.Conn {
	r := &recorder{c, w}
	b, batches := c.(link.BatchSender)
	n, counts := c.(link.Counter)
	switch {
	case batches && counts:
		return struct {
			*recorder
			batchRecorder
			link.Counter
		}{r, batchRecorder{r, b}, n}
	case batches:
		return struct {
			*recorder
			batchRecorder
		}{r, batchRecorder{r, b}}
	case counts:
		return struct {
			*recorder
			link.Counter
		}{r, n}
	}
	return r
}

type recorder struct {
	link.Conn
	w *Writer
}

func (r *recorder) Send(frame []byte) (time.Time, error) {
	sent, err := r.Conn.Send(frame)
	if err == nil {
		r.w.Write(r.LinkType(), frame, sent, Out)
	}
	return sent, err
}

func (r *recorder) Recv(buf []byte, deadline time.Time) (int, time.Time, error) {
	n, at, err := r.Conn.Recv(buf, deadline)
	if err == nil {
		r.w.Write(r.LinkType(), buf[:n], at, In)
	}
	return n, at, err
}

func (r *recorder) Close() error {
	err := r.Conn.Close()
	r.w.Flush()
	return err
}

type batchRecorder struct {
	r     *recorder
	inner link.BatchSender
}

func (b batchRecorder) SendBatch(frames [][]byte, sent []time.Time) (int, error) {
	n, err := b.inner.SendBatch(frames, sent)
	for i, f := range frames[:n] {
		b.r.w.Write(b.r.LinkType(), f, sent[i], Out)
	}
	return n, err
}
