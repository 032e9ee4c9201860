package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"whorl"
	"whorl/method/seek"
	"whorl/report"
	"whorl/scan"
	"whorl/verdict"
)

// scanOptions are the flags of whorl scan.
type scanOptions struct {
	outputs
	judging
	lists, exclude, excludeFiles []string
	ports                        string
	fast, skipUp, never, reverse bool
	top                          int
	iface, source                string
	template                     int
	rate                         float64
	tries                        int
	timeout                      time.Duration
	record                       string
	detect, six                  bool
}

// judging are the flags that decide about verdicts.
type judging struct {
	confidence float64
	rule       string
}

func (j *judging) options() (verdict.Options, error) {
	switch {
	case j.confidence <= 0 || j.confidence > 1:
		return verdict.Options{}, usage(fmt.Errorf("--confidence %v is not a probability", j.confidence), "a number above 0 and up to 1, like 0.8")
	case j.rule != "whorl" && j.rule != "nmap":
		return verdict.Options{}, usage(fmt.Errorf("--rule %q is unknown", j.rule), "--rule whorl or --rule nmap")
	}
	return verdict.Options{Confidence: whorl.Fraction(j.confidence), NmapOnly: j.rule == "nmap"}, nil
}

func (a *app) scanCommand() *cobra.Command {
	o := &scanOptions{}
	c := &cobra.Command{
		Use:   "scan TARGET...",
		Short: "Probe hosts and name their operating systems",
		Long: `Probe hosts and name their operating systems.

Targets are addresses, names, prefixes (192.0.2.0/24) and octet ranges
(192.0.2-3.1-254). For each host that is up, one open and one closed TCP port are
looked for, then sixteen probes go out within a second. Options of Nmap that have
the same meaning have the same name.`,
		Example: `  whorl scan 192.0.2.7 -p 22,81
  whorl scan 192.0.2.0/24 --json | jq .verdicts[0].name
  whorl scan localhost -v`,
		RunE: func(c *cobra.Command, args []string) error { return a.scan(c.Context(), o, args) },
	}
	f := c.Flags()
	f.SortFlags = false
	f.StringArrayVar(&o.lists, "iL", nil, "read targets from this file; - is standard input")
	f.StringSliceVar(&o.exclude, "exclude", nil, "leave these targets out")
	f.StringArrayVar(&o.excludeFiles, "excludefile", nil, "leave the targets in this file out")
	f.StringVarP(&o.ports, "ports", "p", "", "TCP ports to look at, in this order: 22,80-90,http*,U:53")
	f.BoolVarP(&o.fast, "fast", "F", false, "look at the 20 most likely ports only")
	f.IntVar(&o.top, "top-ports", 0, "look at the `N` most likely ports (up to 100, the default)")
	f.BoolVar(&o.skipUp, "Pn", false, "take all hosts for up")
	f.BoolVarP(&o.never, "no-dns", "n", false, "no reverse DNS; the default")
	f.BoolVarP(&o.reverse, "reverse-dns", "R", false, "look up the names of hosts that are up")
	f.StringVarP(&o.iface, "interface", "e", "", "send over this interface")
	f.StringVarP(&o.source, "source", "S", "", "send from this address of this machine")
	f.IntVarP(&o.template, "timing", "T", 3, "timing template, 0 (slowest) to 5")
	f.Float64Var(&o.rate, "max-rate", -1, "packets per second at most; 0 is no limit")
	f.IntVar(&o.tries, "max-tries", 0, "how often an unanswered probe is sent")
	f.DurationVar(&o.timeout, "host-timeout", 0, "give a host up after this time")
	f.StringVar(&o.record, "record", "", "keep all packets in this pcapng file")
	o.outputs.flags(f)
	f.Float64Var(&o.confidence, "confidence", 0.8, "least probability of a headline")
	f.StringVar(&o.rule, "rule", "whorl", "how to judge: whorl, or nmap for its points alone")
	f.BoolVarP(&o.detect, "os", "O", true, "accepted for users of Nmap: it is what this command does")
	f.MarkHidden("os")
	f.BoolVarP(&o.six, "ipv6", "6", false, "scan over IPv6; not there yet")
	f.MarkHidden("ipv6")
	return c
}

func (a *app) scan(ctx context.Context, o *scanOptions, args []string) error {
	if o.six {
		return usage(errors.New("IPv6 cannot be scanned yet"), "an IPv4 address of the host")
	}
	job, err := a.job(o, args)
	if err != nil {
		return err
	}
	network, err := a.network(o)
	if err != nil {
		return err
	}
	set, err := a.load()
	if err != nil {
		return err
	}
	how, err := o.judging.options()
	if err != nil {
		return err
	}
	if err := o.outputs.open(a); err != nil {
		return err
	}
	defer network.Close()

	run := report.Run{Version: version, Args: "whorl " + strings.Join(a.args, " "), Start: time.Now(), Databases: describe(set), TCP: job.TCP}
	o.begin(a, run)
	total := job.Targets.Count()
	progress := &scan.Progress{}
	status := a.status(progress, total)
	var up, down atomic.Int64
	judges := verdict.NewJudges(set, how)
	err = scan.Run(ctx, job, scan.Config{
		Network: network, Version: version, Progress: progress, Listen: network.Listen,
		NewJudge: func() scan.Judge { return judges.New() },
		Host: func(h *whorl.Host) {
			if h.Status.Up {
				up.Add(1)
				if o.reverse {
					h.Names = append(h.Names, reverse(ctx, h.Addr)...)
				}
			} else {
				down.Add(1)
			}
			status.clear()
			o.host(a, h)
		},
	})
	status.stop()
	end := report.Summary{End: time.Now(), Up: int(up.Load()), Down: int(down.Load()), Total: int(min(total, 1<<31)), Interrupted: ctx.Err() != nil}
	failed := o.end(a, end)
	switch {
	case ctx.Err() != nil:
		return errInterrupted
	case err != nil:
		return a.explainFailure(err)
	case failed != nil:
		return failed
	}
	return network.Close()
}

// job turns flags into a job.
func (a *app) job(o *scanOptions, args []string) (j scan.Job, err error) {
	if j.Timing, err = scan.Template(o.template); err != nil {
		return j, usage(err, "-T 0 to -T 5")
	}
	if o.rate >= 0 {
		j.Rate = o.rate
	}
	if o.tries > 0 {
		j.Tries = o.tries
	}
	if o.timeout > 0 {
		j.HostTimeout = o.timeout
	}
	j.SkipUp = o.skipUp
	rand.Read(j.Key[:])
	if err := o.choosePorts(&j); err != nil {
		return j, usage(err, "ports like 22,80-90 or names like http*")
	}
	j.Targets, err = a.targets(o, args)
	return j, err
}

func (o *scanOptions) choosePorts(j *scan.Job) (err error) {
	const fast = 20
	switch {
	case o.ports != "":
		var udp []uint16
		if j.TCP, udp, err = seek.ParsePorts(o.ports); len(udp) > 0 {
			j.UDP = udp[0]
		}
	case o.top != 0:
		j.TCP, err = seek.Top(o.top)
	case o.fast:
		j.TCP, err = seek.Top(fast)
	}
	return err
}

// targets collects what to scan. A target that cannot be understood or resolved is
// reported and the others are scanned, as long as there are any.
func (a *app) targets(o *scanOptions, args []string) (*scan.Targets, error) {
	t := &scan.Targets{}
	var problems []error
	note := func(err error) {
		if err != nil {
			problems = append(problems, err)
		}
	}
	for _, s := range args {
		note(t.Add(s, resolve))
	}
	for _, name := range o.lists {
		problems = append(problems, a.readTargets(t, name, t.Add)...)
	}
	for _, s := range o.exclude {
		if err := t.Exclude(s, resolve); err != nil { // scanning what was to be left out is worse than not scanning
			return nil, usage(err, "an address, a prefix or a range after --exclude")
		}
	}
	for _, name := range o.excludeFiles {
		if p := a.readTargets(t, name, t.Exclude); len(p) > 0 {
			return nil, usage(p[0], "a file of addresses, prefixes and ranges after --excludefile")
		}
	}
	for _, p := range problems {
		fmt.Fprintf(a.people, "whorl: %v\n", p)
	}
	if t.Count() == 0 {
		return nil, usage(errors.New("there is nothing to scan"), "whorl scan 192.0.2.7, or whorl demo")
	}
	return t, nil
}

func (a *app) readTargets(t *scan.Targets, name string, add func(string, scan.Resolve) error) []error {
	if name == "-" {
		return t.Read(a.in, "standard input", add, resolve)
	}
	f, err := os.Open(name)
	if err != nil {
		return []error{err}
	}
	defer f.Close()
	return t.Read(f, name, add, resolve)
}

// resolveTimeout bounds one look-up of a name.
const resolveTimeout = 5 * time.Second

func resolve(name string) ([]netip.Addr, error) {
	ctx, cancel := context.WithTimeout(context.Background(), resolveTimeout)
	defer cancel()
	return net.DefaultResolver.LookupNetIP(ctx, "ip", name)
}

// reverse looks the names of an address up, briefly.
func reverse(ctx context.Context, addr netip.Addr) (names []string) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	found, err := net.DefaultResolver.LookupAddr(ctx, addr.String())
	if err != nil {
		return nil
	}
	for _, n := range found {
		names = append(names, strings.TrimSuffix(n, "."))
	}
	return names
}

// explainFailure turns an error of a scan into one with the right exit code.
func (a *app) explainFailure(err error) error {
	if exitCode(err) == exitNoPrivilege {
		return err
	}
	return partial(err, "check the interface and the route, then scan the rest again")
}
