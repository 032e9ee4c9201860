package main

import (
	"slices"

	"github.com/spf13/cobra"
)

// use is a command that does the program's work.
type use struct {
	name    string
	command func() *cobra.Command
}

// uses are those commands: the one that is named first, or else all. To make the others
// with all of their flags would take longer than to read a small capture.
func (a *app) uses() []use {
	all := []use{{"scan", a.scanCommand}, {"listen", a.listenCommand}, {"watch", a.watchCommand}, {"decoy", a.decoyCommand},
		{"sweep", a.sweepCommand}, {"explain", a.explainCommand}, {"harden", a.hardenCommand}, {"db", a.dbCommand},
		{"submit", a.submitCommand}, {"demo", a.demoCommand}}
	if len(a.args) > 0 {
		if i := slices.IndexFunc(all, func(u use) bool { return u.name == a.args[0] }); i >= 0 {
			return all[i : i+1]
		}
	}
	return all
}
