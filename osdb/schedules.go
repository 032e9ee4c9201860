package osdb

import (
	"slices"

	"whorl"
	"whorl/method"
	"whorl/method/backoff"
)

// Schedules are lines of package backoff for a record that has none of SYN-ACKs: those of
// the record that is likeliest the same system, by versions in its name or else by
// generation. Nil if the record has its own, or no other is like it. Foreign databases
// tell nothing of times; a decoy of such a record wants them.
func (s Set) Schedules(e *Entry) (lines []method.Line) {
	if timed(e) {
		return nil
	}
	best := unlike
	var like *Entry
	for _, other := range s.Entries() {
		if !timed(other) {
			continue
		}
		if k := kinship(e, other); k > best {
			best, like = k, other
		}
	}
	if like == nil {
		return nil
	}
	for _, l := range like.Extra {
		if state, ok := backoff.StateNamed(l.Test); ok && state <= backoff.FinWait1 {
			lines = append(lines, l)
		}
	}
	return lines
}

// timed reports whether a record tells when SYN-ACKs are repeated.
func timed(e *Entry) bool {
	return slices.ContainsFunc(e.Extra, func(l method.Line) bool { return l.Test == backoff.SynRcvd.String() })
}

// How near two records are.
const (
	unlike = iota
	sameGeneration
	sameVersions
)

// kinship is how near two records are: they have a class of one family, and then versions
// that overlap or at least one generation.
func kinship(a, b *Entry) int {
	k := unlike
	for _, c := range a.Classes {
		for _, d := range b.Classes {
			if c.Family == d.Family && c.Family != "embedded" && c.Generation != "" {
				k = max(k, related(a, b, c, d))
			}
		}
	}
	return k
}

func related(a, b *Entry, c, d whorl.Class) int {
	x, okX := Versions(a.Name)
	y, okY := Versions(b.Name)
	switch {
	case okX && okY && x.Family == y.Family && (x.Contains(y.Lo) || y.Contains(x.Lo)):
		return sameVersions
	case c.Generation == d.Generation:
		return sameGeneration
	}
	return unlike
}
