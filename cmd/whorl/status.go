package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"

	"whorl/scan"
)

// status is the one line that tells a person how a scan goes. It is only drawn on
// a terminal, and is gone when something else is printed.
type status struct {
	a     *app
	p     *scan.Progress
	total uint64
	begun time.Time
	shown bool // there is a terminal
	quit  chan struct{}
	done  chan struct{}

	mu    sync.Mutex
	drawn bool
}

const statusEvery = 200 * time.Millisecond

// status starts to draw, if there is somebody to see it, and tells people when the
// context ends.
func (a *app) status(ctx context.Context, p *scan.Progress, total uint64) *status {
	s := &status{a: a, p: p, total: total, begun: time.Now(), quit: make(chan struct{}), done: make(chan struct{})}
	s.shown = !a.plain && terminal(a.people)
	go s.run(ctx)
	return s
}

func (s *status) run(ctx context.Context) {
	defer close(s.done)
	t := time.NewTicker(statusEvery)
	defer t.Stop()
	interrupted := ctx.Done()
	for {
		select {
		case <-t.C:
			s.draw()
		case <-interrupted:
			interrupted = nil
			s.without(func() { fmt.Fprintln(s.a.people, "whorl: "+stopping) })
		case <-s.quit:
			return
		}
	}
}

func (s *status) draw() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.shown {
		return
	}
	fmt.Fprintf(s.a.people, "\r%s\x1b[K", clip(s.line(), width(s.a.people)))
	s.drawn = true
}

// line says what is known: hosts done of how many, how many up and named, packets,
// and an estimate of the time left once there is a rate.
func (s *status) line() string {
	done := s.p.Finished.Load()
	took := time.Since(s.begun)
	line := fmt.Sprintf("%d of %d hosts, %d up, %d named, %d under way", done, s.total,
		s.p.Up.Load(), s.p.Named.Load(), s.p.Started.Load()-done)
	if lost := s.p.Lost.Load(); lost > 0 {
		line += fmt.Sprintf(", %d frames lost", lost)
	}
	if done > 0 && uint64(done) < s.total && took > 2*time.Second {
		left := time.Duration(float64(took) / float64(done) * float64(s.total-uint64(done)))
		line += fmt.Sprintf(", about %v left", left.Round(time.Second))
	}
	return line
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

func (s *status) stop() {
	close(s.quit)
	<-s.done
	s.without(func() {})
}

func width(w any) int {
	if f, ok := w.(*os.File); ok {
		if n, _, err := term.GetSize(int(f.Fd())); err == nil && n > 0 {
			return n
		}
	}
	return 80
}

func clip(line string, n int) string {
	if len(line) >= n {
		return line[:n-1]
	}
	return strings.TrimRight(line, " ")
}
