package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"whorl"
	"whorl/method/seek"
	"whorl/scan"
	"whorl/verdict"
)

// scanOptions are the flags of whorl scan.
type scanOptions struct {
	outputs
	judging
	lists, exclude, excludeFiles          []string
	ports                                 string
	fast, skipUp, noSweep, never, reverse bool
	four, six, segment                    bool
	gens                                  gensFlag
	deep, boxes                           whenFlag
	top                                   int
	likely                                uint64 // addresses of an IPv6 prefix
	iface, source                         string
	timing                                template
	rate                                  rate
	tries, retries                        int
	timeout                               period
	record                                string
	temporal                              temporalFlags
	shard                                 shard
	state, journal                        string // files of --state and --resume
	every                                 period
	heard                                 []string // files of --heard
	heardAge                              period
	head                                  *scan.JournalHead // of --resume; nil: none
}

// flags gives the command its flags, in the parts that the help shows.
func (o *scanOptions) flags(c *cobra.Command) {
	targets, ports, pace, way := newPart("Targets"), newPart("Ports"), newPart("Pace"), newPart("Way out")
	long, out, judge := newPart("Long scans"), newPart("Outputs"), newPart("Judgement")
	f := targets.flags
	o.whom(f)
	f.BoolVar(&o.segment, "neighbours", false, "find hosts of the segment of -e over IPv6")
	f.BoolVar(&o.skipUp, "Pn", false, "take all hosts for up")
	f.BoolVar(&o.noSweep, "no-sweep", false, "ask hosts of large ranges one by one if they are up")
	f.BoolVarP(&o.never, "no-dns", "n", false, "do not look up names of hosts; the default")
	f.BoolVarP(&o.reverse, "reverse-dns", "R", false, "look up the names of hosts that are up")
	f.Var(&o.shard, "shard", "scan the k-th of n parts only; all n make the whole")
	f = ports.flags
	f.StringVarP(&o.ports, "ports", "p", "", "TCP `PORTS` to look at, in order: 22,80-90,http*; - is all")
	f.BoolVarP(&o.fast, "fast", "F", false, "look at the 20 most likely ports only")
	f.IntVar(&o.top, "top-ports", 0, "look at the `N` most likely ports (up to 100, the default)")
	f.Var(&o.gens, "gen", "generation `N` of Nmap's probes: 2 (the default), 1 or 1,2")
	o.deep.flag(f, "deep", "send up to 29 packets more to each host, not on ties only")
	o.boxes.flag(f, "boxes", "compare ports of each host, not on a hint only, for boxes")
	times := newPart("Retransmission times")
	o.temporal.flags(times.flags)
	f = pace.flags
	f.VarP(&o.timing, "timing", "T", "template, 0 (paranoid) to 5 (insane)")
	f.Var(&o.rate, "max-rate", "packets per second at most; 0 is no limit")
	f.IntVar(&o.tries, "max-tries", 0, "send a probe without an answer `N` times in all")
	f.IntVar(&o.retries, "max-retries", -1, "the same, not counting the first")
	f.MarkHidden("max-retries")
	f.Var(&o.timeout, "host-timeout", "give a host up after this time: 90s, 15m")
	f = way.flags
	f.StringVarP(&o.iface, "interface", "e", "", "send over the interface `NAME`")
	f.StringVarP(&o.source, "source", "S", "", "send from `ADDRESS`: ours, or a free one of our segment")
	f.StringVar(&o.record, "record", "", "keep all packets in `FILE` (pcapng) for whorl explain")
	f = long.flags
	f.StringVar(&o.state, "state", "", "keep in `FILE` what is done, to resume from it")
	f.StringVar(&o.journal, "resume", "", "go on with the scan whose --state is `FILE`")
	f.Var(&o.every, "status-every", "print the status as JSON to standard error")
	o.outputs.flags(out.flags)
	o.judging.flags(judge.flags)
	judge.flags.StringArrayVar(&o.heard, "heard", nil, "fill gaps by `FILE` of listen --json, or a capture")
	judge.flags.Var(&o.heardAge, "heard-age", "leave out what was heard longer ago; 24h if not given")
	judge.flags.BoolVar(&o.guess, "osscan-guess", false, "list near matches too")
	addParts(c, targets, ports, times, pace, way, long, out, judge)
	c.RegisterFlagCompletionFunc("timing", cobra.FixedCompletions(templates, cobra.ShellCompDirectiveNoFileComp))
	c.RegisterFlagCompletionFunc("rule", cobra.FixedCompletions(rules, cobra.ShellCompDirectiveNoFileComp))
	c.RegisterFlagCompletionFunc("interface", interfaces)
}

// whom are the flags that targets are named by.
func (o *scanOptions) whom(f *pflag.FlagSet) {
	f.StringArrayVar(&o.lists, "iL", nil, "read targets from `FILE`; - is standard input")
	f.StringSliceVar(&o.exclude, "exclude", nil, "leave out `TARGETS`, separated by commas")
	f.StringArrayVar(&o.excludeFiles, "excludefile", nil, "leave the targets in `FILE` out")
	f.BoolVarP(&o.four, "ipv4", "4", false, "take the IPv4 address of names")
	f.BoolVarP(&o.six, "ipv6", "6", false, "take the IPv6 address of names; -4 -6 takes both")
	f.Uint64Var(&o.likely, "top-addresses", 1000, "take `N` likely hosts of IPv6 prefixes")
}

func interfaces(*cobra.Command, []string, string) (names []string, _ cobra.ShellCompDirective) {
	all, _ := net.Interfaces() // no completion is no error
	for _, i := range all {
		names = append(names, i.Name)
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// judging are the flags that decide about verdicts.
type judging struct {
	confidence float64
	rule       string
}

var rules = []string{"whorl", "nmap"}

func (j *judging) flags(f *pflag.FlagSet) {
	f.Float64Var(&j.confidence, "confidence", 0.8, "least probability `P` of a headline")
	f.StringVar(&j.rule, "rule", "whorl", "`RULE` to judge by: whorl or nmap")
}

func (j *judging) options() (verdict.Options, error) {
	switch {
	case !(j.confidence > 0 && j.confidence <= 1): // NaN too
		return verdict.Options{}, usage(fmt.Errorf("--confidence %v is not a probability", j.confidence), "a number above 0 and up to 1, like 0.8")
	case !slices.Contains(rules, j.rule):
		return verdict.Options{}, usage(fmt.Errorf("--rule %q is unknown", j.rule), "--rule whorl or --rule nmap")
	}
	return verdict.Options{Confidence: whorl.Fraction(j.confidence), NmapOnly: j.rule == "nmap"}, nil
}

// job turns flags into a job. missed counts the targets that could not be used.
func (a *app) job(ctx context.Context, o *scanOptions, args []string) (j scan.Job, missed int, err error) {
	if j.Timing, err = scan.Template(int(o.timing)); err != nil {
		return j, 0, usage(err, "-T 0 to -T 5")
	}
	if o.rate.given {
		j.Rate = o.rate.value
	}
	if o.tries < 0 || o.retries < -1 {
		return j, 0, usage(errors.New("a probe cannot be sent less than once"), "--max-tries 2")
	}
	if tries := max(o.tries, o.retries+1); tries > 0 {
		j.Tries = tries
	}
	if o.timeout > 0 {
		j.HostTimeout = time.Duration(o.timeout)
	}
	j.NoSweep = o.noSweep
	j.SkipUp, j.Deep, j.Boxes = o.skipUp, o.deep.when(o.timing), o.boxes.when(o.timing)
	if j.Temporal, err = o.temporal.job(); err != nil {
		return j, 0, err
	}
	if j.Gens = scan.Gens(o.gens); !j.Gens.Has(scan.Gen2) && (o.deep.on || o.boxes.on || o.temporal.asked()) {
		return j, 0, usage(errors.New("--deep, --boxes and --temporal go on from the probes of the second generation"), "--gen 1,2")
	}
	rand.Read(j.Key[:])
	if err := o.choosePorts(&j); err != nil {
		return j, 0, usage(err, "ports like 22,80-90 or names like http*")
	}
	if o.head != nil {
		missed = o.head.Missed
		j.Targets, err = scan.ParseTargets(o.head.Targets)
	} else {
		j.Targets, missed, err = a.targets(ctx, o, args)
	}
	if err == nil {
		j.Targets.Divide(scan.Shard(o.shard))
		a.tellOver6(&j)
	}
	return j, missed, err
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
func (a *app) targets(ctx context.Context, o *scanOptions, args []string) (*scan.Targets, int, error) {
	t := &scan.Targets{Likely: o.likely, Family: o.family()}
	names := &lookup{resolve: resolver(ctx)}
	var problems []error
	for _, s := range args {
		if err := t.Add(s, names.note); err != nil {
			problems = append(problems, err)
			if i := slices.Index(a.args, s); i > 0 && a.args[i-1] == "--json" {
				problems = append(problems, fmt.Errorf("if %s is the file of --json, write --json=%s", s, s))
			}
		}
	}
	if o.segment {
		if err := a.addNeighbours(ctx, t, o.iface); err != nil {
			return nil, 0, err
		}
	}
	for _, name := range o.lists {
		problems = append(problems, a.readTargets(t, name, t.Add, names.note)...)
	}
	for _, s := range o.exclude {
		if err := t.Exclude(s, names.resolve); err != nil { // scanning what was to be left out is worse than not scanning
			return nil, 0, usage(err, "an address, a prefix or a range after --exclude")
		}
	}
	for _, name := range o.excludeFiles {
		if p := a.readTargets(t, name, t.Exclude, names.resolve); len(p) > 0 {
			return nil, 0, usage(p[0], "a file of addresses, prefixes and ranges after --excludefile")
		}
	}
	for _, p := range problems {
		fmt.Fprintf(a.people, "whorl: %v\n", p)
	}
	if t.Family == 0 {
		names.tell(a.people)
	}
	if t.Count() == 0 {
		return nil, 0, usage(errors.New("there is nothing to scan"), "whorl scan 192.0.2.7, or whorl demo")
	}
	return t, len(problems), nil
}

// addNeighbours adds the hosts of a segment.
func (a *app) addNeighbours(ctx context.Context, t *scan.Targets, iface string) error {
	if iface == "" {
		return usage(errors.New("--neighbours needs to know the interface"), "--neighbours -e eth0")
	}
	ctx, stop := interruptible(ctx)
	defer stop()
	found, err := neighbours(ctx, iface)
	if err != nil {
		return err
	}
	for _, n := range found {
		if err := t.Add(n.String(), nil); err != nil {
			return err
		}
	}
	fmt.Fprintf(a.people, "whorl: neighbours over IPv6 at %s: %d\n", iface, len(found))
	return nil
}

func (a *app) readTargets(t *scan.Targets, name string, add func(string, scan.Resolve) error, resolve scan.Resolve) []error {
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
