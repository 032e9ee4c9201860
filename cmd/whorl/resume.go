package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"whorl/scan"
)

// notKept are options that a journal does not hold: its targets hold them, or they are
// about the journal itself.
var notKept = []string{"state", "resume", "iL", "exclude", "excludefile"}

// withResume are options that may stand beside --resume. All others are the journal's.
var withResume = []string{"resume", "max-rate", "status-every", "plain", "verbose"}

// journalHead describes a scan for its journal, or is what the journal says of it.
func (o *scanOptions) journalHead(a *app, flags *pflag.FlagSet, t *scan.Targets, missed int) scan.JournalHead {
	if o.head != nil {
		return *o.head
	}
	h := scan.JournalHead{Version: version, Args: "whorl " + strings.Join(a.args, " "), Start: time.Now(), Missed: missed}
	if o.state == "" {
		return h
	}
	h.Targets = t.String()
	flags.Visit(func(f *pflag.Flag) {
		if slices.Contains(notKept, f.Name) {
			return
		}
		values := []string{f.Value.String()}
		if list, ok := f.Value.(pflag.SliceValue); ok {
			values = list.GetSlice()
		}
		for _, v := range values {
			h.Options = append(h.Options, scan.JournalOption{Name: f.Name, Value: v})
		}
	})
	return h
}

// resume opens the journal of --resume and makes its options those of the scan. Without
// --resume there is none.
func (o *scanOptions) resume(flags *pflag.FlagSet, args []string) (*state, error) {
	if o.journal == "" {
		return nil, nil
	}
	const alone = "--resume takes the targets and all options that decide about results from its file"
	if len(args) > 0 {
		return nil, usage(fmt.Errorf("%s; %q is too much", alone, args[0]), "whorl scan --resume "+o.journal)
	}
	given := map[string]bool{}
	var err error
	flags.Visit(func(f *pflag.Flag) {
		given[f.Name] = true
		if !slices.Contains(withResume, f.Name) && err == nil {
			err = usage(fmt.Errorf("%s; --%s is too much", alone, f.Name), "whorl scan --resume "+o.journal)
		}
	})
	if err != nil {
		return nil, err
	}
	s, err := openState(o.journal)
	if err != nil {
		return nil, err
	}
	for _, option := range s.reader.Head.Options {
		if given[option.Name] {
			continue
		}
		err := errors.New("there is no such option")
		if !slices.Contains(notKept, option.Name) {
			err = flags.Set(option.Name, option.Value)
		}
		if err != nil {
			s.close()
			return nil, usage(fmt.Errorf("--resume: %s: line 2: option %q: %w", s.name, option.Name, err), "the version of whorl that wrote it, "+s.reader.Head.Version)
		}
	}
	o.head = &s.reader.Head
	return s, nil
}

// plan refuses combinations of outputs that would lose something.
func (o *scanOptions) plan() error {
	switch {
	case o.record != "" && o.state+o.journal != "":
		return usage(errors.New("--record begins a new recording at each run, so it cannot go on with --state"), "one of the two")
	case slices.Contains(o.heard, "-") && o.state+o.journal != "":
		return usage(errors.New("--heard - cannot be read again with --resume"), "--heard FILE")
	case slices.Contains(o.heard, "-") && slices.Contains(o.lists, "-"):
		return usage(errors.New("--heard and -iL are both to be read from standard input"), "give one of them a file")
	case o.heardAge > 0 && len(o.heard) == 0:
		return usage(errors.New("--heard-age goes with --heard"), "--heard FILE")
	case o.every > 0 && time.Duration(o.every) < leastStatus:
		return usage(fmt.Errorf("--status-every %v is too often", &o.every), "--status-every 1s")
	}
	if err := o.outputs.plan(o.record, o.state, o.journal); err != nil {
		return err
	}
	for _, name := range o.heard {
		if o.writes(name) || name != "-" && slices.Contains([]string{o.record, o.state}, name) {
			return usage(fmt.Errorf("%s is to be read by --heard, and to be written", name), "another file")
		}
	}
	return nil
}

// leastStatus is the least time between two lines of JSON.
const leastStatus = 100 * time.Millisecond
