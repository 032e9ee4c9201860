package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"whorl"
	"whorl/harden"
	"whorl/method/gen2"
	"whorl/verdict"
)

type hardenOptions struct {
	judging
	json    bool
	take    int
	most    int
	without []string
}

func (a *app) hardenCommand() *cobra.Command {
	o := &hardenOptions{}
	c := &cobra.Command{
		Use:   "harden [OPTION]... [FILE]",
		Short: "Tell what a host of yours reveals, and which settings blur it",
		Long: `Tell what a host of yours reveals, and which settings blur it.

Without FILE this machine is measured over its loopback, where no firewall for
other interfaces shows. FILE holds a printed fingerprint, as whorl explain reads
it, a recording, or records of scan --json: best one that was made from outside.
- is standard input.

For each setting of sysctl and rule of nftables that is known for the family,
the changed print is computed and judged as an outsider would. Nothing is set:
the lines to type are printed, with what they cost.`,
		Example: `  whorl harden
  whorl scan --json 192.0.2.7 | whorl harden -`,
		Args: takes(0, 1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.harden(c.Context(), o, strings.Join(args, ""))
		},
	}
	f := c.Flags()
	f.SortFlags = false
	f.BoolVar(&o.json, "json", false, "the plan as JSON")
	f.IntVar(&o.take, "take", 0, "use print `N` of FILE, if it has several")
	f.StringSliceVar(&o.without, "without", nil, "do not take settings with `WORD` in their name")
	f.IntVar(&o.most, "most", 5, "take at most `N` settings together")
	o.judging.flags(f)
	return c
}

func (a *app) harden(ctx context.Context, o *hardenOptions, file string) error {
	how, err := o.judging.options()
	if err != nil {
		return err
	}
	if o.most < 1 {
		return usage(fmt.Errorf("--most %d takes nothing", o.most), "--most 5")
	}
	set, err := a.load()
	if err != nil {
		return err
	}
	seen, err := a.revealed(ctx, o, file)
	if err != nil {
		return err
	}
	judge := verdict.NewJudges(set, how).New()
	look := harden.Options{Most: o.most, Without: o.without}
	if file == "" {
		look.Current = sysctl
	}
	plan, err := harden.Make(seen.outside(), func(h *whorl.Host) { judge.Judge(h); judge.Explain(h, 1) }, look)
	if err != nil {
		return partial(err, "whorl scan --json HOST")
	}
	if o.json {
		err = json.NewEncoder(a.out).Encode(plan)
	} else {
		whose := seen.where
		if seen.Addr.IsValid() {
			whose = seen.Addr.String()
		}
		err = hardenText(a.out, whose, plan)
	}
	if err != nil {
		return partial(err, "free the disk, or write elsewhere")
	}
	return nil
}

// revealed is the print of the host in question: this one, or that of a file.
func (a *app) revealed(ctx context.Context, o *hardenOptions, file string) (observation, error) {
	if file == "" {
		return a.probe(ctx, "127.0.0.1", "")
	}
	return a.take(file, o.take)
}

// outside is the record of a host with its print as it is on a path of 1500-byte packets.
func (o observation) outside() *whorl.Host {
	h := *o.Host
	h.Observations = append([]whorl.Observation(nil), h.Observations...)
	h.Observations[0].Print = gen2.Fingerprint{Scan: o.Scan, Tests: o.seen}.String()
	return &h
}

// sysctl reads a value of the running kernel.
func sysctl(key string) (string, bool) {
	b, err := os.ReadFile(filepath.Join("/proc/sys", strings.ReplaceAll(key, ".", "/")))
	if err != nil {
		return "", false
	}
	return string(b), true
}
