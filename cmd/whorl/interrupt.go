package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// stopping is what people are told after the first interrupt.
const stopping = "stopping; what is known is being written. Interrupt again to quit at once."

// interruptible gives a context that the first interrupt ends; the second ends
// the program. Commands that have nothing to save do without: they just die.
func interruptible(parent context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(parent)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		cancel()
		<-signals
		os.Exit(exitInterrupted)
	}()
	return ctx, cancel
}
