package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"time"

	"whorl"
)

// figures are what a result tells of the scan that made it.
type figures struct {
	hosts, up int
	names     map[string]int // headlines of hosts that are up
	answered  map[int]int    // probes answered, of hosts that were fingerprinted
	sent      int            // packets of the fingerprint
	gaps      []time.Duration
	begun     span           // of the fingerprints
	warnings  map[string]int // without what stands behind a colon
}

// span is the time from the first to the last of some moments.
type span struct{ first, last time.Time }

func (s *span) add(t time.Time) {
	if s.first.IsZero() || t.Before(s.first) {
		s.first = t
	}
	if t.After(s.last) {
		s.last = t
	}
}

func (s *span) seconds() float64 { return s.last.Sub(s.first).Seconds() }

func readFigures(file string) (*figures, error) {
	f := &figures{names: map[string]int{}, answered: map[int]int{}, warnings: map[string]int{}}
	err := eachHost(file, func(h *whorl.Host) error {
		f.add(h)
		return nil
	})
	slices.Sort(f.gaps)
	return f, err
}

func (f *figures) add(h *whorl.Host) {
	f.hosts++
	for _, w := range h.Warnings {
		about, _, _ := strings.Cut(w, ":")
		f.warnings[about]++
	}
	if !h.Status.Up {
		return
	}
	f.up++
	f.names[headline(h).Name]++
	if o := measured(h); o != nil {
		f.answered[o.Conditions.Answered]++
		f.sent += o.Conditions.Sent
		f.gaps = append(f.gaps, o.Conditions.WorstGap)
		f.begun.add(o.Conditions.At)
	}
}

// measured is the observation of Nmap's probes, over whichever version of IP; nil if there
// is none.
func measured(h *whorl.Host) *whorl.Observation {
	if i := slices.IndexFunc(h.Observations, func(o whorl.Observation) bool { return o.Method == "gen2" || o.Method == "ipv6" }); i >= 0 {
		return &h.Observations[i]
	}
	return nil
}

// print writes them, a line each: what, a number, and its words. Hosts that are the same
// answer the same number of probes; complete is how much has come of what the most usual
// number makes.
func (f *figures) print(w io.Writer) error {
	if f.up == 0 {
		return fmt.Errorf("none of %d hosts is up", f.hosts)
	}
	line := func(what, format string, number any, words string) {
		fmt.Fprintf(w, "%s\t"+format+"\t%s\n", what, number, words)
	}
	line("up", "%d", f.up, fmt.Sprintf("of %d hosts", f.hosts))
	name, n := most(f.names)
	line("headline", "%.3f", share(n, f.up), fmt.Sprintf("%% of those up: %s; %d different", name, len(f.names)))
	if len(f.gaps) > 0 {
		usual, _ := most(f.answered)
		got := 0
		for a, hosts := range f.answered {
			got += min(a, usual) * hosts
		}
		line("complete", "%.4f", share(got, usual*f.up), fmt.Sprintf("%% of %d answers from each of them", usual))
		line("probes", "%.2f", float64(f.sent)/float64(len(f.gaps)), "packets of the fingerprint to each")
		if took := f.begun.seconds(); took > 0 {
			line("begun", "%.0f", float64(len(f.gaps)-1)/took, "fingerprints a second, from the first to the last")
		}
		line("cadence", "%.3f", f.gap(0.5), "ms, the worst error of a gap, median of hosts")
		line("cadence99", "%.3f", f.gap(0.99), "ms, the same of the 99th in a hundred")
		line("cadence100", "%.3f", f.gap(1), "ms, the same of the worst")
	}
	for _, about := range slices.Sorted(maps.Keys(f.warnings)) {
		line("warned", "%d", f.warnings[about], "hosts: "+about)
	}
	return nil
}

// gap is a percentile of the worst gaps, in milliseconds.
func (f *figures) gap(p float64) float64 {
	return f.gaps[int(p*float64(len(f.gaps)-1))].Seconds() * 1000
}

// share is a part of a whole in percent; all of nothing.
func share(part, whole int) float64 {
	if whole == 0 {
		return 100
	}
	return 100 * float64(part) / float64(whole)
}

// most is the key that counts most, the least of equal ones.
func most[K cmp.Ordered](counts map[K]int) (best K, n int) {
	for _, k := range slices.Sorted(maps.Keys(counts)) {
		if counts[k] > n {
			best, n = k, counts[k]
		}
	}
	return best, n
}

// unchanged compares the headlines of two results of the same hosts. Those that differ
// are listed.
func unchanged(firstFile, secondFile string, w io.Writer) error {
	first := map[netip.Addr]string{}
	err := eachHost(firstFile, func(h *whorl.Host) error {
		if h.Status.Up {
			first[h.Addr] = headline(h).Name
		}
		return nil
	})
	if err != nil {
		return err
	}
	if len(first) == 0 {
		return fmt.Errorf("%s: no host is up", firstFile)
	}
	same := 0
	second := map[netip.Addr]string{}
	err = eachHost(secondFile, func(h *whorl.Host) error {
		if h.Status.Up {
			second[h.Addr] = headline(h).Name
		}
		return nil
	})
	for addr, name := range first {
		if now, ok := second[addr]; ok && now == name {
			same++
			continue
		}
		fmt.Fprintf(w, "differs\t%v\t%s\t%s\n", addr, name, cmp.Or(second[addr], "down"))
	}
	fmt.Fprintf(w, "unchanged\t%.3f\t%% of %d headlines\n", share(same, len(first)), len(first))
	return err
}
