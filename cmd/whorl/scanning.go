package main

import (
	"context"
	"fmt"
	"math"
	"net/netip"
	"time"

	"whorl"
	"whorl/method/backoff"
	"whorl/report"
	"whorl/scan"
	"whorl/verdict"
)

// scanning is a scan with all that it needs.
type scanning struct {
	*app
	o       *scanOptions
	job     scan.Job
	judges  *reloader
	network *realNetwork
	state   *state
	heard   *heard // nil: nothing

	progress scan.Progress
	status   *status
	tally    tally
	stop     context.CancelFunc
	warned   bool           // of what of our own stands in the way
	shared   verdict.Shared // looks for a proxy before many hosts
	machines machines       // to be known over both versions of IP
}

// run scans and writes all outputs. What a journal holds comes first.
func (r *scanning) run(ctx context.Context, head scan.JournalHead) error {
	defer forScan()()
	ctx, r.stop = interruptible(ctx)
	defer r.stop()
	total := r.job.Targets.Count()
	r.o.begin(r.app, report.Run{Version: version, Args: head.Args, Start: head.Start, Databases: describe(r.judges.set), TCP: r.job.TCP})
	r.status = r.app.status(ctx, &r.progress, total, time.Duration(r.o.every))
	r.judges.without = r.status.without
	r.machines = r.siblings(total)
	err := r.replay(ctx)
	if err == nil {
		err = r.scan(ctx)
	}
	torn := r.state.end()
	r.status.stop()
	unheard := r.heard.sum(r.people)
	failed := r.o.end(r.app, report.Summary{End: time.Now(), Up: r.tally.up, Down: r.tally.down,
		Total: int(min(total, math.MaxInt32)), Interrupted: ctx.Err() != nil})
	for _, note := range r.shared.Notes() {
		fmt.Fprintf(r.people, "whorl: %s\n", note)
	}
	lost := r.network.Close()
	switch {
	case r.o.dead():
		return failed
	case torn != nil:
		return torn
	case ctx.Err() != nil:
		return interrupted(r.state)
	case err != nil:
		return explainFailure(err)
	case failed != nil:
		return failed
	case lost != nil:
		return lost
	}
	return unheard
}

// replay gives out the hosts of an earlier run.
func (r *scanning) replay(ctx context.Context) error {
	defer r.status.restart()
	return r.state.replay(ctx, r.people, r.job.Targets, func(h *whorl.Host) {
		r.progress.Started.Add(1)
		r.progress.Count(h)
		r.give(h)
	})
}

func (r *scanning) scan(ctx context.Context) error {
	var names func(netip.Addr) []string
	if r.o.reverse {
		names = func(a netip.Addr) []string { return reverse(ctx, a) }
	}
	r.state.begin(r.stop)
	config := scan.Config{
		Network: r.network, Version: version, Progress: &r.progress, Listen: r.network.Listen,
		NewJudge: func() scan.Judge {
			return r.judges.judge(func(j *verdict.Judges) scan.Judge {
				return withNames{r.memo(j), names}
			})
		},
		Decide: r.decide(),
		Keep:   r.state.keep,
		Host:   r.give,
	}
	if r.heard != nil {
		config.Heard = r.heard.of
	}
	return scan.Run(ctx, r.job, config)
}

// memo is a judge that explains as much as the user wants to know.
func (r *scanning) memo(j *verdict.Judges) *verdict.Memo {
	return verdict.NewMemo(j.New(), explained(r.verbose), r.verbose > 0)
}

// siblings compares what is scanned over both versions of IP.
func (r *scanning) siblings(total uint64) machines {
	m := machines{memo: func() *verdict.Memo { return r.memo(r.judges.judges()) }, mixed: r.job.Targets.Mixed()}
	m.Names, m.Others = r.job.Targets.DualNames(), few(total)
	return m
}

// decide tells when the times of a host have told enough, by the databases as they were
// at the beginning. Nil if nothing is timed.
func (r *scanning) decide() func(*backoff.Exchange, time.Time) bool {
	if !r.o.temporal.asked() || r.judges.how.NmapOnly {
		return nil
	}
	return func(x *backoff.Exchange, now time.Time) bool {
		judges := r.judges.first()
		r.soFar(judges, x, now)
		return judges.Ranker().Decide(x, now)
	}
}

// give hands a host to all outputs. A scan without any is of no use.
func (r *scanning) give(h *whorl.Host) {
	r.tally.add(h)
	r.status.count(h)
	r.warnOfOwn(h)
	r.machines.join(h)
	r.shared.Add(h)
	r.status.without(func() { r.o.host(r.app, h) })
	if r.o.dead() {
		r.stop()
	}
}
