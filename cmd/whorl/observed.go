package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strconv"
	"time"

	"whorl"
	"whorl/method"
	"whorl/method/expr"
	"whorl/method/gen2"
	"whorl/method/ipv6"
	"whorl/osdb"
	"whorl/scan"
	"whorl/verdict"
)

// observation is a print that is to become knowledge.
type observation struct {
	printed
	gen2.Fingerprint               // without tests if all was measured over IPv6
	seen             []method.Line // as on a path of 1500-byte packets, for which records are written; or what carries over from IPv6
	over6            []method.Line // the tests over IPv6
	how              string        // for a Source line: "measured: 2026-11-21, print scan.nmap:8"
}

// observations reads the prints of a file or a recording. What could not be read is
// told to people; the error is that there is nothing.
func (a *app) observations(name string) (out []observation, err error) {
	found, err := a.prints(name)
	if len(found) == 0 {
		return nil, usage(err, "a file with a fingerprint (SCAN(...)SEQ(...)), or a recording of whorl scan --record")
	}
	if err != nil {
		fmt.Fprintf(a.people, "whorl: %v\n", err)
	}
	for _, p := range found {
		how := "print " + filepath.Base(p.where)
		switch {
		case p.Status.Reason == "recorded":
			how = "recording " + filepath.Base(name)
		case name == "-":
			how = "a print"
		}
		o, err := observe(p, how)
		if err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	return out, nil
}

// observe takes what both of Nmap's ways have measured of a host: over IPv4 by the second
// generation, over IPv6, or each.
func observe(p printed, how string) (observation, error) {
	o := observation{printed: p}
	second, six := printBy(p.Host, "gen2"), printBy(p.Host, "ipv6")
	if second == "" && six == "" {
		return o, partial(fmt.Errorf("%s: a print of the first generation alone is not kept", p.where), "a scan with --gen 2 or --gen 1,2")
	}
	if six != "" {
		f, err := ipv6.Parse(six)
		if err != nil {
			return o, partial(fmt.Errorf("%s: %w", p.where, err), "")
		}
		o.Scan, o.over6, o.seen = f.Scan, f.Tests, verdict.Carried(f.Tests)
		how += ", over IPv6"
	}
	if second == "" {
		o.how = fmt.Sprintf("measured: %s, %s", measured(o.Fingerprint).Format(time.DateOnly), how)
		return o, nil
	}
	f, err := gen2.Parse(second)
	if err != nil {
		return o, partial(fmt.Errorf("%s: %w", p.where, err), "")
	}
	seen, mss := verdict.Common(f.First())
	if six != "" {
		how += " and IPv4"
	}
	how = fmt.Sprintf("measured: %s, %s", measured(f).Format(time.DateOnly), how)
	if s := fmt.Sprint(seen); s != fmt.Sprint(f.First()) {
		how += fmt.Sprintf(", MSS %X brought to 5B4", mss)
	}
	o.Fingerprint, o.seen, o.how = f, seen, how
	return o, nil
}

// printBy is the first print of a method; empty if there is none.
func printBy(h *whorl.Host, method string) string {
	for _, o := range h.Observations {
		if o.Method == method {
			return o.Print
		}
	}
	return ""
}

// measured is when a print was made: by its SCAN line, or else today.
func measured(f gen2.Fingerprint) time.Time {
	v, _ := f.Scan.Value("TM")
	if sec, err := strconv.ParseInt(v, 16, 64); err == nil && sec > 0 && sec < 1<<33 {
		return time.Unix(sec, 0).UTC()
	}
	return time.Now()
}

// probe scans one host.
func (a *app) probe(ctx context.Context, host, ports string) (observation, error) {
	o := &scanOptions{timing: 3, retries: -1, ports: ports}
	job, _, err := a.job(ctx, o, []string{host})
	if err != nil {
		return observation{}, err
	}
	if job.Targets.Count() != 1 {
		return observation{}, usage(fmt.Errorf("--host %s is more than one host", host), "one address")
	}
	network, err := a.network(o)
	if err != nil {
		return observation{}, err
	}
	defer network.Close()
	ctx, stop := interruptible(ctx)
	defer stop()
	var found *whorl.Host
	err = scan.Run(ctx, job, scan.Config{Network: network, Version: version, Listen: network.Listen, Host: func(h *whorl.Host) { found = h }})
	switch {
	case ctx.Err() != nil:
		return observation{}, errInterrupted
	case err != nil:
		return observation{}, explainFailure(err)
	case found == nil || len(found.Observations) == 0:
		return observation{}, partial(fmt.Errorf("%s: nothing could be measured", host), "whorl scan -v "+host)
	}
	return observe(printed{found, host}, "scan of "+found.Addr.String())
}

// near is a record and how well it fits a print.
type near struct {
	*osdb.Entry
	gen2.Score
}

// overlap is the share of points from which two records fit the same hosts.
const overlap whorl.Fraction = 0.95

// fitting lists the records that agree with a print in at least that share of points,
// the best first.
func fitting(set osdb.Set, seen []method.Line, but *osdb.Entry) (out []near) {
	for d, e := range set.Entries() {
		if s := e.Gen2.Score(seen, &d.Points, expr.Whorl); e != but && s.Accuracy() >= overlap {
			out = append(out, near{e, s})
		}
	}
	return byAccuracy(out)
}
