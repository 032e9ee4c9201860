package main

import (
	"fmt"
	"strings"

	"whorl/scan"
)

// patience is how many addresses a scan can ask in years.
const patience = 1 << 40

// tellOver6 says what a job leaves undone over IPv6, and that it will not come to its end.
func (a *app) tellOver6(o *scanOptions, j *scan.Job) {
	if !j.Targets.HasIPv6() {
		return
	}
	var undone []string
	for _, f := range []struct {
		asked bool
		name  string
	}{{j.Gens.Has(scan.Gen1), "--gen 1"}, {o.deep.on, "--deep"}} {
		if f.asked {
			undone = append(undone, f.name)
		}
	}
	if len(undone) > 0 {
		fmt.Fprintf(a.people, "whorl: over IPv6 nothing is done of %s; name the IPv4 addresses of those hosts for that\n", strings.Join(undone, ", "))
	}
	if n := j.Targets.Count(); n > patience {
		fmt.Fprintf(a.people, "whorl: %d addresses take years; --top-addresses 1000 takes the likely ones of an IPv6 prefix\n", n)
	}
}
