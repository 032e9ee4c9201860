package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"whorl"
	"whorl/scan"
)

// state is the journal of a scan in its file, locked while it is open. A nil state is
// that of a scan without a journal, and keeps nothing.
type state struct {
	name   string
	reader *scan.JournalReader // of --resume, until it is replayed
	quit   chan struct{}       // nil: not begun
	done   chan struct{}

	mu      sync.Mutex
	file    *os.File
	journal *scan.JournalWriter
	err     error  // the first
	failed  func() // told of it
}

// syncEvery is how often the journal is made safe against a crash of the machine, and
// how long hosts that are down wait to be written.
const syncEvery = time.Second

// newState prepares a journal. Nothing is written before head.
func newState(name string) (*state, error) {
	file, err := lockedFile(name, os.O_RDWR|os.O_CREATE, "--state")
	if err != nil {
		return nil, err
	}
	if info, err := file.Stat(); err != nil || info.Size() > 0 {
		file.Close()
		return nil, usage(fmt.Errorf("--state: %s is there already", name), "whorl scan --resume "+name+" to go on, or another file")
	}
	return &state{name: name, file: file, journal: scan.NewJournalWriter(file)}, nil
}

// head writes the beginning of a new journal.
func (s *state) head(h scan.JournalHead) error {
	if s == nil || s.reader != nil {
		return nil
	}
	err := errors.Join(s.journal.Begin(h), s.file.Sync())
	if err == nil {
		return nil
	}
	s.file.Truncate(0) // half a head is of no use; if that fails too, there is nothing to do
	return partial(fmt.Errorf("--state: %s: %w", s.name, err), "a file on a disk with room")
}

// openState opens a journal to go on with it.
func openState(name string) (*state, error) {
	file, err := lockedFile(name, os.O_RDWR, "--resume")
	if err != nil {
		return nil, err
	}
	reader, err := scan.NewJournalReader(file)
	if err != nil {
		file.Close()
		return nil, usage(fmt.Errorf("--resume: %s: %w", name, err), "a file that whorl scan --state has written")
	}
	return &state{name: name, file: file, reader: reader, journal: scan.NewJournalWriter(file)}, nil
}

// lockedFile opens a file that no other process may have open in this way.
func lockedFile(name string, mode int, flag string) (*os.File, error) {
	file, err := os.OpenFile(name, mode, 0o666)
	if err != nil {
		return nil, usage(fmt.Errorf("%s: %w", flag, err), "a file that can be read and written")
	}
	if err := lock(file); err != nil {
		file.Close()
		return nil, usage(fmt.Errorf("%s: %s is used by another scan: %w", flag, name, err), "another file, or wait for that scan to end")
	}
	return file, nil
}

// replay gives out what the journal holds, each host once, and leaves it out of the
// targets. The journal can then be begun.
func (s *state) replay(ctx context.Context, people io.Writer, t *scan.Targets, give func(*whorl.Host)) error {
	if s == nil || s.reader == nil {
		return nil
	}
	done := scan.NewPositions(t)
	err := s.each(ctx, done, t, give)
	if err == nil && ctx.Err() == nil {
		err = errors.Join(s.file.Truncate(s.reader.Good), seekEnd(s.file))
	}
	if err != nil {
		return partial(fmt.Errorf("--resume: %s: %w", s.name, err), "a scan of the targets without --resume")
	}
	if s.reader.Broken != nil {
		fmt.Fprintf(people, "whorl: %s: %v; its hosts are scanned again\n", s.name, s.reader.Broken)
	}
	t.Skip(done)
	return nil
}

func seekEnd(f *os.File) error {
	_, err := f.Seek(0, io.SeekEnd)
	return err
}

func (s *state) each(ctx context.Context, done *scan.Positions, t *scan.Targets, give func(*whorl.Host)) error {
	for ctx.Err() == nil {
		r, err := s.reader.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if r.Host != nil && r.Position < t.Count() && t.At(r.Position).Addr != r.Host.Addr {
			return fmt.Errorf("%v stands at position %d, where the targets have %v", r.Host.Addr, r.Position, t.At(r.Position).Addr)
		}
		for position := range r.Positions(t.Count()) {
			added, err := done.Add(position)
			if err != nil || ctx.Err() != nil {
				return err
			}
			if added {
				give(r.Record(t.At(position)))
			}
		}
	}
	return nil
}

// begin writes from now on what keep is given; failed is called when that cannot go on.
func (s *state) begin(failed func()) {
	if s == nil {
		return
	}
	s.failed, s.quit, s.done = failed, make(chan struct{}), make(chan struct{})
	go s.run()
}

// keep notes a host that is done.
func (s *state) keep(position uint64, h *whorl.Host) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.note(s.journal.Host(position, h))
}

// note remembers the first error and tells of it.
func (s *state) note(err error) {
	if err != nil && s.err == nil {
		s.err = err
		s.failed()
	}
}

func (s *state) run() {
	defer close(s.done)
	t := time.NewTicker(syncEvery)
	defer t.Stop()
	for more := true; more; {
		select {
		case <-t.C:
		case <-s.quit:
			more = false
		}
		s.mu.Lock()
		err := s.journal.Flush()
		s.mu.Unlock()
		if err == nil {
			err = s.file.Sync() // takes long; hosts may be kept meanwhile
		}
		s.mu.Lock()
		s.note(err)
		s.mu.Unlock()
	}
}

// end writes what waits and gives the first error. The file stays locked until close.
func (s *state) end() error {
	if s == nil || s.quit == nil {
		return nil
	}
	close(s.quit)
	<-s.done
	s.quit = nil
	if s.err != nil {
		return s.incomplete(s.err)
	}
	return nil
}

// incomplete is the error of a journal that could not be written.
func (s *state) incomplete(err error) error {
	return partial(fmt.Errorf("--state: %s: %w", s.name, err), "free the disk, then whorl scan --resume "+s.name)
}

func (s *state) close() {
	if s != nil {
		s.file.Close()
	}
}
