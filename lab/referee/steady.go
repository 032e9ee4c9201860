package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync/atomic"

	"whorl/lab/target"
)

// steadiness is how often a host gets the same answer under bad conditions.
type steadiness struct {
	scans, busy int
	loss        float64
}

func (s steadiness) run(ctx context.Context, ask tool, w io.Writer) (err error) {
	h, err := target.Start(ctx, "delay", fmt.Sprintf("loss=%g", s.loss))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.Stop()) }()
	var done atomic.Bool
	defer done.Store(true)
	for range s.busy {
		go func() {
			for !done.Load() {
			}
		}()
	}
	count := map[string]int{}
	for range s.scans {
		a, err := ask(ctx, h)
		if err != nil {
			return err
		}
		count[a.name]++
	}
	names := slices.SortedFunc(maps.Keys(count), func(a, b string) int { return cmp.Compare(count[b], count[a]) })
	for _, n := range names {
		fmt.Fprintf(w, "%d of %d\t%s\n", count[n], s.scans, cmp.Or(n, "no answer"))
	}
	return nil
}
