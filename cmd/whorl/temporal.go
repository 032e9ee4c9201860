package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/pflag"

	"whorl"
	"whorl/method/backoff"
	"whorl/osdb"
	"whorl/report"
	"whorl/scan"
)

// temporalFlags ask for the times at which hosts repeat what nobody acknowledges.
type temporalFlags struct {
	states, old states // of --temporal; of --cron-OS, which also prints as Cron-OS did
	timeout     period
	hold        period
	request     string // file
}

func (t *temporalFlags) flags(f *pflag.FlagSet) {
	f.Var(&t.states, "temporal", "time what is repeated, in `STATES`: letters of slf")
	f.Var(&t.timeout, "timeout", "listen so long to each host (default 60)")
	f.Var(&t.hold, "hold", "time FINs once more, with an ACK held back so long")
	f.StringVar(&t.request, "request", "", "`FILE` with what makes a server close (state f)")
	f.Var(&t.old, "cron-OS", "--temporal `STATES`, printed as Cron-OS did too")
	f.Var(&t.old, "method", "the same")
	f.MarkHidden("method")
}

// states is the value of --temporal. Its zero value is none.
type states backoff.States

func (s *states) Type() string { return "STATES" }

func (s *states) String() string { return backoff.States(*s).String() }

func (s *states) Set(text string) error {
	set, err := backoff.ParseStates(text)
	*s = states(set)
	return err
}

// asked reports whether anything is to be timed.
func (t *temporalFlags) asked() bool { return t.states|t.old != 0 }

const (
	defaultListen = 60 * time.Second
	longestListen = time.Hour
	maxRequest    = 1024 // bytes, so that it fits a segment on every path
)

// job is what the flags ask a scan for.
func (t *temporalFlags) job() (j scan.Temporal, err error) {
	if !t.asked() {
		if t.timeout > 0 || t.hold > 0 || t.request != "" {
			return j, usage(errors.New("--timeout, --hold and --request are about --temporal"), "--temporal slf beside them, or --host-timeout")
		}
		return j, nil
	}
	j.States, j.Timeout, j.Hold = backoff.States(t.states|t.old), time.Duration(t.timeout), time.Duration(t.hold)
	if j.Timeout == 0 {
		j.Timeout = defaultListen
	}
	switch {
	case j.Timeout > longestListen:
		return j, usage(fmt.Errorf("--timeout %v is longer than any stack repeats", j.Timeout), "--timeout 120")
	case j.Hold >= j.Timeout/2:
		return j, usage(fmt.Errorf("--hold %v leaves no time to listen", j.Hold), "--hold 0.8")
	case t.request == "":
		return j, nil
	}
	f, err := os.Open(t.request)
	if err != nil {
		return j, usage(fmt.Errorf("--request: %w", err), "a file that can be read")
	}
	defer f.Close()
	j.Request, err = io.ReadAll(io.LimitReader(f, maxRequest+1))
	switch {
	case err != nil:
		return j, usage(fmt.Errorf("--request: %w", err), "a file that can be read")
	case len(j.Request) == 0 || len(j.Request) > maxRequest:
		return j, usage(fmt.Errorf("--request: %s must have 1 to %d bytes", t.request, maxRequest), "a short request after which the server closes")
	}
	return j, nil
}

// cronOS adds the output of --cron-OS, if it was asked for: it goes to standard output.
func (o *scanOptions) cronOS(a *app, set osdb.Set) error {
	if o.temporal.old == 0 {
		return nil
	}
	for _, p := range o.planned {
		if p.file == "-" && p.form != asText {
			return usage(fmt.Errorf("%s and --cron-OS are to go to standard output", p.flag), "give "+p.flag+" a file")
		}
	}
	w := &cronWriter{out: a.out}
	for _, e := range set.Entries() {
		if r, _ := backoff.NewReference(e.Extra); len(r) > 0 { // what is wrong was told when it was read
			w.names, w.records = append(w.names, e.Name), append(w.records, r)
		}
	}
	o.writers = append(o.writers, w)
	return nil
}

// cronWriter prints the times of each host, and what they guess, as Cron-OS did.
type cronWriter struct {
	out     io.Writer
	names   []string // by record
	records []backoff.Reference
}

// maxGuesses bounds the list, as many records have the same times.
const maxGuesses = 20

func (*cronWriter) Begin(report.Run) error   { return nil }
func (*cronWriter) End(report.Summary) error { return nil }

// Host prints what was timed of a host; nothing if nothing was.
func (w *cronWriter) Host(h *whorl.Host) error {
	var b []byte
	for _, o := range h.Observations {
		if o.Method != "backoff" {
			continue
		}
		p, _ := backoff.Parse(o.Print)
		lines := backoff.CronOSOf(p)
		for _, c := range lines {
			b = append(c.AppendTo(b), '\n')
		}
		if guesses := backoff.Guesses(lines, w.records); len(guesses) > 0 {
			b = append(backoff.AppendGuesses(b, guesses[:min(len(guesses), maxGuesses)], w.names), '\n')
		}
	}
	if len(b) == 0 {
		return nil
	}
	if _, err := w.out.Write(append(b, '\n')); err != nil {
		return fmt.Errorf("cron-OS: %w", err)
	}
	return nil
}
