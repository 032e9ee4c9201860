//go:build !linux

package target

import (
	"errors"
	"fmt"
	"os/exec"
	"runtime"
)

var errSystem = fmt.Errorf("target: on %s: %w", runtime.GOOS, errors.ErrUnsupported)

// Do needs Linux.
func (h *Target) Do(func() error) error { return errSystem }

// Run needs Linux.
func (h *Target) Run(*exec.Cmd) error { return errSystem }

// Start needs Linux.
func (h *Target) Start(*exec.Cmd) error { return errSystem }
