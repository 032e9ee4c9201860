package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"testing"
	"time"
)

// stubborn is a program that has been told to stop and does not come to its end.
func stubborn() {
	ctx, cancel := interruptible(context.Background())
	defer cancel()
	fmt.Println("working")
	<-ctx.Done()
	fmt.Println("stopping")
	time.Sleep(time.Minute)
}

// The first interrupt ends the context and lets the program go on, the second ends the
// program at once. A request to terminate counts as one, and so do two of them together.
func TestSecondInterrupt(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("a test cannot interrupt a program there")
	}
	for _, signals := range [][2]os.Signal{{os.Interrupt, os.Interrupt}, {syscall.SIGTERM, syscall.SIGTERM}, {os.Interrupt, syscall.SIGTERM}} {
		c := exec.Command("stubborn")
		out, err := c.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		kill := time.AfterFunc(20*time.Second, func() { c.Process.Kill() })
		lines := bufio.NewScanner(out)
		says := func(want string) {
			if !lines.Scan() || lines.Text() != want {
				t.Fatalf("%v: says %q, want %q", signals, lines.Text(), want)
			}
		}
		says("working")
		c.Process.Signal(signals[0])
		says("stopping")
		ended := make(chan struct{})
		go func() { c.Wait(); close(ended) }()
		c.Process.Signal(signals[1])
		select {
		case <-ended:
			t.Fatalf("%v: ended by signals that came together", signals)
		case <-time.After(oneInterrupt):
		}
		c.Process.Signal(signals[1])
		asked := time.Now()
		<-ended
		kill.Stop()
		if code, took := c.ProcessState.ExitCode(), time.Since(asked); code != exitInterrupted || took > 2*time.Second {
			t.Errorf("%v: exit code %d after %v", signals, code, took)
		}
	}
}
