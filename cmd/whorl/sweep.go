package main

import (
	"context"
	"crypto/rand"
	"errors"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"whorl/link"
	"whorl/method/seek"
	"whorl/scan"
	"whorl/scan/sweep"
)

// sweepOptions are the flags of whorl sweep. Of those of whorl scan it has some.
type sweepOptions struct {
	scanOptions
	echo, every bool
	passes      int
	wait        period
}

func (a *app) sweepCommand() *cobra.Command {
	o := &sweepOptions{}
	c := &cobra.Command{
		Use:   "sweep [OPTION]... TARGET...",
		Short: "Find out which addresses answer at all, fast",
		Long: `Find out which addresses answer at all, fast.

Each address is sent an echo request, then a SYN to ports 443 and 80, until it
answers, or what -p and --echo say. Nothing is remembered of addresses that stay
silent, so a range may be as large as you like. One line is printed for each
address that answers; whorl scan -iL reads it. --json tells also what routers
said of the others.

Only addresses behind a gateway or a tunnel are swept. Those on a segment of
this machine are found by ARP or neighbour discovery, which whorl scan does.
Of an IPv6 prefix the likely addresses are asked (--top-addresses; 0 is all).`,
		Example: `  whorl sweep 198.18.0.0/16
  whorl sweep 198.18.0.0/16 -p 80 --rate 150000
  whorl sweep -iL hitlist6.txt --rate 100000
  whorl sweep 198.18.0.0/16 > up.txt && whorl scan -iL up.txt`,
		RunE:              func(c *cobra.Command, args []string) error { return a.sweep(c.Context(), o, args) },
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	targets, ports, pace, way, out := newPart("Targets"), newPart("Questions"), newPart("Pace"), newPart("Way out"), newPart("Outputs")
	o.whom(targets.flags)
	f := ports.flags
	f.StringVarP(&o.ports, "ports", "p", "", "send a SYN to TCP `PORTS`, in order: 22,80-90,http*")
	f.BoolVar(&o.echo, "echo", false, "send an echo request first")
	f.BoolVar(&o.every, "every", false, "print the answer of every port, not only the first")
	f = pace.flags
	f.Var(&o.rate, "rate", "packets per second; 0 is no limit, not given is 5000")
	f.IntVar(&o.passes, "passes", 2, "ask addresses without an answer `N` times in all")
	f.Var(&o.wait, "wait", "wait for answers after each pass, 1s if not given")
	f = way.flags
	f.StringVarP(&o.iface, "interface", "e", "", "send over the interface `NAME`")
	f.StringVarP(&o.source, "source", "S", "", "send from `ADDRESS`: ours, or a free one of our segment")
	f = out.flags
	f.StringVar(&o.json, "json", "", "write JSON Lines to `FILE`, or to standard output")
	f.Lookup("json").NoOptDefVal = "-"
	addParts(c, targets, ports, pace, way, out)
	c.RegisterFlagCompletionFunc("interface", interfaces)
	return c
}

// sweepSenders send at once, processors permitting.
const sweepSenders = 2

// asks turns flags into what is asked, and how fast.
func (o *sweepOptions) asks() (s sweep.Options, err error) {
	s = sweep.Options{Echo: o.echo, Every: o.every, Rate: scan.Timings[3].Rate, Passes: o.passes, Wait: time.Duration(o.wait),
		Senders: min(sweepSenders, runtime.GOMAXPROCS(0))}
	if o.rate.given {
		s.Rate = o.rate.value
	}
	if o.passes < 1 {
		return s, usage(errors.New("an address cannot be asked less than once"), "--passes 2")
	}
	rand.Read(s.Key[:])
	if o.ports == "" {
		if !o.echo {
			s.Echo, s.TCP = true, []uint16{443, 80}
		}
		return s, nil
	}
	tcp, udp, err := seek.ParsePorts(o.ports)
	switch {
	case err != nil:
		return s, usage(err, "ports like 22,80-90 or names like http*")
	case len(udp) > 0:
		return s, usage(errors.New("UDP ports cannot be swept: most answer only what they understand"), "TCP ports, or --echo")
	}
	s.TCP = tcp
	return s, nil
}

// sweep sweeps the addresses behind one next hop after the other.
func (a *app) sweep(ctx context.Context, o *sweepOptions, args []string) error {
	asks, err := o.asks()
	if err != nil {
		return err
	}
	targets, missed, err := a.targets(ctx, &o.scanOptions, args)
	if err != nil {
		return err
	}
	a.tellYears(targets)
	network, err := a.network(&o.scanOptions)
	if err != nil {
		return err
	}
	defer network.Close()
	out, err := a.sweepOutput(o)
	if err != nil {
		return err
	}
	ctx, stop := interruptible(ctx)
	defer stop()
	defer forScan()()
	ways := &ways{targets: *targets, route: network.Route, missed: missed, tell: func(err error) { complain(a.people, err) }}
	begun := time.Now()
	for ctx.Err() == nil {
		r, ok := ways.more(ctx)
		if !ok {
			break
		}
		if err = sweepWay(ctx, network, r, asks, ways.walk, out); err != nil {
			break
		}
	}
	failed := out.end(time.Since(begun))
	switch {
	case failed != nil:
		return failed
	case err != nil:
		return explainFailure(err)
	case ctx.Err() != nil:
		return errInterrupted
	}
	return ways.shortfall()
}

// sweepWay sweeps what is behind one next hop.
func sweepWay(ctx context.Context, network scan.Network, r link.Route, asks sweep.Options, walk walk, out *sweepOutput) error {
	conn, err := network.Open(r)
	if err != nil {
		return err
	}
	defer conn.Close()
	if r.NextMAC, err = sweep.Resolve(ctx, conn, r); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	asks.Walk = func() next { return walk(ctx, r) }
	s, err := sweep.Start(ctx, conn, r, asks)
	if err != nil {
		return err
	}
	out.take(ctx, stop, s)
	return s.Err()
}
