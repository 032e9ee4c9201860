package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"sync"
	"time"

	"whorl/link/pcapfile"
	"whorl/packet"
)

// captures is what becomes of the frames of files.
type captures struct {
	frame func(packet.LinkType, []byte, time.Time)
	skips *skips
}

// giveUp is how long after an interrupt a reader is waited for: a pipe into which nobody writes
// cannot be woken up.
const giveUp = 200 * time.Millisecond

// readCaptures reads all files that can be read, one after the other. People are told of
// the others, and of an interrupt.
func (a *app) readCaptures(ctx context.Context, files []string, to captures) error {
	var unread error // the last
	for _, name := range files {
		if ctx.Err() != nil {
			fmt.Fprintln(a.people, "whorl: "+stopping)
			return nil
		}
		if err := a.readCapture(ctx, name, to); err != nil {
			fmt.Fprintf(a.people, "whorl: %v\n", err)
			unread = err
		}
	}
	if unread != nil {
		return partial(errors.New("not everything could be read"), instead(unread))
	}
	return nil
}

// instead is what to do about a capture that could not be read, or not to its end.
func instead(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "check the name of the file"
	case errors.Is(err, fs.ErrPermission):
		return "sudo, or a file that you may read"
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "copy the whole file again; what stands before the cut was read"
	}
	return "pcap or pcapng files, as tcpdump and Wireshark write them"
}

// readCapture reads one file as far as it goes; - is standard input.
func (a *app) readCapture(ctx context.Context, name string, to captures) error {
	in, called := a.in, "standard input"
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		in, called = f, name
	}
	return readFrames(ctx, called, in, to)
}

// readFrames reads a capture as far as it goes, or until an interrupt. A reader that an
// interrupt does not wake up is left behind, and gives no more.
func readFrames(ctx context.Context, called string, in io.Reader, to captures) error {
	var v valve
	var skipped []pcapfile.Skip
	read := make(chan error, 1)
	go func() {
		var err error
		skipped, err = v.frames(in, to.frame)
		read <- err
	}()
	var err error
	select {
	case err = <-read:
	case <-ctx.Done():
		v.close()
		select {
		case err = <-read:
		case <-time.After(giveUp):
			return nil
		}
	}
	to.skips.add(skipped...)
	if err != nil {
		return fmt.Errorf("%s: %w", called, err)
	}
	return nil
}

// valve is what frames come through until it is closed.
type valve struct {
	mu     sync.Mutex
	closed bool
}

func (v *valve) close() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.closed = true
}

// frames hands on what a capture has.
func (v *valve) frames(in io.Reader, use func(packet.LinkType, []byte, time.Time)) ([]pcapfile.Skip, error) {
	r, err := pcapfile.Open(in)
	if err != nil {
		return nil, err
	}
	for {
		frame, link, at, err := r.Next()
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return r.Skipped(), err
		}
		v.mu.Lock()
		if v.closed {
			v.mu.Unlock()
			return r.Skipped(), nil
		}
		use(link, frame, at)
		v.mu.Unlock()
	}
}

// skips are what was passed over, each reason once.
type skips []pcapfile.Skip

func (s *skips) add(more ...pcapfile.Skip) {
next:
	for _, m := range more {
		for i := range *s {
			if (*s)[i].Reason == m.Reason {
				(*s)[i].Count += m.Count
				continue next
			}
		}
		*s = append(*s, m)
	}
}

// addReasons adds what a package has counted by its own reasons.
func addReasons[R interface {
	~uint8
	fmt.Stringer
}](s *skips, counts []int) {
	for why, n := range counts {
		if n > 0 {
			s.add(pcapfile.Skip{Reason: R(why).String(), Count: n})
		}
	}
}

// tell tells people, if there is something to tell.
func (s skips) tell(people io.Writer) {
	if len(s) == 0 {
		return
	}
	var words []string
	for _, k := range s {
		words = append(words, fmt.Sprintf("%d %s", k.Count, k.Reason))
	}
	fmt.Fprintf(people, "whorl: skipped: %s\n", strings.Join(words, "; "))
}
