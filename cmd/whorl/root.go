package main

import (
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"whorl/data"
	"whorl/osdb"
)

// app is what the subcommands share.
type app struct {
	in          io.Reader
	out, people io.Writer // results, and talk to people
	args        []string  // as typed

	verbose   int
	plain     bool
	databases []string
	ownOnly   bool // leave out what the system and the user have installed
}

const about = `whorl tells what is really running at an address, how sure that is, and why.

It measures how a TCP/IP stack answers odd packets and names the stack from
that. Scan only what you are allowed to scan.`

// Parts of the list of commands.
const (
	partUse   = "use"
	partAbout = "about"
)

func (a *app) root() *cobra.Command {
	var showVersion bool
	c := &cobra.Command{
		Use:           "whorl COMMAND",
		Short:         "Name the operating system behind an address by its TCP/IP stack",
		Long:          about,
		SilenceErrors: true,
		SilenceUsage:  true,
		Example: `  whorl demo                         a simulated office, without privilege
  whorl scan 192.0.2.7               one host
  whorl scan 192.0.2.0/24 -oX o.xml  a network, results as Nmap's XML too
  whorl listen -r office.pcapng      hosts of a capture; sends nothing
  whorl explain scan.nmap            why a printed fingerprint is what it is`,
		Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			if showVersion {
				return a.showVersion()
			}
			return group(c, args)
		},
	}
	f := c.PersistentFlags()
	f.SortFlags = false
	f.StringArrayVar(&a.databases, "db", nil, "read the database `FILE` too; may be given again")
	f.BoolVar(&a.ownOnly, "no-system-db", false, "leave out what is installed on this machine")
	f.CountVarP(&a.verbose, "verbose", "v", "say more; twice for everything")
	f.BoolVar(&a.plain, "plain", false, "no colour (as with NO_COLOR=1 around); status for logs")
	c.Flags().BoolVarP(&showVersion, "version", "V", false, "print the version and the databases in use")
	c.SetFlagErrorFunc(func(c *cobra.Command, err error) error { return usage(err, c.CommandPath()+" --help") })
	c.SetUsageFunc(printUsage)
	c.AddGroup(&cobra.Group{ID: partUse, Title: "Commands:"}, &cobra.Group{ID: partAbout, Title: "About the program:"})
	c.SetHelpCommandGroupID(partAbout)
	c.SetCompletionCommandGroupID(partAbout)
	uses := a.uses()
	for _, u := range uses {
		sub := u.command()
		sub.GroupID = partUse
		c.AddCommand(sub)
	}
	if len(uses) > 1 {
		for _, sub := range []*cobra.Command{a.versionCommand(), a.manCommand()} {
			sub.GroupID = partAbout
			c.AddCommand(sub)
		}
	}
	c.CompletionOptions.DisableDefaultCmd = len(uses) == 1
	plainUse(c)
	return c
}

// plainUse keeps the library from adding words to the form of commands.
func plainUse(c *cobra.Command) {
	c.DisableFlagsInUseLine = true
	for _, s := range c.Commands() {
		plainUse(s)
	}
}

// group is what a command does that only holds others: help, or a complaint about
// a word that is none of them.
func group(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return c.Help()
	}
	c.SuggestionsMinimumDistance = 2 // letters
	hint := c.CommandPath() + " --help"
	if s := c.SuggestionsFor(args[0]); len(s) > 0 {
		hint = c.CommandPath() + " " + s[0]
	} else if !c.HasParent() {
		hint += fmt.Sprintf(", or whorl scan %s", args[0])
	}
	return usage(fmt.Errorf("%s has no command %q", c.CommandPath(), args[0]), hint)
}

// config says which databases there are.
func (a *app) config() osdb.Config {
	c := osdb.Config{Embedded: data.Files, Trusted: true, Files: a.databases}
	if !a.ownOnly {
		c.Places = osdb.PlacesOf(os.Getenv)
	}
	return c
}

// load reads the databases and tells people what was wrong with them.
func (a *app) load() (osdb.Set, error) {
	set, problems := osdb.Load(a.config())
	return set, a.checkLoaded(set, problems)
}

// loadPassive is load with p0f's file too.
func (a *app) loadPassive() (osdb.Set, error) {
	c := a.config()
	c.Passive = true
	set, problems := osdb.Load(c)
	return set, a.checkLoaded(set, a.mendable(c, problems))
}

// mendable leaves out the problems of p0f's file, which nobody here can mend, unless more is
// to be told.
func (a *app) mendable(c osdb.Config, problems []osdb.Problem) (out []osdb.Problem) {
	for _, p := range problems {
		if a.verbose > 0 || !slices.Contains(c.Places.P0f, p.File) {
			out = append(out, p)
		}
	}
	return out
}

// checkLoaded tells people about problems. It is an error if a database that was asked
// for by name is not there.
func (a *app) checkLoaded(set osdb.Set, problems []osdb.Problem) error {
	for i, p := range problems {
		if i == maxProblems && a.verbose == 0 {
			fmt.Fprintf(a.people, "whorl: %d more problems; see all with whorl db lint\n", len(problems)-i)
			break
		}
		fmt.Fprintf(a.people, "whorl: %v\n", p)
	}
	for _, want := range a.databases {
		if !loaded(set, want) {
			return usage(fmt.Errorf("database %s could not be read", want), "check the name after --db")
		}
	}
	return nil
}

const maxProblems = 5

func loaded(set osdb.Set, file string) bool {
	for _, d := range set {
		if d.File == file {
			return true
		}
	}
	return false
}

// describe lists databases as a person wants to read them, the files of one together.
func describe(set osdb.Set) (out []string) {
	for i := 0; i < len(set); {
		first, n, files := set[i], 0, 0
		for ; i < len(set) && set[i].Database == first.Database; i++ {
			n += len(set[i].Entries)
			files++
		}
		noun := "records"
		if n == 1 {
			noun = "record"
		}
		s := fmt.Sprintf("%s (%d %s", first.Database, n, noun)
		if first.Date != "" {
			s += ", " + first.Date
		}
		if s += ")"; files == 1 {
			s += " " + first.File
		}
		out = append(out, s)
	}
	return out
}

// colour reports whether to colour what goes to w.
func (a *app) colour(w io.Writer) bool {
	return !a.plain && os.Getenv("NO_COLOR") == "" && terminal(w)
}

// terminal reports whether w is a terminal that understands control sequences.
func terminal(w io.Writer) bool {
	if r, ok := w.(*results); ok {
		w = r.Writer
	}
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd())) && os.Getenv("TERM") != "dumb"
}
