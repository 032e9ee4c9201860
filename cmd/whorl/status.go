package main

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"

	"golang.org/x/term"

	"whorl"
	"whorl/scan"
)

// status tells people how a scan goes: on a terminal in one line that is gone when
// something else is printed, with --plain in a line now and then, and with
// --status-every as JSON.
type status struct {
	a     *app
	p     *scan.Progress
	total uint64
	every time.Duration // between two lines of JSON; 0: none
	shown bool          // there is a terminal
	quit  chan struct{}
	done  chan struct{}

	mu       sync.Mutex
	drawn    bool
	pace     pace
	families map[string]int // hosts
	noted    string         // about a host under way
}

// How often people are told.
const (
	drawEvery  = 200 * time.Millisecond
	plainEvery = 10 * time.Second
)

// status starts to tell, if there is somebody to tell it to. It also tells people
// when the context ends.
func (a *app) status(ctx context.Context, p *scan.Progress, total uint64, every time.Duration) *status {
	s := &status{a: a, p: p, total: total, every: every, quit: make(chan struct{}), done: make(chan struct{}), families: map[string]int{}}
	s.shown = !a.plain && terminal(a.people)
	go s.run(ctx)
	return s
}

func (s *status) run(ctx context.Context) {
	defer close(s.done)
	draw := time.NewTicker(drawEvery)
	defer draw.Stop()
	tell := time.NewTicker(s.interval())
	defer tell.Stop()
	interrupted := ctx.Done()
	for {
		select {
		case <-draw.C:
			s.draw()
		case <-tell.C:
			s.tell()
		case <-interrupted:
			interrupted = nil
			s.without(func() { fmt.Fprintln(s.a.people, "whorl: "+stopping) })
		case <-s.quit:
			return
		}
	}
}

// interval is the time between two lines that stay.
func (s *status) interval() time.Duration {
	if s.every > 0 {
		return s.every
	}
	return plainEvery
}

// draw samples the pace and draws the line of a terminal.
func (s *status) draw() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pace.add(sample{time.Now(), s.p.Finished.Load(), s.p.Packets.Load()})
	if !s.shown {
		return
	}
	columns := width(s.a.people) - 1
	noted := s.noted[:min(len(s.noted), columns)]
	fmt.Fprintf(s.a.people, "\r%s\x1b[K", noted+s.now().line(columns-len(noted)))
	s.drawn = true
}

// tell prints a line that stays, if one was asked for.
func (s *status) tell() {
	s.without(func() {
		switch p := s.now(); {
		case s.every > 0:
			fmt.Fprintln(s.a.people, p.json())
		case s.a.plain:
			fmt.Fprintln(s.a.people, "whorl: "+p.line(plainColumns))
		}
	})
}

// plainColumns is the width of lines that go into a log.
const plainColumns = 160

// now is how far the scan has come. It is called with mu held.
func (s *status) now() *progress {
	done, skipped := s.p.Finished.Load(), s.p.Skipped.Load()
	hosts, packets := s.pace.rates()
	p := &progress{
		Schema: statusSchema, Time: time.Now(), Done: done, Total: s.total - min(s.total, skipped), InFlight: max(0, s.p.Started.Load()-done),
		Up: s.p.Up.Load(), Named: s.p.Named.Load(), Packets: s.p.Packets.Load(), Rate: packets, Lost: s.p.Lost.Load(), Families: ranked(s.families),
	}
	p.estimate(hosts, skipped)
	return p
}

// note shows something about a host under way, until a host is done.
func (s *status) note(words string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.noted = words + "; "
}

// count notes the family of a host that is done.
func (s *status) count(h *whorl.Host) {
	s.mu.Lock()
	s.noted = ""
	s.mu.Unlock()
	if len(h.Verdicts) == 0 || h.Verdicts[0].Family == "" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.families[h.Verdicts[0].Family]++
}

// restart forgets the pace of what has been replayed.
func (s *status) restart() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pace = pace{}
}

// without takes the line away and does something that prints.
func (s *status) without(print func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.drawn {
		fmt.Fprint(s.a.people, "\r\x1b[K")
		s.drawn = false
	}
	print()
}

// stop takes the line away; the last status in JSON is that of the end.
func (s *status) stop() {
	close(s.quit)
	<-s.done
	s.without(func() {})
	if s.every > 0 {
		s.tell()
	}
}

func width(w any) int {
	if f, ok := w.(*os.File); ok {
		if n, _, err := term.GetSize(int(f.Fd())); err == nil && n > 0 {
			return n
		}
	}
	return 80
}
