//go:build !linux

package main

import (
	"fmt"
	"runtime"
)

// onlyOnLinux is the error of what needs Linux, with what can be done instead.
func onlyOnLinux(what, instead string) error {
	return partial(fmt.Errorf("%s works on Linux, not on %s", what, runtime.GOOS), instead)
}
