package main

import (
	"bytes"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"whorl/osdb"
)

func (a *app) dbCommand() *cobra.Command {
	c := &cobra.Command{Use: "db COMMAND", Short: "Look into the databases of systems, and add to them", RunE: group}
	c.AddCommand(a.dbAddCommand(), a.dbMergeCommand(), a.dbExportCommand(), a.dbEvalCommand(), a.dbTrainCommand(),
		&cobra.Command{
			Use: "list [PATTERN]", Short: "List the records, or those whose name or class contains a text", Args: takes(0, 1),
			RunE: func(_ *cobra.Command, args []string) error { return a.dbList(strings.Join(args, "")) },
		},
		&cobra.Command{
			Use: "show NAME|FILE:LINE", Short: "Print records as they stand", Args: takes(1, 1),
			RunE: func(_ *cobra.Command, args []string) error { return a.dbShow(args[0]) },
		},
		&cobra.Command{
			Use: "lint", Short: "Report what is wrong or suspicious in the databases", Args: takes(0, 0),
			RunE: func(*cobra.Command, []string) error { return a.dbLint() },
		},
		&cobra.Command{
			Use: "stats", Short: "Count what is in the databases", Args: takes(0, 0),
			RunE: func(*cobra.Command, []string) error { return a.dbStats() },
		},
	)
	return c
}

func (a *app) dbList(pattern string) error {
	set, err := a.load()
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(a.out, 0, 4, 2, ' ', 0)
	n := 0
	for _, e := range set.Entries() {
		if !mentions(e, pattern) {
			continue
		}
		n++
		fmt.Fprintf(w, "%s\t%s\t%s\n", e.Name, firstClass(e), e.Source)
	}
	if n == 0 {
		return partial(fmt.Errorf("no record has %q in its name or class", pattern), "whorl db list")
	}
	return w.Flush()
}

// mentions reports whether a record's name or first class contains a text, in any case.
func mentions(e *osdb.Entry, pattern string) bool {
	return strings.Contains(strings.ToLower(e.Name+"\n"+firstClass(e)), strings.ToLower(pattern))
}

func firstClass(e *osdb.Entry) string {
	if len(e.Classes) == 0 {
		return ""
	}
	c := e.Classes[0]
	return strings.Join([]string{c.Vendor, c.Family, c.Generation, c.DeviceType}, " | ")
}

func (a *app) dbShow(query string) error {
	set, err := a.load()
	if err != nil {
		return err
	}
	found := set.Find(query)
	if len(found) == 0 {
		return partial(fmt.Errorf("no record is named %q", query), "whorl db list, or file:line as verdicts give it")
	}
	for _, e := range found {
		if _, err := fmt.Fprintf(a.out, "# %s\n%s\n", e.Source, e); err != nil {
			return partial(err, "")
		}
	}
	return nil
}

func (a *app) dbLint() error {
	set, problems := osdb.Load(a.config())
	problems = append(problems, set.Lint()...)
	for _, p := range problems {
		fmt.Fprintln(a.out, p)
	}
	if len(problems) > 0 {
		return partial(fmt.Errorf("%d problems", len(problems)), "")
	}
	return nil
}

func (a *app) dbStats() error {
	set, err := a.load()
	if err != nil {
		return err
	}
	st := set.Stats()
	b := &bytes.Buffer{}
	w := tabwriter.NewWriter(b, 0, 4, 2, ' ', 0)
	fmt.Fprintf(w, "records\t%d\nnames\t%d\nlines\t%d, %d different\nattributes\t%d, %d different\n",
		st.Entries, st.Names, st.Lines, st.DistinctLines, st.Attrs, st.Predicates)
	for _, part := range []struct {
		title  string
		counts []osdb.Count
	}{{"database", st.Databases}, {"test", st.Tests}, {"other test", st.Extra}, {"family", st.Families}} {
		for i, c := range part.counts {
			if i == maxRows && a.verbose == 0 {
				fmt.Fprintf(w, "%s\t... %d more, see all with -v\n", part.title, len(part.counts)-i)
				break
			}
			fmt.Fprintf(w, "%s\t%s\t%d\n", part.title, c.Name, c.N)
		}
	}
	w.Flush()
	_, err = a.out.Write(b.Bytes())
	return err
}

// maxRows is how much of each part of the statistics is shown unless more is asked for.
const maxRows = 20
