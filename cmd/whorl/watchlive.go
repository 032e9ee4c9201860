package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"whorl/link"
	"whorl/watch"
)

// watchLive watches an interface until an interrupt, or with --once until a contact is sure.
func (a *app) watchLive(ctx context.Context, o *watchOptions, w *watch.Watcher, out *watchOutput) error {
	conn, err := a.hear(o.iface, o.promiscuous, nil)
	if err != nil {
		return err
	}
	defer conn.Close()
	defer func() { out.dropped = conn.Drops() }()
	buf := make([]byte, hearSnap+vlanTag)
	wake := until(w.Wake(conn.Now()), conn.Now())
	for ctx.Err() == nil && !out.dead() && !(o.once && out.sure) {
		n, at, err := conn.Recv(buf, wake)
		switch {
		case err == nil:
			w.Frame(conn.LinkType(), buf[:n], at)
		case errors.Is(err, io.EOF):
			return nil
		case !errors.Is(err, link.ErrTimeout):
			return partial(err, "whorl watch again when the interface is up")
		}
		if now := conn.Now(); !now.Before(wake) {
			wake = until(w.Wake(now), now)
		}
	}
	if ctx.Err() != nil {
		fmt.Fprintln(a.people, "whorl: "+stopping)
	}
	return nil
}

// until is when to look again: at wake, and in a second at the latest, so that an interrupt
// is not waited out.
func until(wake, now time.Time) time.Time {
	if next := now.Add(newsEvery); wake.IsZero() || wake.After(next) {
		return next
	}
	return wake
}
