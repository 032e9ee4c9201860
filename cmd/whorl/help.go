package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// part is a group of flags under a title of its own in the help.
type part struct {
	title string
	flags *pflag.FlagSet
}

// partOf is the annotation of a flag that names its part.
const partOf = "part"

// newPart makes an empty part.
func newPart(title string) part {
	f := pflag.NewFlagSet(title, pflag.ContinueOnError)
	f.SortFlags = false
	return part{title, f}
}

// addParts gives a command the flags of parts, in that order.
func addParts(c *cobra.Command, parts ...part) {
	c.Flags().SortFlags = false
	for _, p := range parts {
		p.flags.VisitAll(func(f *pflag.Flag) {
			f.Annotations = map[string][]string{partOf: {p.title}}
			c.Flags().AddFlag(f)
		})
	}
}

// printUsage shows how a command is called: its form, examples, commands below it
// and its flags by parts.
func printUsage(c *cobra.Command) error {
	b := &strings.Builder{}
	fmt.Fprintf(b, "Usage:\n  %s\n", c.UseLine())
	if c.Example != "" {
		fmt.Fprintf(b, "\nExamples:\n%s\n", c.Example)
	}
	groups := c.Groups()
	if len(groups) == 0 {
		groups = []*cobra.Group{{Title: "Commands:"}}
	}
	for _, g := range groups {
		printCommands(b, c, g)
	}
	for _, p := range partsOf(c) {
		fmt.Fprintf(b, "\n%s:\n%s", p.title, nmapDashes(p.flags.FlagUsages()))
	}
	if c.HasAvailableSubCommands() {
		fmt.Fprintf(b, "\n%s COMMAND --help tells more of a command.\n", c.CommandPath())
	}
	_, err := io.WriteString(c.OutOrStderr(), b.String())
	return err
}

func printCommands(b *strings.Builder, c *cobra.Command, g *cobra.Group) {
	title := "\n" + g.Title + "\n"
	for _, s := range c.Commands() {
		if s.GroupID == g.ID && (s.IsAvailableCommand() || s.Name() == "help") {
			fmt.Fprintf(b, "%s  %-*s  %s\n", title, c.NamePadding(), s.Name(), s.Short)
			title = ""
		}
	}
}

// partsOf sorts the flags of a command: its own parts first, then those that
// belong to none, then what all commands have.
func partsOf(c *cobra.Command) (parts []part) {
	add := func(title string, f *pflag.Flag) {
		if f.Hidden {
			return
		}
		for _, p := range parts {
			if p.title == title {
				p.flags.AddFlag(f)
				return
			}
		}
		p := newPart(title)
		p.flags.AddFlag(f)
		parts = append(parts, p)
	}
	c.LocalFlags().VisitAll(func(f *pflag.Flag) {
		if t := f.Annotations[partOf]; len(t) > 0 {
			add(t[0], f)
		}
	})
	c.LocalFlags().VisitAll(func(f *pflag.Flag) {
		if len(f.Annotations[partOf]) == 0 && (f.Name != "help" || !c.HasParent()) {
			add("Options", f)
		}
	})
	c.InheritedFlags().VisitAll(func(f *pflag.Flag) { add("Options of all commands", f) })
	return parts
}
