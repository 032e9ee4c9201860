package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"
)

// statusSchema names the JSON form of a status. New fields do not change it.
const statusSchema = "whorl.status/1"

// progress is how far a scan has come.
type progress struct {
	Schema   string    `json:"schema"`
	Time     time.Time `json:"time"`
	Done     int64     `json:"done"`      // hosts, those of an earlier run included
	Total    uint64    `json:"total"`     // without the excluded addresses met so far
	InFlight int64     `json:"in_flight"` // hosts begun and not done
	Up       int64     `json:"up"`
	Named    int64     `json:"named"`
	Packets  int64     `json:"packets"`     // sent to hosts that are done
	Rate     float64   `json:"rate"`        // packets per second lately
	Lost     uint64    `json:"lost"`        // frames received and not taken in time
	Left     *float64  `json:"eta_seconds"` // null: not known yet
	Families []family  `json:"families"`    // of the first verdicts, the most frequent first
}

// family is how many hosts have a first verdict of it.
type family struct {
	Name  string `json:"name"`
	Hosts int    `json:"hosts"`
}

// estimate says how long the hosts that are left take at a pace. skipped of the
// addresses met were excluded; as the order has no pattern, so are as many of the rest.
func (p *progress) estimate(hostsPerSecond float64, skipped uint64) {
	begun := float64(p.Done + p.InFlight)
	hosts := float64(p.InFlight)
	if ahead := float64(p.Total) - begun; ahead > 0 && begun > 0 {
		hosts += ahead * begun / (begun + float64(skipped))
	}
	if begun > 0 && (hosts == 0 || hostsPerSecond > 0) {
		left := math.Round(hosts / max(hostsPerSecond, 1e-9))
		p.Left = &left
	}
}

// line tells it to people in at most that many columns: what does not fit is left out.
func (p *progress) line(columns int) string {
	parts := []string{fmt.Sprintf("%s of %s hosts", short(p.Done), short(p.Total))}
	if p.Left != nil && *p.Left > 0 {
		parts = append(parts, remaining(*p.Left)+" left")
	}
	parts = append(parts, short(p.InFlight)+" under way")
	if p.Rate > 0 {
		parts = append(parts, short(int64(p.Rate))+" packets/s")
	}
	if p.Lost > 0 {
		parts = append(parts, short(p.Lost)+" frames lost")
	}
	parts = append(parts, short(p.Up)+" up")
	for _, f := range p.Families[:min(len(p.Families), topFamilies)] {
		parts = append(parts, f.Name+" "+short(f.Hosts))
	}
	line := ""
	for _, part := range parts {
		if line != "" {
			part = ", " + part
		}
		if len(line)+len(part) > columns {
			break
		}
		line += part
	}
	return line
}

// topFamilies are shown in a line.
const topFamilies = 3

// json is the status as one line.
func (p *progress) json() string {
	b, _ := json.Marshal(p) // numbers, times and names: nothing that can fail
	return string(b)
}

// ranked sorts families by their hosts, then by name.
func ranked(hosts map[string]int) []family {
	out := []family{}
	for _, name := range slices.Sorted(maps.Keys(hosts)) {
		out = append(out, family{name, hosts[name]})
	}
	slices.SortStableFunc(out, func(a, b family) int { return cmp.Compare(b.Hosts, a.Hosts) })
	return out
}

// short writes a number in at most five characters up to 10^9: 9999, 12.3k, 168k, 16.8M.
func short[T int | int64 | uint64](n T) string {
	if n < 10_000 {
		return fmt.Sprint(n)
	}
	v := float64(n)
	for _, unit := range []string{"k", "M", "G", "T", "P", "E"} {
		if v /= 1000; v < 99.95 {
			return fmt.Sprintf("%.1f%s", v, unit)
		}
		if v < 999.5 || unit == "E" {
			return fmt.Sprintf("%.0f%s", v, unit)
		}
	}
	return ""
}

// remaining writes a time in seconds as people say it: 45s, 12m3s, 23h59m.
func remaining(seconds float64) string {
	if seconds > maxLeft.Seconds() {
		return "years"
	}
	d := time.Duration(seconds) * time.Second
	if d < time.Hour {
		return d.String()
	}
	return strings.TrimSuffix(d.Round(time.Minute).String(), "0s")
}

const maxLeft = 2 * 365 * 24 * time.Hour
