package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"whorl"
	"whorl/method"
	"whorl/method/expr"
	"whorl/method/gen2"
	"whorl/method/ipv6"
	"whorl/osdb"
)

type mergeOptions struct {
	copy, force, yes bool
	to               string
}

func (a *app) dbMergeCommand() *cobra.Command {
	o := &mergeOptions{}
	c := &cobra.Command{
		Use:   "merge [OPTION]... NAME|FILE:LINE FILE",
		Short: "Widen a record by further prints of the same system",
		Long: `Widen a record of your own so that it fits the prints in FILE too. Ranges are
joined and alternatives added; what the record does not mention stays out of it.
An expression that would say nothing any more is refused. A record that tells
nothing of IPv6 learns all that a print over IPv6 shows.

The changes go to standard output. They are shown together with the records
that the widened one then also fits before anything is written.

Records of the program and of Nmap are not changed. With --copy a widened copy
goes to your own database.`,
		Example: `  whorl db merge "Example OS 1.2" second.nmap
  whorl db merge --copy "Linux 4.15 - 6.19" odd.nmap`,
		Args: takes(2, 2),
		RunE: func(_ *cobra.Command, args []string) error { return a.dbMerge(o, args[0], args[1]) },
	}
	f := c.Flags()
	f.SortFlags = false
	f.BoolVar(&o.copy, "copy", false, "widen a copy in your own database")
	f.StringVar(&o.to, "to", "", "with --copy: write to `FILE` instead of your user.osdb")
	f.BoolVar(&o.force, "force", false, "also if the print looks like one of another system")
	f.BoolVarP(&o.yes, "yes", "y", false, "write without asking")
	return c
}

func (a *app) dbMerge(o *mergeOptions, query, file string) error {
	set, err := a.load()
	if err != nil {
		return err
	}
	was, err := a.toWiden(set, o, query)
	if err != nil {
		return err
	}
	all, err := a.observations(file)
	if err != nil {
		return err
	}
	now, how := was, []string{was.Source.Text}
	if o.copy && was.Source.Text == "" {
		how[0] = "from " + was.Source.String()
	}
	for _, seen := range all {
		wide, changes, err := widen(now, seen, o.force)
		if err != nil {
			return err
		}
		for _, c := range changes {
			fmt.Fprintf(a.out, "%s: %s\n", seen.where, c)
		}
		if len(changes) > 0 {
			now, how = wide, append(how, "widened by "+strings.TrimPrefix(seen.how, "measured: "))
		}
	}
	if now == was {
		fmt.Fprintf(a.people, "%q at %v fits already; nothing is to be changed.\n", was.Name, was.Source)
		return nil
	}
	source := strings.TrimPrefix(strings.Join(how, "; "), "; ")
	if len(source) <= osdb.MaxSource { // the older history counts more
		now.Source.Text = source
	}
	a.tellNear("It then fits what these records describe, too:", gained(set, was, now))
	return a.writeMerged(o, was, now)
}

func (a *app) writeMerged(o *mergeOptions, was, now *osdb.Entry) error {
	to := was.Source.File
	if o.copy {
		var err error
		if to, err = ownFile(o.to); err != nil {
			return err
		}
	}
	if err := a.person().agree(o.yes, "Write it to "+to+"?"); err != nil {
		return err
	}
	if o.copy {
		return a.append(to, now)
	}
	if err := osdb.Update(to, func(text []byte) ([]byte, error) { return osdb.Amend(text, was, now) }); err != nil {
		return partial(err, "the same command again")
	}
	a.tellWritten(to, was.Source.Line)
	return nil
}

// toWiden finds the one record that is meant. Of several with one name, one's own is.
func (a *app) toWiden(set osdb.Set, o *mergeOptions, query string) (*osdb.Entry, error) {
	found := set.Find(query)
	own := slices.DeleteFunc(slices.Clone(found), func(e *osdb.Entry) bool { return !a.writable(e) })
	if len(own) == 1 && !o.copy {
		return own[0], nil
	}
	switch len(found) {
	case 0:
		return nil, partial(fmt.Errorf("no record is named %q", query), "whorl db list, or file:line as verdicts give it")
	case 1:
		if e := found[0]; !o.copy {
			return nil, usage(fmt.Errorf("%q is at %v, in a database that is not yours to change", e.Name, e.Source), "--copy, to widen a copy in your own")
		}
		return found[0], nil
	}
	var places []string
	for _, e := range found {
		places = append(places, e.Source.String())
	}
	return nil, usage(fmt.Errorf("%d records are named %q: %s", len(found), query, strings.Join(places, ", ")), "whorl db merge "+places[0]+" FILE")
}

func (a *app) writable(e *osdb.Entry) bool {
	return e.Source.Database == osdb.User || slices.Contains(a.databases, e.Source.File)
}

// sameSystem is the share of points that a print has to reach to be taken for one of
// the record's system.
const sameSystem whorl.Fraction = 0.7

// widen merges one print: over IPv4 as measured or as on a common path, whichever fits
// better. What carries over from IPv6 serves to compare alone.
func widen(e *osdb.Entry, o observation, force bool) (*osdb.Entry, []osdb.Change, error) {
	score := func(seen []method.Line) gen2.Score { return e.Gen2.Score(seen, gen2.DefaultPoints(), expr.Whorl) }
	seen := o.First()
	s := score(seen)
	if common := score(o.seen); common.Num > s.Num {
		seen, s = o.seen, common
	}
	known, _ := ipv6.NewReference(e.Extra)
	six, _ := known.Score(o.over6)
	s.Num, s.Den = s.Num+six.Num, s.Den+six.Den
	if s.Den > 0 && s.Accuracy() < sameSystem && !force {
		return nil, nil, partial(fmt.Errorf("%s agrees with %q in %d %% of %d points only: another system?", o.where, e.Name, s.Accuracy().Percent(), s.Den),
			"whorl db add, for a record of its own, or --force")
	}
	if len(o.First()) == 0 {
		seen = nil
	}
	wide, changes, err := e.Widen(slices.Concat(seen, o.over6))
	if err != nil {
		return nil, nil, partial(fmt.Errorf("%s: %w", o.where, err), "whorl db add, for a record of its own")
	}
	return wide, changes, nil
}

// gained lists the records whose example the wider one fits, and the narrower did not.
func gained(set osdb.Set, was, now *osdb.Entry) (out []near) {
	for d, e := range set.Entries() {
		if e == was || e.Gen2 == nil {
			continue
		}
		x := e.Example()
		before, after := was.Gen2.Score(x, &d.Points, expr.Whorl), now.Gen2.Score(x, &d.Points, expr.Whorl)
		if before.Accuracy() < overlap && after.Accuracy() >= overlap {
			out = append(out, near{e, after})
		}
	}
	return byAccuracy(out)
}
