package main

import (
	"testing"

	"github.com/spf13/pflag"

	"whorl/scan"
)

// What the flag means, given or not, under a fast and a slow template.
func TestBoxesFlag(t *testing.T) {
	for _, c := range []struct {
		args   []string
		timing template
		want   scan.Boxes
	}{
		{nil, 3, scan.BoxesIfHinted},
		{nil, 2, scan.BoxesNever},
		{[]string{"--boxes"}, 0, scan.BoxesAlways},
		{[]string{"--boxes=false"}, 5, scan.BoxesNever},
	} {
		var b boxesFlag
		f := pflag.NewFlagSet("scan", pflag.ContinueOnError)
		b.flag(f)
		if err := f.Parse(c.args); err != nil || b.when(c.timing) != c.want {
			t.Errorf("%v under -T%d: %d, %v; want %d", c.args, c.timing, b.when(c.timing), err, c.want)
		}
	}
	if err := new(boxesFlag).Set("maybe"); err == nil {
		t.Error("--boxes=maybe is taken")
	}
}
