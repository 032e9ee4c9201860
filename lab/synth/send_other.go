//go:build !linux

package main

import "errors"

func send(options) error { return errors.New("frames are sent on Linux alone") }
