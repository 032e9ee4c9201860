package target

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"

	"golang.org/x/sys/unix"
)

// Do runs f in the namespace of the target and returns its error. Sockets that f opens
// and processes that it starts belong to that namespace and may be used outside of f;
// goroutines that it starts do not. If f ends its goroutine, as t.Fatal does, Do returns
// an error.
func (h *Target) Do(f func() error) error {
	done := make(chan error)
	go func() {
		err := errors.New("target: the function did not return")
		defer func() { done <- err }()
		err = within(h.NS, f)
	}()
	return <-done
}

// within runs f on a thread that is in the namespace. The thread is locked and never
// unlocked, so that it ends with the goroutine and no other code runs there.
func within(ns string, f func() error) error {
	runtime.LockOSThread()
	file, err := os.Open(filepath.Join("/run/netns", ns))
	if err != nil {
		return fmt.Errorf("target: %w", err)
	}
	defer file.Close()
	if err := unix.Setns(int(file.Fd()), unix.CLONE_NEWNET); err != nil {
		return fmt.Errorf("target: setns %s: %w", ns, err)
	}
	return f()
}

// Run starts the command in the namespace of the target and waits for it, as
// [exec.Cmd.Run] does.
func (h *Target) Run(c *exec.Cmd) error { return h.Do(c.Run) }

// Start starts the command in the namespace of the target, as [exec.Cmd.Start] does.
func (h *Target) Start(c *exec.Cmd) error { return h.Do(c.Start) }
