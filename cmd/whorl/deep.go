package main

import (
	"github.com/spf13/pflag"

	"whorl/scan"
)

// deepFlag is the value of --deep. Its zero value is for hosts that it may decide about.
type deepFlag struct{ onOff }

func (d *deepFlag) flag(f *pflag.FlagSet) {
	const usage = "send up to 20 packets more to each host, not on ties only"
	f.VarPF(d, "deep", "", usage).NoOptDefVal = "true"
}

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
