package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/pflag"

	"whorl"
	"whorl/report"
)

// outputs are the files and streams that results go to.
type outputs struct {
	normal, xml, grepable, all, json string
	scanner                          string
	guess                            bool

	writers []report.Writer
	files   []io.Closer
	failed  error
}

func (o *outputs) flags(f *pflag.FlagSet) {
	f.StringVar(&o.normal, "oN", "", "write text to this file; - is standard output")
	f.StringVar(&o.xml, "oX", "", "write Nmap's XML to this file")
	f.StringVar(&o.grepable, "oG", "", "write Nmap's grepable form to this file")
	f.StringVar(&o.all, "oA", "", "write BASE.nmap, BASE.xml and BASE.gnmap")
	f.StringVar(&o.json, "json", "", "write JSON Lines to this file; with no file, to standard output")
	f.Lookup("json").NoOptDefVal = "-"
	f.StringVar(&o.scanner, "xml-scanner", "whorl", "name of the program in XML; strict readers want nmap")
	f.BoolVar(&o.guess, "osscan-guess", false, "list near matches too")
}

// open opens everything before the first packet leaves, so that a bad file name
// costs nothing. Text goes to standard output unless something else does.
func (o *outputs) open(a *app) error {
	stdout := 0
	if o.all != "" {
		for _, f := range []struct {
			name *string
			end  string
		}{{&o.normal, ".nmap"}, {&o.xml, ".xml"}, {&o.grepable, ".gnmap"}} {
			if *f.name == "" {
				*f.name = o.all + f.end
			}
		}
	}
	text := report.TextOptions{Verbose: a.verbose, Guess: o.guess}
	for _, f := range []struct {
		flag, name string
		make       func(io.Writer) report.Writer
	}{
		{"-oN", o.normal, func(w io.Writer) report.Writer { return report.NewNormal(w, text) }},
		{"-oX", o.xml, func(w io.Writer) report.Writer {
			return report.NewXML(w, report.XMLOptions{Scanner: o.scanner, Verbose: a.verbose})
		}},
		{"-oG", o.grepable, func(w io.Writer) report.Writer { return report.NewGrepable(w) }},
		{"--json", o.json, func(w io.Writer) report.Writer { return report.NewJSON(w) }},
	} {
		switch f.name {
		case "":
		case "-":
			if stdout++; stdout > 1 {
				return usage(errors.New("two outputs are to go to standard output"), "give one of them a file")
			}
			o.writers = append(o.writers, f.make(a.out))
		default:
			file, err := os.Create(f.name)
			if err != nil {
				return usage(fmt.Errorf("%s: %w", f.flag, err), "a file in a folder that exists and can be written")
			}
			o.files = append(o.files, file)
			o.writers = append(o.writers, f.make(file))
		}
	}
	if stdout == 0 {
		text.Color = a.colour(a.out)
		o.writers = append(o.writers, report.NewText(a.out, text))
	}
	return nil
}

// each calls every output and keeps the first error of each; the others go on.
func (o *outputs) each(a *app, f func(report.Writer) error) {
	for i, w := range o.writers {
		if w == nil {
			continue
		}
		if err := f(w); err != nil {
			fmt.Fprintf(a.people, "whorl: %v; the other outputs go on\n", err)
			o.failed = err
			o.writers[i] = nil
		}
	}
}

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
	return nil
}
