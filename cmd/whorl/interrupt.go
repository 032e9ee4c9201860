package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// stopping is what people are told after the first interrupt.
const stopping = "stopping; what is known is being written. Interrupt again to quit at once."

// oneInterrupt is how far apart signals may be that are one: timeout(1) sends its own twice,
// to the program and to its group.
const oneInterrupt = 500 * time.Millisecond

// interruptible gives a context that the first interrupt ends; the second ends
// the program. Commands that have nothing to save do without: they just die.
func interruptible(parent context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(parent)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		cancel()
		for first := time.Now(); time.Since(first) < oneInterrupt; {
			<-signals
		}
		os.Exit(exitInterrupted)
	}()
	return ctx, cancel
}
