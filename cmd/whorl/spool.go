package main

import (
	"io"
	"sync"
)

// spoolHeld is how many bytes of a spool may wait for the disk.
const spoolHeld = 8 << 20

// spool is a file that is written by a goroutine of its own.
type spool struct {
	file io.WriteCloser

	mu      sync.Mutex
	changed sync.Cond
	held    []byte
	ended   bool
	err     error
	done    chan struct{}
}

func newSpool(f io.WriteCloser) *spool {
	s := &spool{file: f, done: make(chan struct{})}
	s.changed.L = &s.mu
	go s.run()
	return s
}

// room reports whether so many bytes more can wait, beside what a writer before holds.
func (s *spool) room(n int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.held)+n <= spoolHeld
}

// Write lets b wait for the file. It never waits itself; the error is that of an earlier write.
func (s *spool) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return 0, s.err
	}
	s.held = append(s.held, b...)
	s.changed.Signal()
	return len(b), nil
}

// run writes until the end.
func (s *spool) run() {
	defer close(s.done)
	var out []byte
	for {
		s.mu.Lock()
		for len(s.held) == 0 && !s.ended {
			s.changed.Wait()
		}
		out, s.held = s.held, out[:0]
		s.mu.Unlock()
		if len(out) == 0 {
			return
		}
		if _, err := s.file.Write(out); err != nil {
			s.mu.Lock()
			s.err = err
			s.mu.Unlock()
			return
		}
	}
}

// close waits until all is written and closes the file.
func (s *spool) close() error {
	s.mu.Lock()
	s.ended = true
	s.changed.Signal()
	s.mu.Unlock()
	<-s.done
	err := s.file.Close()
	if s.err != nil {
		err = s.err
	}
	return err
}
