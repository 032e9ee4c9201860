package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"slices"
)

// sinks are the files that a command writes as it goes on, and standard output. The first
// error is kept, so that nobody has to look after each record; the others go on.
type sinks struct {
	out     io.Writer
	people  io.Writer // are told when one fails and others go on; nil: at the end alone
	buffers []*bufio.Writer
	files   []io.Closer
	err     error
	told    bool
}

// open opens a file to be written anew, or standard output for -.
func (s *sinks) open(flag, name string) (io.Writer, error) {
	return s.openAs(flag, name, os.O_TRUNC)
}

// openAs is open with os.O_TRUNC, or with os.O_APPEND in order to go on with a file.
func (s *sinks) openAs(flag, name string, how int) (io.Writer, error) {
	w := s.out
	if name != "-" {
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|how, 0o666)
		if err != nil {
			return nil, usage(fmt.Errorf("%s: %w", flag, err), "a file in a folder that exists and can be written")
		}
		s.files = append(s.files, f)
		w = f
	}
	b := bufio.NewWriterSize(w, 64<<10)
	s.buffers = append(s.buffers, b)
	return b, nil
}

// keep notes the first error of writing.
func (s *sinks) keep(err error) {
	if s.err == nil {
		s.err = err
	}
}

// dead reports whether nothing can be written any more.
func (s *sinks) dead() bool {
	return s.err != nil && !slices.ContainsFunc(s.buffers, func(b *bufio.Writer) bool { return b.Flush() == nil })
}

func (s *sinks) flush() {
	for _, b := range s.buffers {
		s.keep(b.Flush())
	}
	if s.err != nil && !s.told && s.people != nil && !s.dead() {
		s.told = true
		fmt.Fprintf(s.people, "whorl: an output gets no more, the others go on: %v; free the disk, or write elsewhere\n", s.err)
	}
}

// close writes what is left and closes the files.
func (s *sinks) close() {
	s.flush()
	for _, f := range s.files {
		s.keep(f.Close())
	}
}

// incomplete is the error of a run of which not all could be written; nil if all was.
func (s *sinks) incomplete() error {
	if s.err == nil {
		return nil
	}
	return partial(fmt.Errorf("an output is incomplete: %w", s.err), "free the disk, or write elsewhere")
}
