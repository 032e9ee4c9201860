//go:build unix

package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"whorl/decoy"
)

// pausable lets SIGUSR1 silence the decoys and SIGUSR2 let them answer again, until the
// context ends.
func (a *app) pausable(ctx context.Context, n *decoy.Network) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGUSR1, syscall.SIGUSR2)
	go func() {
		defer signal.Stop(signals)
		for {
			select {
			case <-ctx.Done():
				return
			case s := <-signals:
				pause := s == syscall.SIGUSR1
				n.Pause(pause)
				if pause {
					fmt.Fprintf(a.people, "whorl: paused, nothing is answered; kill -USR2 %d goes on\n", os.Getpid())
				} else {
					fmt.Fprintln(a.people, "whorl: going on, decoys answer")
				}
			}
		}
	}()
}
