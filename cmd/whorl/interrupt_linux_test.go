package main

import (
	"os"
	"strings"
	"testing"
	"time"
)

// A scan whose results nobody takes cannot write what it knows. Its user need not wait.
func TestSecondInterruptOfScan(t *testing.T) {
	whorl := namespace(t, "link set v0 up", "link set v1 up")
	results, full, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer results.Close()
	full.SetWriteDeadline(time.Now().Add(100 * time.Millisecond))
	if _, err := full.Write(make([]byte, 1<<21)); !os.IsTimeout(err) {
		t.Fatalf("the pipe takes all: %v", err)
	}
	c := whorl("scan", "--no-system-db", "198.18.0.0/16", "--json")
	var people strings.Builder
	c.Stdout, c.Stderr = full, &people
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	full.Close()
	kill := time.AfterFunc(20*time.Second, func() { c.Process.Kill() })
	defer kill.Stop()
	ended := make(chan struct{})
	go func() { c.Wait(); close(ended) }()
	time.Sleep(1500 * time.Millisecond)
	c.Process.Signal(os.Interrupt)
	select {
	case <-ended:
		t.Fatalf("ended with results unwritten, exit code %d: %s", c.ProcessState.ExitCode(), people.String())
	case <-time.After(time.Second):
	}
	c.Process.Signal(os.Interrupt)
	asked := time.Now()
	<-ended
	if code, took := c.ProcessState.ExitCode(), time.Since(asked); code != exitInterrupted || took > 2*time.Second {
		t.Errorf("exit code %d after %v: %s", code, took, people.String())
	}
}
