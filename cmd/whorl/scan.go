package main

import (
	"context"
	"fmt"
	"math"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"whorl"
	"whorl/report"
	"whorl/scan"
	"whorl/verdict"
)

func (a *app) scanCommand() *cobra.Command {
	o := &scanOptions{timing: 3}
	c := &cobra.Command{
		Use:   "scan [OPTION]... TARGET...",
		Short: "Probe hosts and name their operating systems",
		Long: `Probe hosts and name their operating systems.

Targets are addresses, names, prefixes (192.0.2.0/24) and octet ranges
(192.0.2-3.1-254). For each host that is up, one open and one closed TCP port
are looked for, then sixteen probes go out within a second. Options of Nmap
that have the same meaning have the same name.

Several outputs can be asked for at once. The word after --json is its file if
it is -, begins with / or . , or ends in .json, .jsonl or .ndjson; else it is a
target. --json=FILE takes any name.

The exit code is 0 if all is well, 1 if something could not be done and the
rest was, 2 if the command line is wrong, 77 if a capability is missing, and
130 after an interrupt; what is known by then is written.`,
		Example: `  whorl scan 192.0.2.7 -p 22,81
  whorl scan 192.0.2.0/24 --json | jq .verdicts[0].name
  whorl scan -iL hosts.txt -oA monday --record monday.pcapng
  whorl scan localhost -v`,
		RunE:              func(c *cobra.Command, args []string) error { return a.scan(c.Context(), o, args) },
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	o.flags(c)
	return c
}

func (a *app) scan(ctx context.Context, o *scanOptions, args []string) error {
	how, err := o.judging.options()
	if err != nil {
		return err
	}
	if err := o.outputs.plan(o.record); err != nil {
		return err
	}
	job, missed, err := a.job(ctx, o, args)
	if err != nil {
		return err
	}
	set, err := a.load()
	if err != nil {
		return err
	}
	network, err := a.network(o)
	if err != nil {
		return err
	}
	defer network.Close()
	if err := o.outputs.open(a); err != nil {
		return err
	}

	ctx, stop := interruptible(ctx)
	defer stop()
	total := job.Targets.Count()
	o.begin(a, report.Run{Version: version, Args: "whorl " + strings.Join(a.args, " "), Start: time.Now(), Databases: describe(set), TCP: job.TCP})
	progress := &scan.Progress{}
	status := a.status(ctx, progress, total)
	count := tally{}
	judges := preparing(func() *verdict.Judges { return verdict.NewJudges(set, how) })
	err = scan.Run(ctx, job, scan.Config{
		Network: network, Version: version, Progress: progress, Listen: network.Listen,
		NewJudge: func() scan.Judge { return explaining{judges().New(), explained(a.verbose)} },
		Host: func(h *whorl.Host) {
			count.add(h)
			if o.reverse && h.Status.Up {
				h.Names = append(h.Names, reverse(ctx, h.Addr)...)
			}
			status.without(func() { o.host(a, h) })
			if o.dead() {
				stop()
			}
		},
	})
	status.stop()
	failed := o.end(a, report.Summary{End: time.Now(), Up: count.up, Down: count.down, Total: int(min(total, math.MaxInt32)), Interrupted: ctx.Err() != nil})
	lost := network.Close()
	switch {
	case o.dead():
		return failed
	case ctx.Err() != nil:
		return errInterrupted
	case err != nil:
		return explainFailure(err)
	case failed != nil:
		return failed
	case lost != nil:
		return lost
	}
	return count.shortfall(missed)
}

// tally counts hosts. It is used by one goroutine at a time.
type tally struct {
	up, down, unreached int
	why                 string // of the first that could not be reached
}

func (t *tally) add(h *whorl.Host) {
	switch {
	case h.Status.Up:
		t.up++
		return
	case h.Status.Reason == unreachable:
		if t.unreached++; t.unreached == 1 {
			t.why = strings.Join(h.Warnings, "; ")
		}
	}
	t.down++
}

// unreachable is the reason that the scanner gives for hosts it could not send to.
const unreachable = "unreachable"

// shortfall is an error if not every target could be asked. missed counts those
// that had no address to begin with.
func (t *tally) shortfall(missed int) error {
	switch n := t.unreached; {
	case n > 1:
		return partial(fmt.Errorf("%d targets could not be reached, the first: %s", n, t.why), "another interface with -e, or a route to them")
	case n == 1:
		return partial(fmt.Errorf("a target could not be reached: %s", t.why), "another interface with -e, or a route to it")
	case missed > 0:
		return partial(fmt.Errorf("not every target could be used (%d), the others were scanned", missed), "addresses, or names that resolve")
	}
	return nil
}

// explainFailure turns an error of a scan into one with the right exit code.
func explainFailure(err error) error {
	if exitCode(err) == exitNoPrivilege {
		return err
	}
	return partial(err, "check the interface and the route, then scan the rest again")
}

// preparing computes a value beside whatever else goes on; the function it gives waits
// for it. A scan takes a second, and the tables of the judges half of one.
func preparing[T any](compute func() T) func() T {
	done := make(chan T, 1)
	go func() { done <- compute() }()
	return sync.OnceValue(func() T { return <-done })
}

// explaining is a judge that gives the evidence of its first verdicts too.
type explaining struct {
	judge *verdict.Judge
	n     int
}

// Judge judges and explains.
func (e explaining) Judge(h *whorl.Host) {
	e.judge.Judge(h)
	e.judge.Explain(h, e.n)
}

// explained is how many verdicts of a host come with their evidence: the headline, or
// the first few for those who want to know more.
func explained(verbose int) int {
	if verbose > 0 {
		return 3
	}
	return 1
}
