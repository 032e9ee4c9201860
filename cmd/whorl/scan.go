package main

import (
	"cmp"
	"time"

	"github.com/spf13/cobra"
)

func (a *app) scanCommand() *cobra.Command {
	o := &scanOptions{timing: 3}
	c := &cobra.Command{
		Use:               "scan [OPTION]... TARGET...",
		Short:             "Probe hosts and name their operating systems",
		Long:              scanLong,
		Example:           scanExamples,
		RunE:              func(c *cobra.Command, args []string) error { return a.scan(c, o, args) },
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	o.flags(c)
	return c
}

func (a *app) scan(c *cobra.Command, o *scanOptions, args []string) error {
	state, err := o.resume(c.Flags(), args)
	if err != nil {
		return err
	}
	defer func() { state.close() }()
	how, err := o.judging.options()
	if err != nil {
		return err
	}
	if err := o.plan(); err != nil {
		return err
	}
	job, missed, err := a.job(c.Context(), o, args)
	if err != nil {
		return err
	}
	heard, err := a.hearFiles(c.Context(), o.heard, cmp.Or(time.Duration(o.heardAge), defaultHeardAge))
	if err != nil {
		return err
	}
	defer heard.close()
	judges, err := a.reloading(how, heard != nil)
	if err != nil {
		return err
	}
	network, err := a.network(o)
	if err != nil {
		return err
	}
	defer network.Close()
	if o.state != "" {
		if state, err = newState(o.state); err != nil {
			return err
		}
	}
	if err := o.outputs.open(a, judges.set, job.Targets.Mixed()); err != nil {
		return err
	}
	if err := o.cronOS(a, judges.set); err != nil {
		return err
	}
	head := o.journalHead(a, c.Flags(), job.Targets, missed)
	if err := state.head(head); err != nil {
		return err
	}
	r := &scanning{app: a, o: o, job: job, judges: judges, network: network, state: state, heard: heard}
	if err := r.run(c.Context(), head); err != nil {
		return err
	}
	return r.tally.shortfall(missed)
}
