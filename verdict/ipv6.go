package verdict

import (
	"fmt"
	"math"
	"slices"

	"whorl"
	"whorl/method"
	"whorl/method/gen2"
	"whorl/method/ipv6"
)

// A stack's TCP is one over both versions of IP. So a host over IPv6 is judged by what
// records say of it over IPv4: options, windows, flags, numbers and clocks, as far as they
// carry over (ipv6.Carried), and the initial TTL once, as most stacks have one for both.
// Fields that only one version has count for nothing there. Records that have been
// measured over IPv6 share their probability anew by what else that shows.

// ethernetMSS6 is the MSS over IPv6 on a path of 1500-byte packets.
const ethernetMSS6 = ethernetMSS - 20

// What IPv6 alone shows, natural logarithms, set by hand.
const (
	ipv6Differs = -1  // for each test that was answered and differs from the record
	ipv6Against = -4  // at most
	ipv6Agrees  = 1.5 // that none differs, before records that do not tell of IPv6
)

// seenIPv6 is the observation over IPv6 of a host: the first that can be read.
func seenIPv6(h *whorl.Host) (method.Lines, whorl.Conditions) {
	for _, o := range h.Observations {
		if o.Method != "ipv6" {
			continue
		}
		if tests, err := ipv6.ParseTests(o.Print); err == nil && len(tests) > 0 {
			return tests, o.Conditions
		}
	}
	return nil, whorl.Conditions{}
}

// overIPv4 is a host that has been seen over IPv6 alone as it would be over IPv4, with
// nothing known that does not carry over; nil if h is no such host.
func overIPv4(h *whorl.Host) *whorl.Host {
	if slices.ContainsFunc(h.Observations, func(o whorl.Observation) bool { return o.Method == "gen2" }) {
		return nil
	}
	seen, conditions := seenIPv6(h)
	if seen == nil {
		return nil
	}
	lines := Carried(seen)
	like := *h
	o := whorl.Observation{Method: "gen2", Print: gen2.Fingerprint{Tests: lines}.String(), Conditions: conditions}
	like.Observations = append([]whorl.Observation{o}, h.Observations...)
	like.Boxes = renamed(h.Boxes, toIPv4)
	return &like
}

// Carried are the tests of a print over IPv6 as tests of the second generation, as far as
// they carry over, brought from a path of 1500-byte packets to the same path over IPv4.
func Carried(seen method.Lines) method.Lines {
	lines := ipv6.Carried(seen)
	carryTTL(lines, seen)
	if pathOf(lines) == ethernetMSS6 {
		lines, _ = Common(lines)
	}
	return lines
}

// carryTTL gives T1 the initial hop limit of the SYN-ACK as its TTL.
func carryTTL(lines method.Lines, seen method.Lines) {
	l, _ := seen.Test("T1_6")
	i := slices.IndexFunc(lines, func(l method.Line) bool { return l.Test == "T1" })
	if i < 0 {
		return
	}
	for _, name := range [...][2]string{{"HL", "T"}, {"HLG", "TG"}} {
		if v, ok := l.Value(name[0]); ok {
			lines[i].Set(name[1], v)
		}
	}
}

// take brings what was found of a host as it would be over IPv4 back to itself. Points are
// Nmap's over IPv4, and list nothing beside a verdict of ours.
func (j *Judge) take(h, like *whorl.Host) {
	seen, _ := seenIPv6(h)
	mss := pathOf(ipv6.Carried(seen))
	h.Boxes, h.Next = renamed(like.Boxes, toIPv6), like.Next
	h.Verdicts = slices.DeleteFunc(like.Verdicts, func(v whorl.Verdict) bool { return v.Rule == whorl.RuleNmap && j.weigher != nil })
	for i := range h.Verdicts {
		v := &h.Verdicts[i]
		if byHandshake(v) {
			continue
		}
		for k, n := range v.Notes {
			if n == pathNote(mss+ipTCPHeaders) {
				v.Notes[k] = pathNote(mss + ipTCPHeaders + ethernetMSS - ethernetMSS6)
			}
		}
		for k := range v.Evidence {
			if e := &v.Evidence[k]; e.Method == "gen2" { // times are the same over both versions
				e.Method, e.Test = "ipv6", testIPv6(e.Test)
			}
		}
		if d := v.Decisive; d != nil && d.Method == "gen2" {
			d.Method, d.Test = "ipv6", testIPv6(d.Test)
		}
	}
}

// testIPv6 is the name of a test of the second generation over IPv6.
func testIPv6(name string) string {
	if name == "IE" {
		return "IE1_6"
	}
	for _, suffix := range []string{"6", "_6"} {
		if ipv6.Has(name + suffix) {
			return name + suffix
		}
	}
	return name
}

// retell shares the probability of the records that tell of IPv6 out anew, by what does
// not carry over from IPv4. It moves among these alone, as with deep probes, but for those
// in which nothing differs: they gain, and all others lose.
func (j *Judge) retell(all []float64, seen method.Lines) {
	if seen == nil {
		return
	}
	logs := make([]told, len(all))
	total := 0.0
	for place, r := range j.ipv6 {
		total += all[place]
		if len(r) == 0 {
			continue
		}
		_, ev := r.Score(seen)
		logs[place] = told{max(ipv6Differs*float64(differingIPv6(ev)), ipv6Against), true}
	}
	if !reshare(all, logs, -ipv6Against) {
		return
	}
	sum := 0.0
	for place, t := range logs {
		if t.ok && t.log == 0 {
			all[place] *= math.Exp(ipv6Agrees)
		}
		sum += all[place]
	}
	unknown := 1 - total
	for place := range all {
		all[place] /= sum + unknown
	}
}

// differingIPv6 counts the tests that were answered and differ in what does not carry over.
func differingIPv6(ev []whorl.Evidence) int {
	var tests []string
	for i := range ev {
		e := &ev[i]
		t, ok := ipv6.TestNamed(e.Test)
		if !ok || e.Agrees || slices.Contains(tests, e.Test) || e.Attr == "R" && e.Got == "N" {
			continue
		}
		if k, ok := ipv6.Tests[t].Attr(e.Attr); ok && !ipv6.Tests[t].Attrs[k].Carried {
			tests = append(tests, e.Test)
		}
	}
	return len(tests)
}

// pathNote tells of a path with other packets than an Ethernet's.
func pathNote(size int) string { return fmt.Sprintf("path of %d-byte packets", size) }
