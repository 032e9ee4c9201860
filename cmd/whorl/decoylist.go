package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"whorl/osdb"
	"whorl/persona"
)

// decoyWanted are the flags of whorl decoy list.
type decoyWanted struct {
	words             []string
	family, kind, cpe string
}

func (a *app) decoyListCommand() *cobra.Command {
	w := &decoyWanted{}
	c := &cobra.Command{
		Use: "list [WORD]...", Short: "List the records that decoys can answer as, and why not", Args: cobra.ArbitraryArgs,
		Long: `List the records that decoys can answer as, and why others cannot be shown. All
words must be in the name or class of a record, in any case. --db reads further
files, as nmap-os-db, which is read by itself where it is installed.`,
		Example: `  whorl decoy list windows 10
  whorl decoy list --type printer --family embedded
  whorl decoy list --cpe cpe:/o:cisco:ios`,
		RunE: func(_ *cobra.Command, args []string) error {
			w.words = args
			return a.decoyList(w)
		},
	}
	f := c.Flags()
	f.SortFlags = false
	f.StringVar(&w.family, "family", "", "systems of the family `NAME`: Linux, Windows, IOS")
	f.StringVar(&w.kind, "type", "", "devices of the type `NAME`: router, printer")
	f.StringVar(&w.cpe, "cpe", "", "systems whose CPE begins with `TEXT`")
	return c
}

// fits reports whether a record is wanted.
func (w *decoyWanted) fits(e *osdb.Entry) bool {
	for _, word := range w.words {
		if !mentions(e, word) {
			return false
		}
	}
	if w.family+w.kind+w.cpe == "" {
		return true
	}
	for _, c := range e.Classes {
		if (w.family == "" || strings.EqualFold(c.Family, w.family)) && (w.kind == "" || strings.EqualFold(c.DeviceType, w.kind)) && w.named(c.CPE) {
			return true
		}
	}
	return false
}

func (w *decoyWanted) named(cpes []string) bool {
	for _, c := range cpes {
		if strings.HasPrefix(c, w.cpe) {
			return true
		}
	}
	return w.cpe == ""
}

func (a *app) decoyList(w *decoyWanted) error {
	set, err := a.load()
	if err != nil {
		return err
	}
	all, shown := 0, 0
	err = columns(a.out, func(t io.Writer) {
		for _, e := range set.Entries() {
			if !w.fits(e) {
				continue
			}
			all++
			why := ""
			if _, err := persona.New(e, persona.Options{Addr: exampleAddr}); err != nil {
				why = "cannot be shown: " + strings.TrimPrefix(err.Error(), "persona: "+e.Name+": ")
			} else {
				shown++
			}
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", e.Name, firstClass(e), e.Source, why)
		}
	})
	if err != nil {
		return partial(err, "")
	}
	if all == 0 {
		return partial(fmt.Errorf("no record is like that"), "whorl decoy list, or fewer words")
	}
	fmt.Fprintf(a.people, "whorl: records: %d, that can be shown %d\n", all, shown)
	return nil
}

func firstWord(s string) string {
	if f := strings.Fields(s); len(f) > 0 {
		return f[0]
	}
	return ""
}
