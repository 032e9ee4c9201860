package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"whorl/link/pcapfile"
	"whorl/packet"
)

// captures is what becomes of the frames of files.
type captures struct {
	frame func(packet.LinkType, []byte, time.Time)
	skips *skips
}

// interruptEvery is after how many frames of a file an interrupt is looked for.
const interruptEvery = 1 << 12

// readCaptures reads all files that can be read, one after the other. People are told of
// the others, and of an interrupt.
func (a *app) readCaptures(ctx context.Context, files []string, to captures) error {
	unread := 0
	for _, name := range files {
		if ctx.Err() != nil {
			fmt.Fprintln(a.people, "whorl: "+stopping)
			return nil
		}
		if err := a.readCapture(ctx, name, to); err != nil {
			fmt.Fprintf(a.people, "whorl: %v\n", err)
			unread++
		}
	}
	if unread > 0 {
		return partial(errors.New("not everything could be read"), "pcap or pcapng files, as tcpdump and Wireshark write them")
	}
	return nil
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

// readFrames reads a capture as far as it goes.
func readFrames(ctx context.Context, called string, in io.Reader, to captures) error {
	r, err := pcapfile.Open(in)
	if err != nil {
		return fmt.Errorf("%s: %w", called, err)
	}
	defer func() { to.skips.add(r.Skipped()...) }()
	for n := 0; n%interruptEvery != 0 || ctx.Err() == nil; n++ {
		frame, link, at, err := r.Next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("%s: %w", called, err)
		}
		to.frame(link, frame, at)
	}
	return nil
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
