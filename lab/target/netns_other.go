//go:build !linux

package target

import (
	"errors"
	"os/exec"
	"runtime"
)

var errSystem = errors.New("target: not implemented on " + runtime.GOOS)

// Do needs Linux.
func (h *Target) Do(func() error) error { return errSystem }

// Run needs Linux.
func (h *Target) Run(*exec.Cmd) error { return errSystem }

// Start needs Linux.
func (h *Target) Start(*exec.Cmd) error { return errSystem }
