package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func (a *app) manCommand() *cobra.Command {
	return &cobra.Command{
		Use: "man DIR", Short: "Write the manual pages into a folder", Args: takes(1, 1),
		Long: `Write the manual pages into a folder, one for each command, in section 1. The
folder is made if it is not there.`,
		RunE: func(c *cobra.Command, args []string) error {
			if err := writeManual(c.Root(), args[0]); err != nil {
				return partial(err, "a folder that can be written")
			}
			return nil
		},
	}
}

// writeManual writes the page of a command and of those below it.
func writeManual(c *cobra.Command, dir string) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	for _, s := range pages(c) {
		if err := writeManual(s, dir); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(dir, pageName(c)+".1"), []byte(manual(c)), 0o666)
}

// pages are the commands below c that have a page: not those that the library adds.
func pages(c *cobra.Command) (out []*cobra.Command) {
	for _, s := range c.Commands() {
		if s.Name() != "completion" && s.Name() != "help" {
			out = append(out, s)
		}
	}
	return out
}

func pageName(c *cobra.Command) string { return strings.ReplaceAll(c.CommandPath(), " ", "-") }

// manual is the page of one command, in man(7).
func manual(c *cobra.Command) string {
	b := &strings.Builder{}
	fmt.Fprintf(b, ".TH %s 1 %s \"whorl %s\" \"User Commands\"\n", strings.ToUpper(pageName(c)), released, version)
	fmt.Fprintf(b, ".SH NAME\n%s \\- %s\n", roff(pageName(c)), roff(c.Short))
	fmt.Fprintf(b, ".SH SYNOPSIS\n.B %s\n", roff(c.UseLine()))
	fmt.Fprintf(b, ".SH DESCRIPTION\n%s\n", roff(strings.ReplaceAll(orElse(c.Long, c.Short+"."), "\n\n", "\n.PP\n")))
	title := ".SH COMMANDS\n"
	for _, s := range pages(c) {
		fmt.Fprintf(b, "%s.TP\n.BR %s (1)\n%s.\n", title, roff(pageName(s)), roff(s.Short))
		title = ""
	}
	b.WriteString(".SH OPTIONS\n")
	for _, p := range partsOf(c) {
		if p.title != "Options" {
			fmt.Fprintf(b, ".SS %s\n", roff(p.title))
		}
		p.flags.VisitAll(func(f *pflag.Flag) { b.WriteString(manualFlag(f)) })
	}
	if !c.HasParent() {
		manualRoot(b)
	}
	if c.Example != "" {
		fmt.Fprintf(b, ".SH EXAMPLES\n.nf\n%s\n.fi\n", roff(c.Example))
	}
	if c.HasParent() {
		fmt.Fprintf(b, ".SH SEE ALSO\n.BR %s (1)\n", roff(pageName(c.Parent())))
	}
	return b.String()
}

// manualFlag is the entry of a flag.
func manualFlag(f *pflag.Flag) string {
	value, text := pflag.UnquoteUsage(f)
	form := `\fB` + roff(nmapDashes("--"+f.Name)) + `\fR`
	if f.Shorthand != "" {
		form = `\fB` + roff("-"+f.Shorthand) + `\fR, ` + form
	}
	switch {
	case f.Value.Type() == "count":
	case f.Value.Type() == "string" && f.NoOptDefVal != "":
		form += ` [\fI` + roff(value) + `\fR]`
	case value != "":
		form += ` \fI` + roff(value) + `\fR`
	}
	if d := f.DefValue; d != "" && d != "false" && d != "[]" && d != "0" && f.Value.Type() != "count" {
		text += "; default " + d
	}
	return fmt.Sprintf(".TP\n%s\n%s\n", form, roff(text))
}

// manualRoot adds what holds for all commands.
func manualRoot(b *strings.Builder) {
	b.WriteString(".SH EXIT STATUS\n")
	for _, e := range exits {
		fmt.Fprintf(b, ".TP\n.B %d\n%s\n", e.code, roff(e.means))
	}
	b.WriteString(".SH ENVIRONMENT\n")
	for _, e := range environment {
		fmt.Fprintf(b, ".TP\n.B %s\n%s\n", roff(e.name), roff(e.means))
	}
}

// environment are the variables that the program looks at.
var environment = []struct{ name, means string }{
	{"NO_COLOR", "If not empty, no colour is used."},
	{"TERM", "If dumb, no colour is used and no status line drawn."},
	{"NMAPDIR", "Folder in which nmap-os-db is looked for first; then ~/.nmap, /usr/local/share/nmap and /usr/share/nmap."},
	{"XDG_DATA_HOME", "The files whorl/*.osdb in it are the user's own databases; ~/.local/share if not set."},
}

// roff escapes text for man(7).
func roff(s string) string {
	s = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(s)
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		if l != ".PP" && (strings.HasPrefix(l, ".") || strings.HasPrefix(l, "'")) {
			lines[i] = `\&` + l
		}
	}
	return strings.Join(lines, "\n")
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
