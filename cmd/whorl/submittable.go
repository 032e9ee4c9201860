package main

import (
	"cmp"
	"fmt"
	"strings"

	"whorl/method"
	"whorl/method/ipv6"
	"whorl/osdb"
)

// submittable is a print as it would be sent, and what speaks against that.
type submittable struct {
	title, text string
	why, help   string // empty: nothing does
}

// What would help where a print is not fit.
const (
	asMeasured  = "a print as it was measured"
	bothPorts   = "a scan with an open and a closed TCP port, whorl scan ADDRESS -p 22,81"
	fromNearby  = "a scan from nearby, when host and network are idle"
	withoutWall = "a scan from where no filter takes ICMP away"
)

// submittables are the prints of a host: that over IPv4, and that over IPv6.
func submittables(p observation) (out []submittable) {
	if len(p.Fingerprint.Tests) > 0 {
		f := submittable{title: "Fingerprint", text: p.Fingerprint.Wrapped()}
		f.check(p, "gen2", p.Fingerprint.Scan)
		switch _, err := osdb.FromObservation(p.First()); {
		case err != nil:
			f.refuse(err.Error(), asMeasured)
		case f.why != "":
		case len(p.First()) < len(p.Fingerprint.Tests):
			f.refuse("it has the results of several rounds", "one scan of its own")
		case len(p.Fingerprint.Tests) < 13:
			f.refuse(fmt.Sprintf("it has %d of 13 tests", len(p.Fingerprint.Tests)), bothPorts)
		}
		out = append(out, f)
	}
	six, err := ipv6.Parse(printBy(p.Host, "ipv6"))
	if err != nil {
		return out // there is none: observe has read it
	}
	f := submittable{title: "IPv6 fingerprint", text: six.Wrapped()}
	f.check(p, "ipv6", six.Scan)
	trains := 0
	for _, r := range six.Responses {
		if r.Probe <= ipv6.S6 {
			trains++
		}
	}
	switch _, err := osdb.FromObservationIPv6(six.Tests); {
	case err != nil:
		f.refuse(err.Error(), asMeasured)
	case len(six.Responses) == 0:
		f.refuse("it has tests alone, and Nmap takes the answers themselves", "the whole print, with S1(P=...")
	case f.why == "" && trains < 6:
		f.refuse(fmt.Sprintf("it has %d of 6 answers to S1-S6", trains), fromNearby)
	}
	return append(out, f)
}

func (f *submittable) refuse(why, help string) { f.why, f.help = why, help }

// check looks at the conditions under which a print of a method was made.
func (f *submittable) check(p observation, by string, scan method.Line) {
	value := func(name string) string { v, _ := scan.Value(name); return v }
	none := func(port string) bool { return cmp.Or(value(port), "0") == "0" }
	notIdeal := ""
	for _, o := range p.Observations {
		if o.Method == by {
			notIdeal = o.Conditions.NotIdeal
			break
		}
	}
	switch {
	case strings.ContainsFunc(scan.String(), func(r rune) bool { return r <= ' ' || r > '~' }):
		f.refuse("its SCAN line has characters that none has", asMeasured)
	case scan.Test == "":
		f.refuse("it has no SCAN line, so nobody can tell how it was made", "the whole print, with SCAN(...)")
	case none("OT"):
		f.refuse("no open TCP port was known", bothPorts)
	case none("CT"):
		f.refuse("no closed TCP port was known", bothPorts)
	case none("CU"):
		f.refuse("no answer from a closed UDP port came", withoutWall)
	case notIdeal != "":
		f.refuse(notIdeal, fromNearby)
	case value("G") != "Y":
		f.refuse("the program that made it found the conditions not ideal (G="+value("G")+")", fromNearby)
	}
}
