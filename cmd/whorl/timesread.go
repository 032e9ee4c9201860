package main

import (
	"fmt"
	"slices"
	"strings"

	"whorl"
	"whorl/method"
	"whorl/method/backoff"
)

// timesText is the retransmission times of one host in a text.
type timesText struct {
	backoff.Print
	line int  // of the first
	old  bool // lines of Cron-OS
	host int  // how many hosts the text has named before; see newHost
}

// newHost is what stands in text output where the report of another host begins.
const newHost = "scan report for "

// findTimes finds lines of package backoff and of Cron-OS. Those that follow one another
// are one host's, until a state stands twice. Of a host with both, ours count.
func findTimes(name, text string) (found []timesText, err error) {
	var problems []error
	no, hosts := 0, 0
	for s := range strings.Lines(text) {
		no++
		s = strings.TrimSpace(s)
		if strings.Contains(s, newHost) {
			hosts++
		}
		l, old, is, err := timesLine(s)
		switch {
		case err != nil:
			problems = append(problems, fmt.Errorf("%s:%d: %w", name, no, err))
			continue
		case !is:
			continue
		}
		last := len(found) - 1
		fresh := last < 0 || found[last].host != hosts
		if !fresh {
			_, twice := found[last].Test(l.Test)
			if twice && old && !found[last].old {
				continue
			}
			fresh = twice
		}
		if fresh {
			found = append(found, timesText{line: no, old: old, host: hosts})
			last++
		}
		found[last].Print = append(found[last].Print, l)
	}
	return found, firstOf(problems, name, "lines of times that cannot be read")
}

// timesLine reads one line; is tells whether it is about times at all.
func timesLine(s string) (l method.Line, old, is bool, err error) {
	test, _, ok := strings.Cut(s, "(")
	switch {
	case !ok:
	case strings.HasPrefix(test, "CronOS_"):
		c, err := backoff.ParseCronOS(s)
		r := c.Run()
		return r.Line(), true, err == nil, err
	case backoff.Has(test):
		p, err := backoff.Parse(s)
		if err != nil {
			return l, false, false, err
		}
		return p[0], false, true, nil
	}
	return l, false, false, nil
}

// addTimes gives times to the print of the same host, if the text has only one, or makes
// hosts of their own. lines are those of the prints, in order.
func addTimes(out []printed, lines []int, times []timesText, name, text string) []printed {
	hosts := make([]int, len(lines)) // how many the text has named before each print
	no, named, next := 0, 0, 0
	for s := range strings.Lines(text) {
		no++
		if strings.Contains(s, newHost) {
			named++
		}
		for ; next < len(lines) && lines[next] == no; next++ {
			hosts[next] = named
		}
	}
	for _, t := range times {
		o := whorl.Observation{Method: "backoff", Print: t.Print.String()}
		i := slices.Index(hosts, t.host)
		if i >= 0 && !slices.Contains(hosts[i+1:], t.host) && len(out[i].Observations) == 1 {
			out[i].Observations = append(out[i].Observations, o)
			continue
		}
		h := &whorl.Host{Schema: whorl.Schema, Status: whorl.Status{Up: true, Reason: "print"}, Observations: []whorl.Observation{o}}
		out = append(out, printed{h, fmt.Sprintf("%s:%d", name, t.line)})
	}
	return out
}
