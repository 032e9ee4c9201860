// Command passive measures how well whorl listen names the hosts of labelled captures,
// beside p0f if that is installed.
//
//	go run ./lab/passive -v captures/passive
//
// The directory has the captures, and labels.tsv with a line for each host: capture,
// address, role (client or server), family, version, evidence, source, strength, doubt,
// separated by tabs. middlebox.tsv, if it is there, lists in the same way addresses that
// something between answers for: naming the system of one is wrong.
//
// Captures are named after the project that they are from, as in ndpi__android.pcap: -leave-out
// judges the hosts of each project by what all others have told, and those of each system
// without its records.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"

	"whorl"
	"whorl/data"
	"whorl/osdb"
	"whorl/verdict"
)

func main() {
	verbose := flag.Bool("v", false, "list what is wrong or not answered")
	disturb := flag.Bool("disturb", false, "count again with something changed on all packets")
	leave := flag.Bool("leave-out", false, "count again without what the captures of each project alone have told, and without each system")
	embedded := flag.Bool("embedded", false, "leave out the p0f.fp that is installed")
	noP0f := flag.Bool("no-p0f", false, "do not run p0f")
	var files list
	strangers := flag.String("strangers", "", "name what the records of this `file` answer too, of nmap-os-db for example")
	flag.Var(&files, "db", "another database or p0f.fp `file`; any number")
	flag.Parse()
	dir := os.Getenv("WHORL_CAPTURES")
	if flag.NArg() == 1 {
		dir = flag.Arg(0)
	}
	if dir == "" {
		fmt.Fprintln(os.Stderr, "passive: no captures; name their directory, or set WHORL_CAPTURES")
		os.Exit(2)
	}
	set, problems := osdb.Load(osdb.Config{Embedded: data.Files, Places: osdb.Places{P0f: osdb.PlacesOf(os.Getenv).P0f}, Passive: !*embedded, Files: files})
	for _, p := range problems {
		fmt.Fprintln(os.Stderr, "passive:", p)
	}
	if err := run(os.Stdout, dir, set, options{*verbose, *disturb, *leave, !*noP0f}); err != nil {
		fmt.Fprintln(os.Stderr, "passive:", err)
		os.Exit(1)
	}
	if *strangers != "" {
		others, problems := osdb.Load(osdb.Config{Places: osdb.Places{Nmap: []string{*strangers}}})
		for _, p := range problems {
			fmt.Fprintln(os.Stderr, "passive:", p)
		}
		printStrangers(os.Stdout, verdict.NewHandshakes(set, verdict.Options{}), others)
	}
}

// list is a flag that may be given several times.
type list []string

func (l *list) String() string     { return fmt.Sprint(*l) }
func (l *list) Set(s string) error { *l = append(*l, s); return nil }

// row is a label with what was said of its host.
type row struct {
	label
	seen      *whorl.Host // nil: the host was not seen, and there is no answer
	ours, p0f *answer
}

// options are the flags.
type options struct{ verbose, disturb, leaveOut, p0f bool }

func run(out io.Writer, dir string, set osdb.Set, o options) error {
	j := verdict.NewHandshakes(set, verdict.Options{})
	labels, err := readLabels(dir, labelsFile)
	if err != nil {
		return err
	}
	rows, err := judgeAll(out, dir, j, labels, o.p0f)
	if err != nil {
		return err
	}
	boxes, err := readLabels(dir, boxesFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	boxRows, err := judgeAll(out, dir, j, boxes, o.p0f)
	if err != nil {
		return err
	}
	printTable(out, rows, o.p0f)
	printBoxes(out, boxRows)
	if o.disturb {
		printDisturbed(out, j, rows)
	}
	if o.leaveOut {
		printLeftOut(out, set, rows)
		printSystemsLeftOut(out, set, rows)
	}
	if o.verbose {
		printRows(out, rows)
	}
	return nil
}

// judgeAll reads each capture once.
func judgeAll(out io.Writer, dir string, j *verdict.Handshakes, labels []label, withP0f bool) (rows []row, err error) {
	seen := map[string]observed{}
	said := map[string]map[host]*answer{}
	for _, l := range labels {
		if _, ok := seen[l.capture]; !ok {
			o, skipped, err := observe(dir, l.capture)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", l.capture, err)
			}
			for _, s := range skipped {
				fmt.Fprintf(out, "%s: %d records skipped: %s\n", l.capture, s.Count, s.Reason)
			}
			seen[l.capture] = o
			if withP0f {
				if said[l.capture], err = askP0f(dir, l.capture); err != nil {
					return nil, err
				}
			}
		}
		h := host{l.addr, l.role}
		r := row{label: l}
		if s := seen[l.capture].hosts[h]; s != nil {
			j.Judge(s)
			a := answerOf(s)
			r.seen, r.ours = s, &a
			r.p0f = said[l.capture][h]
			if r.p0f == nil {
				r.p0f = &answer{}
			}
		}
		rows = append(rows, r)
	}
	return rows, nil
}
