package main

import (
	"fmt"

	"whorl/scan"
)

// patience is how many addresses a scan or a sweep can ask in years.
const patience = 1 << 40

// tellOver6 says what a job leaves undone over IPv6, and that it will not come to its end.
func (a *app) tellOver6(j *scan.Job) {
	if !j.Targets.HasIPv6() {
		return
	}
	if j.Gens.Has(scan.Gen1) {
		fmt.Fprintln(a.people, "whorl: over IPv6 nothing is done of --gen 1; name the IPv4 addresses of those hosts for that")
	}
	a.tellYears(j.Targets)
}

// tellYears says that targets are too many.
func (a *app) tellYears(t *scan.Targets) {
	if n := t.Count(); n > patience {
		fmt.Fprintf(a.people, "whorl: %d addresses take years; --top-addresses 1000 takes the likely ones of an IPv6 prefix\n", n)
	}
}
