package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"whorl/method/gen2"
	"whorl/osdb"
)

var exportFormats = []string{"whorl", "nmap"}

func (a *app) dbExportCommand() *cobra.Command {
	format := ""
	c := &cobra.Command{
		Use:   "export [OPTION]... [PATTERN]",
		Short: "Print records as a database",
		Long: `Print the program's own records, yours and those of --db to standard output, or
of them those whose name or class contains a text. What is installed with Nmap
is left out.

The form whorl is that of our own databases. The form nmap is that of
nmap-os-db: without the lines of other methods and of sources, and without
records that then say nothing. Nmap up to 7.99 does not know groups like
M[5B4|578].`,
		Example: `  whorl db export > all.osdb
  whorl db export --format nmap > new/nmap-os-db
  nmap --datadir new -O 192.0.2.7`,
		Args: takes(0, 1),
		RunE: func(_ *cobra.Command, args []string) error { return a.dbExport(format, strings.Join(args, "")) },
	}
	c.Flags().StringVar(&format, "format", "whorl", "`FORM` to write: whorl or nmap")
	c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(exportFormats, cobra.ShellCompDirectiveNoFileComp))
	return c
}

func (a *app) dbExport(format, pattern string) error {
	if !slices.Contains(exportFormats, format) {
		return usage(fmt.Errorf("--format %q is unknown", format), "--format whorl or --format nmap")
	}
	set, err := a.load()
	if err != nil {
		return err
	}
	b := []byte("# Exported by whorl " + version + "\n\n")
	if format == "nmap" {
		b = append(b, "MatchPoints\n"...)
		for _, l := range gen2.DefaultPoints().Lines() {
			b = append(l.AppendTo(b), '\n')
		}
		b = append(b, '\n')
	}
	n, mute := 0, 0
	for d, e := range set.Entries() {
		if !d.Own() && !slices.Contains(a.databases, d.File) || !mentions(e, pattern) {
			continue
		}
		if format == "nmap" {
			if e.Gen2 == nil {
				mute++
				continue
			}
			e = &osdb.Entry{Name: e.Name, Classes: e.Classes, Gen2: e.Gen2}
		}
		n++
		b = append(e.AppendTo(b), '\n')
	}
	if n+mute == 0 {
		return partial(fmt.Errorf("no record has %q in its name or class", pattern), "whorl db list")
	}
	if mute > 0 {
		fmt.Fprintf(a.people, "whorl: %d records left out: they have no test that Nmap knows\n", mute)
	}
	_, err = a.out.Write(b)
	return err
}
