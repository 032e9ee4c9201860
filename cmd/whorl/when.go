package main

import (
	"errors"
	"strconv"

	"github.com/spf13/pflag"

	"whorl/scan"
)

// whenFlag is the value of a switch for probes that not all hosts need: given, to all or
// to none; not given, where they are needed.
type whenFlag struct {
	given, on bool
}

func (w *whenFlag) flag(f *pflag.FlagSet, name, usage string) {
	f.VarPF(w, name, "", usage).NoOptDefVal = "true"
}

// quietest is the first template under which packets are sent that were not asked for.
const quietest = 3

// when is what the flag means under a timing template.
func (w *whenFlag) when(t template) scan.When {
	switch {
	case w.on:
		return scan.Always
	case w.given, t < quietest:
		return scan.Never
	}
	return scan.IfNeeded
}

func (w *whenFlag) Type() string { return "bool" }

func (w *whenFlag) String() string {
	if !w.given {
		return ""
	}
	return strconv.FormatBool(w.on)
}

// IsBoolFlag lets help show it as a switch.
func (w *whenFlag) IsBoolFlag() bool { return true }

// Set takes true or false.
func (w *whenFlag) Set(text string) (err error) {
	w.given = true
	if w.on, err = strconv.ParseBool(text); err != nil {
		return errors.New("want true or false")
	}
	return nil
}
