package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"whorl"
	"whorl/osdb"
)

// naming are the flags that say what a record is of.
type naming struct {
	name, source string
	classes, cpe []string
}

func (n *naming) flags(f *pflag.FlagSet) {
	f.StringVar(&n.name, "name", "", "`NAME` of the system and its versions: Linux 6.12 - 6.18")
	f.StringArrayVar(&n.classes, "class", nil, "`CLASS` as vendor | family | generation | device type")
	f.StringArrayVar(&n.cpe, "cpe", nil, "`CPE` name of the first class; may be given again")
}

type addOptions struct {
	naming
	host, ports, to string
	take            int
	yes             bool
}

func (a *app) dbAddCommand() *cobra.Command {
	o := &addOptions{}
	c := &cobra.Command{
		Use:   "add [OPTION]... FILE|--host ADDRESS",
		Short: "Add a record made from a print, a recording or a live host",
		Long: `Add a record to a database of your own, made from one fingerprint.

FILE holds a printed fingerprint, as whorl explain reads it, or is a recording
of whorl scan --record. - is standard input. Values that differ by chance from
one measurement to the next become ranges; all others are taken as they are.
Of a print over IPv6 the record tells what was measured, and as lines of IPv4
what carries over.

The record goes to standard output. It is shown together with the records that
fit the same print before anything is written. What no flag tells is asked for
on a terminal.`,
		Example: `  whorl db add scan.nmap
  whorl db add --host 192.0.2.7 -p 22,81
  whorl db add one.pcapng --yes --name "Example OS 1.2" \
      --class "Example | Example OS | 1.X | router" --cpe cpe:/o:example:os:1.2`,
		Args: takes(0, 1),
		RunE: func(c *cobra.Command, args []string) error { return a.dbAdd(c.Context(), o, strings.Join(args, "")) },
	}
	f := c.Flags()
	f.SortFlags = false
	o.naming.flags(f)
	f.StringVar(&o.source, "source", "", "`TEXT` on where the facts come from, if not the usual")
	f.StringVar(&o.host, "host", "", "scan `ADDRESS` now")
	f.StringVarP(&o.ports, "ports", "p", "", "with --host: TCP `PORTS` to look at")
	f.IntVar(&o.take, "take", 0, "use print `N` of FILE, if it has several")
	f.StringVar(&o.to, "to", "", "write to `FILE` instead of user.osdb in your data folder")
	f.BoolVarP(&o.yes, "yes", "y", false, "write without asking")
	return c
}

func (a *app) dbAdd(ctx context.Context, o *addOptions, file string) error {
	if (file == "") == (o.host == "") {
		return usage(errors.New("a record is made from one thing: FILE, or --host"), "whorl db add scan.nmap, or whorl db add --host 192.0.2.7")
	}
	to, err := ownFile(o.to)
	if err != nil {
		return err
	}
	set, err := a.load()
	if err != nil {
		return err
	}
	seen, err := a.oneObservation(ctx, o, file)
	if err != nil {
		return err
	}
	p := a.person()
	e, err := o.entry(p, seen)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.out, "%s", e)
	a.tellNear("Records that fit this print too:", fitting(set, seen.seen, nil))
	for _, same := range set.Find(e.Name) {
		fmt.Fprintf(a.people, "A record of that name is at %v; whorl db merge widens it instead.\n", same.Source)
	}
	if err := p.agree(o.yes, "Write it to "+to+"?"); err != nil {
		return err
	}
	return a.append(to, e)
}

// oneObservation is the print that a record is made from.
func (a *app) oneObservation(ctx context.Context, o *addOptions, file string) (observation, error) {
	if o.host != "" {
		return a.probe(ctx, o.host, o.ports)
	}
	return a.take(file, o.take)
}

// take is one print of a file: the only one, or the one with that number.
func (a *app) take(file string, number int) (observation, error) {
	all, err := a.observations(file)
	switch n := len(all); {
	case err != nil:
		return observation{}, err
	case number < 0 || number > n:
		return observation{}, usage(fmt.Errorf("--take %d: %s has %d", number, file, n), "--take 1")
	case number == 0 && n > 1:
		return observation{}, usage(fmt.Errorf("%s has %d prints, and one is wanted", file, n), "--take 1")
	}
	return all[max(number, 1)-1], nil
}

// entry makes the record, and asks for what is not known of it.
func (n *naming) entry(p person, seen observation) (*osdb.Entry, error) {
	tests, err := osdb.FromObservation(seen.seen)
	if err != nil {
		return nil, partial(fmt.Errorf("%s: %w", seen.where, err), "a print that was measured")
	}
	over6, err := osdb.FromObservationIPv6(seen.over6)
	if err != nil {
		return nil, partial(fmt.Errorf("%s: %w", seen.where, err), "a print that was measured")
	}
	asked := len(n.classes) == 0
	if asked {
		n.classes = []string{""}
	}
	if err := p.fill(&n.name, "Name of the system, with its version:", "--name", `"Linux 6.12 - 6.18"`); err != nil {
		return nil, err
	}
	if err := p.fill(&n.classes[0], "Class (vendor | family | generation | device type):", "--class", `"Linux | Linux | 6.X | general purpose"`); err != nil {
		return nil, err
	}
	if asked && len(n.cpe) == 0 {
		if answer, _ := p.ask("CPE name (may be empty):"); answer != "" {
			n.cpe = []string{answer}
		}
	}
	e := &osdb.Entry{Name: n.name, Gen2: tests, Extra: over6, Source: whorl.Source{Text: orElse(n.source, seen.how)}}
	if e.Classes, err = n.parse(); err != nil {
		return nil, err
	}
	if err := e.Check(); err != nil {
		return nil, usage(err, "a name, class, CPE and source without line breaks and #")
	}
	return e, nil
}

func (n *naming) parse() (classes []whorl.Class, err error) {
	for _, s := range n.classes {
		f := strings.Split(s, "|")
		if len(f) != 4 {
			return nil, usage(fmt.Errorf("--class %q has %d fields instead of 4", s, len(f)), `--class "Linux | Linux | 6.X | general purpose"; a field may be empty`)
		}
		for i := range f {
			f[i] = strings.TrimSpace(f[i])
		}
		classes = append(classes, whorl.Class{Vendor: f[0], Family: f[1], Generation: f[2], DeviceType: f[3]})
	}
	for _, s := range n.cpe {
		if !strings.HasPrefix(s, "cpe:") {
			return nil, usage(fmt.Errorf("--cpe %q is no CPE name", s), "--cpe cpe:/o:linux:linux_kernel:6")
		}
	}
	classes[0].CPE = n.cpe
	return classes, nil
}

// ownFile is the database to write to.
func ownFile(to string) (string, error) {
	switch dir := osdb.PlacesOf(os.Getenv).User; {
	case to != "":
		return to, nil
	case dir == "":
		return "", usage(errors.New("there is no data folder to write to"), "--to FILE, or set HOME")
	default:
		return filepath.Join(dir, "user.osdb"), nil
	}
}

// ownHead begins a new database.
const ownHead = `# Records of my own, written by whorl db add and db merge; edit them as you like.
# "whorl db lint" checks them.
`

// append writes a record to the end of a database and tells where it stands.
func (a *app) append(file string, e *osdb.Entry) error {
	line := 0
	err := osdb.Update(file, func(text []byte) (grown []byte, err error) {
		if len(text) == 0 {
			text = []byte(ownHead)
		}
		grown, line, err = osdb.Append(text, e)
		return grown, err
	})
	if err != nil {
		return partial(err, "--to FILE, in a folder that can be written")
	}
	a.tellWritten(file, line)
	return nil
}

// tellWritten tells where a record stands and how to see it.
func (a *app) tellWritten(file string, line int) {
	db := ""
	if file, err := filepath.Abs(file); err != nil || filepath.Dir(file) != osdb.PlacesOf(os.Getenv).User || filepath.Ext(file) != ".osdb" {
		db = "--db " + file + " "
	}
	fmt.Fprintf(a.people, "Written to %s:%d; to see it: whorl db show %s%s:%d\n", file, line, db, filepath.Base(file), line)
}

// tellNear lists records beside the one that is spoken of.
func (a *app) tellNear(title string, list []near) {
	if len(list) == 0 {
		return
	}
	fmt.Fprintln(a.people, title)
	for i, n := range list {
		if i == maxNear && a.verbose == 0 {
			fmt.Fprintf(a.people, "  and %d more, see all with -v\n", len(list)-i)
			break
		}
		fmt.Fprintf(a.people, "  %s: %d %% of %d points, %s %s\n", n.Name, n.Accuracy().Percent(), n.Den, n.Source.Database, n.Source)
	}
}

const maxNear = 10

// byAccuracy sorts the best first; of equals, what knows most.
func byAccuracy(list []near) []near {
	slices.SortStableFunc(list, func(a, b near) int {
		return cmp.Or(cmp.Compare(b.Accuracy(), a.Accuracy()), cmp.Compare(b.Den, a.Den))
	})
	return list
}
