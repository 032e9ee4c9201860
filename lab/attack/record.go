package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"whorl/lab/target"
)

// Of recording.
const (
	caseLimit = 75 * time.Second       // no case may take longer
	outOfTime = 124                    // exit status of timeout(1) if it does
	settle    = 300 * time.Millisecond // for what is under way when a tool ends
	recordAs  = "root"                 // tcpdump is not to give up its rights to the directory
)

// Addresses around the vantage point (lab/lib.sh).
const (
	local   = "10.77.1.1"
	local6  = "fd77:1::1"
	segment = "10.77.1.0/24" // that it is on
)

// recordAll records the cases of those names, or all. A tool that is missing costs only its
// own cases.
func recordAll(ctx context.Context, program, scratch, dir string, names []string) error {
	list, err := chosen(names)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	failed := 0
	for _, c := range list {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		began := time.Now()
		l, err := c.record(ctx, dir, scratch, program)
		if err == nil {
			err = addLabel(dir, l)
		}
		if err != nil {
			fmt.Fprintf(os.Stderr, "attack: %s: %v\n", c.name, err)
			failed++
			continue
		}
		fmt.Fprintf(os.Stderr, "attack: %s: %.1f s\n", c.name, time.Since(began).Seconds())
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d cases were not recorded", failed, len(list))
	}
	return nil
}

// record runs one case while tcpdump writes what passes the target.
func (c *attempt) record(ctx context.Context, dir, scratch, program string) (l label, err error) {
	if c.needs != "" {
		if _, err := exec.LookPath(c.needs); err != nil {
			return l, err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, caseLimit+10*time.Second)
	defer cancel()
	words := c.target
	if len(words) == 0 {
		words = []string{"linux"}
	}
	h, err := target.Start(ctx, words[0], words[1:]...)
	if err != nil {
		return l, err
	}
	defer func() { err = errors.Join(err, h.Stop()) }()
	s := scene{h: h, scratch: scratch, program: program}
	if err := s.meet(ctx); err != nil {
		return l, err
	}
	file := filepath.Join(dir, c.name+".pcap")
	stop, err := s.capture(ctx, file)
	if err != nil {
		return l, err
	}
	if c.play != nil {
		err = s.perform(ctx, c.play)
	} else {
		err = s.shell(ctx, c.run)
	}
	time.Sleep(settle)
	if err := errors.Join(err, stop()); err != nil {
		return l, err
	}
	sources := c.sources
	if sources == "" {
		sources = local
		if strings.Contains(c.run, "{ip6}") {
			sources = local6
		}
	}
	return label{c.name, c.class, c.tool, c.evasion, sources}, nil
}
