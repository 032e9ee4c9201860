package plot

import (
	"fmt"
	"math"

	"whorl"
)

// panel is one series against time or number.
type panel struct {
	title, below string  // what it is, what it shows
	y            string  // what its numbers are
	timed        bool    // against times in seconds, not against places
	at           []point // x and y as measured
	fit          *rate   // a line through the points; nil: none
}

// isnPanel is how far initial sequence numbers are from the first, modulo 2^32.
func isnPanel(s *whorl.Sequences) panel {
	p := panel{title: "ISN", y: sinceFirst}
	p.timed, p.at = against(s, s.ISN)
	if s.Index != nil {
		p.below = fmt.Sprintf("predictability index %d", *s.Index)
	}
	return p
}

const sinceFirst = "less the first, mod 2³²"

// ipidPanel is the IP ID of each answer as it was.
func ipidPanel(s *whorl.Sequences) panel {
	p := panel{title: "IP ID", y: "as it was", below: ipidWords(s.IPIDClass)}
	if p.below == "" && s.IPIDClass != "" {
		p.below = "always 0x" + label(s.IPIDClass, 8)
	}
	for i, id := range s.IPID[:min(len(s.IPID), maxSamples)] {
		p.at = append(p.at, point{float64(i + 1), float64(id)})
	}
	return p
}

// ipidWords says a class of TI (Nmap's reference guide, chapter 8).
func ipidWords(class string) string {
	switch class {
	case "Z":
		return "always 0"
	case "I":
		return "incremental"
	case "BI":
		return "incremental, bytes swapped"
	case "RD":
		return "random"
	case "RI":
		return "random, positive steps"
	}
	return ""
}

// clockPanel is how far timestamp values are from the first, with the rate if one line
// goes through all.
func clockPanel(s *whorl.Sequences) panel {
	p := panel{title: "TSval", y: sinceFirst, below: label(s.ClockClass, 40)}
	if len(s.Timestamps) == 0 || noClock(s.ClockClass) {
		return p
	}
	p.timed, p.at = against(s, s.Timestamps)
	if !p.timed {
		return p
	}
	if r, ok := fitRate(p.at); ok {
		p.fit, p.below = &r, fmt.Sprintf("%.4g Hz", r.slope)
	} else {
		p.below = "no common clock"
	}
	return p
}

// noClock reports whether the numbers of a class are no times.
func noClock(class string) bool {
	return class == "none returned (unsupported)" || class == "zero timestamp"
}

// against sets numbers, less the first of them, against the times of their probes, or
// against their places if the record does not tell the times.
func against(s *whorl.Sequences, numbers []uint32) (timed bool, at []point) {
	numbers = numbers[:min(len(numbers), maxSamples)]
	timed = len(s.Sent) == len(numbers)
	for i, n := range numbers {
		x := float64(i + 1)
		if timed {
			x = seconds(s.Sent[i])
		}
		at = append(at, point{x, float64(n - numbers[0])})
	}
	return timed, at
}

// rate is a line: y = offset + slope x.
type rate struct{ offset, slope float64 }

// at is the y of an x.
func (r rate) at(x float64) point { return point{x, r.offset + r.slope*x} }

// fitRate is the line of least squares through points in time, if they are on it: no one
// is off by more than two ticks and a twentieth of all.
func fitRate(at []point) (r rate, ok bool) {
	n, x, y, xx, xy := float64(len(at)), 0.0, 0.0, 0.0, 0.0
	most := 0.0
	for _, p := range at {
		x, y, xx, xy = x+p.x, y+p.y, xx+p.x*p.x, xy+p.x*p.y
		most = max(most, p.y)
	}
	if det := n*xx - x*x; n >= 3 && det > 0 {
		r.slope = (n*xy - x*y) / det
		r.offset = (y - r.slope*x) / n
	}
	for _, p := range at {
		if math.Abs(p.y-r.at(p.x).y) > 2+most/20 {
			return r, false
		}
	}
	return r, r.slope > 0
}
