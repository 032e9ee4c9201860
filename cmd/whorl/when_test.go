package main

import (
	"testing"

	"github.com/spf13/pflag"

	"whorl/scan"
)

var (
	_ scan.Undecided = withNames{}
	_ scan.Undecided = (*reloadingJudge)(nil)
)

// What the flag means, given or not, under a fast and a slow template.
func TestWhenFlag(t *testing.T) {
	for _, c := range []struct {
		args   []string
		timing template
		want   scan.When
	}{
		{nil, 3, scan.IfNeeded},
		{nil, 5, scan.IfNeeded},
		{nil, 2, scan.Never},
		{nil, 0, scan.Never},
		{[]string{"--deep"}, 3, scan.Always},
		{[]string{"--deep=true"}, 0, scan.Always},
		{[]string{"--deep=false"}, 3, scan.Never},
		{[]string{"--deep=0"}, 5, scan.Never},
	} {
		var d whenFlag
		f := pflag.NewFlagSet("scan", pflag.ContinueOnError)
		d.flag(f, "deep", "")
		if err := f.Parse(c.args); err != nil || d.when(c.timing) != c.want {
			t.Errorf("%v under -T%d: %d, %v; want %d", c.args, c.timing, d.when(c.timing), err, c.want)
		}
		if d.given && f.Parse([]string{"--deep=" + d.String()}) != nil || d.when(c.timing) != c.want {
			t.Errorf("%v is written as %q, which is read otherwise", c.args, d.String())
		}
	}
	if err := new(whenFlag).Set("maybe"); err == nil {
		t.Error("--deep=maybe is taken")
	}
}
