package main

import (
	"github.com/spf13/pflag"

	"whorl/scan"
)

// boxesFlag is the value of --boxes. Its zero value is for hosts that hint at a box.
type boxesFlag struct{ onOff }

func (b *boxesFlag) flag(f *pflag.FlagSet) {
	const usage = "compare ports of each host, not on a hint only, for boxes"
	f.VarPF(b, "boxes", "", usage).NoOptDefVal = "true"
}

// when is what the flag means under a timing template.
func (b *boxesFlag) when(t template) scan.Boxes {
	switch {
	case b.on:
		return scan.BoxesAlways
	case b.given, t < quietest:
		return scan.BoxesNever
	}
	return scan.BoxesIfHinted
}
