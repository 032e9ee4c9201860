package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"syscall"

	"github.com/spf13/pflag"

	"whorl"
	"whorl/osdb"
	"whorl/report"
)

// outputs are the files and streams that results go to.
type outputs struct {
	normal, xml, grepable, all, json string
	plot                             plotFile
	scanner                          string
	guess                            bool

	planned []output
	writers []report.Writer
	files   []io.Closer
	plots   *plots // nil: none
	failed  error
}

// xml6 is the end of the name under which -oA writes the XML of hosts over IPv6, if there
// are targets of both versions of IP.
const xml6 = ".6.xml"

// output is one that was asked for.
type output struct {
	form       form
	flag, file string // as typed; the file may be -
}

type form uint8

const (
	asText form = iota
	asXML
	asGrepable
	asJSON
	asPlot // of several files, which plots opens
)

func (o *outputs) flags(f *pflag.FlagSet) {
	f.StringVar(&o.normal, "oN", "", "write text to `FILE`; - is standard output")
	f.StringVar(&o.xml, "oX", "", "write Nmap's XML to `FILE`")
	f.StringVar(&o.grepable, "oG", "", "write Nmap's grepable form to `FILE`")
	f.StringVar(&o.all, "oA", "", "write `BASE`.nmap, BASE.xml and BASE.gnmap")
	f.StringVar(&o.json, "json", "", "write JSON Lines to `FILE`, or to standard output")
	f.Lookup("json").NoOptDefVal = "-"
	o.plot.flag(f)
	f.StringVar(&o.scanner, "xml-scanner", "whorl", "program's `NAME` in XML, such as nmap")
}

// plan finds out what goes where and refuses what would overwrite itself. others are
// files that are going to be written too; empty ones are none.
func (o *outputs) plan(others ...string) error {
	for _, p := range []output{{asText, "-oN", o.normal}, {asXML, "-oX", o.xml}, {asGrepable, "-oG", o.grepable}, {asJSON, "--json", o.json}} {
		if p.file != "" {
			o.planned = append(o.planned, p)
		}
	}
	if o.all == "-" {
		return usage(errors.New("-oA writes three files, which cannot all be standard output"), "-oA BASE, or -oX -")
	}
	if o.all != "" {
		o.planned = append(o.planned, output{asText, "-oA", o.all + ".nmap"}, output{asXML, "-oA", o.all + ".xml"}, output{asGrepable, "-oA", o.all + ".gnmap"})
		others = append(others, o.all+xml6)
	}
	if o.plot != "" {
		p := output{asPlot, "--plot", string(o.plot)}
		if o.plot.stdout() {
			p.file = "-"
		}
		o.planned = append(o.planned, p)
	}
	seen := map[string]bool{}
	for _, name := range others {
		seen[filepath.Clean(name)] = name != ""
	}
	for _, p := range o.planned {
		name := filepath.Clean(p.file)
		switch {
		case seen[name] && p.file == "-":
			return usage(errors.New("two outputs are to go to standard output"), "give one of them a file")
		case seen[name]:
			return usage(fmt.Errorf("two outputs are to go to %s", p.file), "give one of them another file")
		}
		seen[name] = true
	}
	return nil
}

// writes reports whether a file is going to be written.
func (o *outputs) writes(name string) bool {
	return name != "-" && slices.ContainsFunc(o.planned, func(p output) bool { return filepath.Clean(p.file) == filepath.Clean(name) })
}

// open opens everything before the first packet leaves, so that a bad file name
// costs nothing. Text goes to standard output unless something else does. Pictures show
// what the records of set foretell. mixed: there are targets of both versions of IP.
func (o *outputs) open(a *app, set osdb.Set, mixed bool) error {
	stdout := false
	text := report.TextOptions{Verbose: a.verbose, Guess: o.guess}
	for _, p := range o.planned {
		w := a.out
		switch {
		case p.file == "-":
			stdout = true
		case p.form == asPlot:
		default:
			file, err := o.create(p.flag, p.file)
			if err != nil {
				return err
			}
			w = file
		}
		switch p.form {
		case asText:
			o.writers = append(o.writers, report.NewNormal(w, text))
		case asXML:
			how := report.XMLOptions{Scanner: o.scanner, Verbose: a.verbose}
			xml := report.NewXML(w, how)
			if p.flag == "-oA" && mixed {
				file, err := o.create(p.flag, o.all+xml6)
				if err != nil {
					return err
				}
				xml = report.ByFamily(xml, false)
				o.writers = append(o.writers, report.ByFamily(report.NewXML(file, how), true))
			}
			o.writers = append(o.writers, xml)
		case asGrepable:
			o.writers = append(o.writers, report.NewGrepable(w))
		case asJSON:
			o.writers = append(o.writers, report.NewJSON(w))
		case asPlot:
			if err := o.plot.check(); err != nil {
				return err
			}
			o.plots = newPlots(a, o.plot, set)
			o.writers = append(o.writers, o.plots)
		}
	}
	if !stdout {
		text.Color = a.colour(a.out)
		o.writers = append(o.writers, report.NewText(a.out, text))
	}
	if len(o.files) > 0 {
		signal.Ignore(syscall.SIGPIPE) // a reader of standard output that goes away must not cut the files
	}
	return nil
}

// create opens a file that is closed at the end.
func (o *outputs) create(flag, name string) (*os.File, error) {
	file, err := os.Create(name)
	if err != nil {
		return nil, usage(fmt.Errorf("%s: %w", flag, err), "a file in a folder that exists and can be written")
	}
	o.files = append(o.files, file)
	return file, nil
}

// each calls every output. One that fails gets no more, the others go on.
func (o *outputs) each(a *app, f func(report.Writer) error) {
	o.writers = slices.DeleteFunc(o.writers, func(w report.Writer) bool {
		err := f(w)
		if err != nil {
			fmt.Fprintf(a.people, "whorl: %v\n", err)
			o.failed = err
		}
		return err != nil
	})
}

// dead reports whether no output is left, so that going on is of no use.
func (o *outputs) dead() bool { return len(o.writers) == 0 }

func (o *outputs) begin(a *app, r report.Run) {
	o.each(a, func(w report.Writer) error { return w.Begin(r) })
}
func (o *outputs) host(a *app, h *whorl.Host) {
	o.each(a, func(w report.Writer) error { return w.Host(h) })
}
func (o *outputs) end(a *app, s report.Summary) error {
	o.each(a, func(w report.Writer) error { return w.End(s) })
	for _, f := range o.files {
		if err := f.Close(); err != nil && o.failed == nil {
			o.failed = err
		}
	}
	if o.failed != nil {
		return partial(fmt.Errorf("an output is incomplete: %w", o.failed), "free the disk, or write elsewhere")
	}
	return o.plots.told(a.people)
}
