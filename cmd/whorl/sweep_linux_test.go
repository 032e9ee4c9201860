package main

import (
	"bufio"
	"os"
	"strings"
	"testing"
	"time"
)

// A sweep of addresses that no route leads to says so at once, and ends when it is told to.
func TestSweepWithoutRoute(t *testing.T) {
	whorl := namespace(t)
	c := whorl("sweep", "100.0.0.0/6")
	people, err := c.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	kill := time.AfterFunc(20*time.Second, func() { c.Process.Kill() })
	defer kill.Stop()
	lines := bufio.NewScanner(people)
	for _, want := range []string{"whorl: none of the first 1000 addresses can be reached, the others are looked at: ", "try: "} {
		if !lines.Scan() || !strings.HasPrefix(lines.Text(), want) {
			t.Errorf("%q, want %q", lines.Text(), want)
		}
	}
	asked := time.Now()
	c.Process.Signal(os.Interrupt)
	rest := ""
	for lines.Scan() {
		rest += lines.Text() + "\n"
	}
	c.Wait()
	if code, took := c.ProcessState.ExitCode(), time.Since(asked); code != exitInterrupted || took > 2*time.Second {
		t.Errorf("exit code %d after %v: %s", code, took, rest)
	}
	if !strings.HasPrefix(rest, "whorl: 0 answers in ") || !strings.Contains(rest, " to 0 probes: ") {
		t.Errorf("%s", rest)
	}
}
