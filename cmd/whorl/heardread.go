package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"time"

	"whorl"
	"whorl/listen"
)

// hearFiles reads what listeners have heard: their records, or captures, to which it listens.
// - is standard input, read to its end. A file of records that a listener still writes is
// read on as the scan goes. It is nil if there are no files.
func (a *app) hearFiles(ctx context.Context, files []string, age time.Duration) (*heard, error) {
	if len(files) == 0 {
		return nil, nil
	}
	m := newHeard(age)
	for _, name := range files {
		if err := m.open(ctx, a, name); err != nil {
			m.close()
			return nil, usage(fmt.Errorf("--heard: %w", err), "what whorl listen --json FILE has written, or a capture")
		}
	}
	m.asked = m.now()
	m.told(a.people)
	return m, nil
}

func newHeard(age time.Duration) *heard {
	return &heard{age: age, now: time.Now, hosts: map[netip.Addr]*sounds{}}
}

var errNotHeard = errors.New("neither records nor a capture")

// open reads one file.
func (m *heard) open(ctx context.Context, a *app, name string) error {
	in, where := a.in, "standard input"
	var file *os.File
	if name != "-" {
		var err error
		if file, err = os.Open(name); err != nil {
			return err
		}
		in, where = file, name
	}
	r := bufio.NewReader(in)
	head, _ := r.Peek(4) // of an error the next reader tells
	switch text := bytes.TrimLeft(head, " \t\r\n"); {
	case recording(head):
		m.listen(ctx, a, where, r)
		file.Close()
		return nil
	case len(text) > 0 && text[0] != '{':
		file.Close()
		return fmt.Errorf("%s: %w", where, errNotHeard)
	}
	g := &growing{where: where, file: file}
	g.at += m.records(g, r)
	if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() { // it has been read to its end
		m.end(g)
		file.Close()
		return nil
	}
	m.growing = append(m.growing, g)
	return nil
}

// listen takes what is heard in a capture.
func (m *heard) listen(ctx context.Context, a *app, where string, in io.Reader) {
	l := listen.New(listen.Options{Gone: func(h *whorl.Host) { m.take(h.Addr, h.Observations, where) }})
	var skipped skips
	if err := readFrames(ctx, where, in, captures{l.Frame, &skipped}); err != nil {
		m.problem(err)
	}
	for h := range l.Hosts() {
		m.take(h.Addr, h.Observations, where)
	}
	for h := range l.Sayers() {
		m.take(h.Addr, h.Observations, where)
	}
	skipped.tell(a.people)
}

// growing is a file of records, to which a listener may add more.
type growing struct {
	where string
	file  *os.File // nil: standard input
	at    int64    // behind the last record, in bytes
	line  int
	rest  error // why what stands behind it is no record; nil: nothing does
}

const (
	// maxHeardLine bounds a record in bytes; those of a listener have 8 KiB at most.
	maxHeardLine = 1 << 20
	// readOnEvery is the least time between two looks at files that grow.
	readOnEvery = 2 * time.Second
)

// readOn takes what listeners have written since it was read last. A file that has become
// shorter was begun anew.
func (m *heard) readOn() {
	if len(m.growing) == 0 || m.now().Sub(m.asked) < readOnEvery {
		return
	}
	m.asked = m.now()
	for _, g := range m.growing {
		info, err := g.file.Stat()
		switch {
		case err != nil || info.Size() == g.at:
			continue
		case info.Size() < g.at:
			g.at, g.line = 0, 0
		}
		if _, err := g.file.Seek(g.at, io.SeekStart); err == nil {
			g.at += m.records(g, bufio.NewReader(g.file))
		}
	}
}

// records takes the records of r, a line each, up to the last one that is whole, and gives
// their length in bytes.
func (m *heard) records(g *growing, r *bufio.Reader) (n int64) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		if len(line) <= maxHeardLine {
			line = append(line, part...)
		}
		length := int64(len(part))
		for errors.Is(err, bufio.ErrBufferFull) {
			part, err = r.ReadSlice('\n')
			if length += int64(len(part)); len(line) <= maxHeardLine {
				line = append(line, part...)
			}
		}
		whole := err == nil
		if g.rest = m.record(g, line, whole); whole || g.rest == nil {
			n += length
		}
		switch {
		case whole:
		case !errors.Is(err, io.EOF):
			m.problem(fmt.Errorf("%s: %w", g.where, err))
			return n
		case len(line) > maxHeardLine: // whatever follows, it is not read again
			m.end(g)
			return n + length
		default:
			return n
		}
		g.line++
		line = line[:0]
	}
}

// record takes one record. Of one that is not whole it only gives the error, as the rest may
// come.
func (m *heard) record(g *growing, line []byte, whole bool) error {
	line = bytes.TrimSpace(line)
	if len(line) == 0 {
		return nil
	}
	var h struct { // of a whorl.Host
		Schema       string
		Addr         netip.Addr
		Observations []whorl.Observation
	}
	err := json.Unmarshal(line, &h)
	switch {
	case len(line) > maxHeardLine:
		err = fmt.Errorf("longer than %d bytes", maxHeardLine)
	case err == nil && h.Schema != whorl.Schema:
		err = fmt.Errorf("schema %.20q, want %s", h.Schema, whorl.Schema)
	case err == nil && !h.Addr.IsValid():
		err = errors.New("no address")
	}
	switch {
	case err == nil:
		m.take(h.Addr, h.Observations, g.where)
	case whole:
		m.problem(fmt.Errorf("%s:%d: %w", g.where, g.line+1, err))
	}
	return err
}

// end tells of a last record that has not become whole.
func (m *heard) end(g *growing) {
	if g.rest != nil {
		m.problem(fmt.Errorf("%s:%d: %w", g.where, g.line+1, g.rest))
		g.rest = nil
	}
}

// close lets the files go.
func (m *heard) close() {
	if m == nil {
		return
	}
	for _, g := range m.growing {
		g.file.Close()
	}
}
