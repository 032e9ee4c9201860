package main

import (
	"strconv"

	"github.com/spf13/pflag"

	"whorl/scan"
)

// deepFlag is the value of --deep. Its zero value is for hosts that it may decide about.
type deepFlag struct {
	given, on bool
}

func (d *deepFlag) flag(f *pflag.FlagSet) {
	const usage = "send up to 20 packets more to each host, not on ties only"
	f.VarPF(d, "deep", "", usage).NoOptDefVal = "true"
}

func (d *deepFlag) Type() string { return "bool" }

func (d *deepFlag) String() string {
	if !d.given {
		return ""
	}
	return strconv.FormatBool(d.on)
}

// IsBoolFlag lets help show it as a switch.
func (d *deepFlag) IsBoolFlag() bool { return true }

func (d *deepFlag) Set(s string) (err error) {
	d.given = true
	d.on, err = strconv.ParseBool(s)
	return err
}

// quietest is the first template under which packets are sent that were not asked for.
const quietest = 3

// when is what the flag means under a timing template.
func (d *deepFlag) when(t template) scan.Deep {
	switch {
	case d.on:
		return scan.DeepAlways
	case d.given, t < quietest:
		return scan.DeepNever
	}
	return scan.DeepTies
}
