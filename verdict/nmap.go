package verdict

import (
	"slices"

	"whorl"
	"whorl/method/gen2"
	"whorl/osdb"
)

// Nmap's bounds: what is listed, and how long lists get.
const (
	nmapThreshold = 0.85
	nmapMatches   = 36
	nmapClasses   = 36
	nmapStep      = 0.00001 // by how much a record must beat the last one of a full list
)

// State is how a comparison with all records ended.
type State uint8

// The states.
const (
	NoMatches State = iota // no record reaches the threshold
	Success
	TooMany // more than 36 records fit perfectly: too little was observed
)

// String is the state in Nmap's words.
func (s State) String() string {
	switch s {
	case NoMatches:
		return "no matches"
	case Success:
		return "success"
	case TooMany:
		return "too many matches"
	}
	return "unknown"
}

// List is Nmap's answer: at most 36 records of different names with at least 85 %
// of the points, the best first, equal ones in the order of the database. When
// there were too many it holds the first 36.
type List struct {
	State   State
	Matches []Match
}

// Match is one record and what it scored.
type Match struct {
	Entry    *osdb.Entry
	Score    gen2.Score
	Accuracy whorl.Fraction // of the score
}

// Perfect counts the matches without any disagreement; they come first.
func (l List) Perfect() int {
	i := slices.IndexFunc(l.Matches, func(m Match) bool { return m.Accuracy != 1 })
	if i < 0 {
		return len(l.Matches)
	}
	return i
}

// ClassMatch is a class with the accuracy of the first record that has it.
type ClassMatch struct {
	whorl.Class
	Accuracy whorl.Fraction
}

// Classes are the different classes of the list in its order, at most 36: those of
// the perfect matches if these have any. tooMany is set if perfect matches have
// more.
func (l List) Classes() (classes []ClassMatch, tooMany bool) {
	perfect := false
	for _, m := range l.Matches {
		acc := m.Accuracy
		if perfect && acc != 1 {
			return classes, false
		}
		for _, c := range m.Entry.Classes {
			switch {
			case slices.ContainsFunc(classes, func(k ClassMatch) bool { return osdb.SameClass(k.Class, c) }):
			case len(classes) == nmapClasses:
				return classes, acc == 1
			default:
				classes = append(classes, ClassMatch{c, acc})
				perfect = perfect || acc == 1
			}
		}
	}
	return classes, false
}

// lister builds a list from scores in the order of the database.
type lister struct {
	list     List
	required whorl.Fraction
	perfect  int
}

func newLister() lister { return lister{required: nmapThreshold} }

// add considers one record and reports whether to go on.
func (l *lister) add(e *osdb.Entry, s gen2.Score) (more bool) {
	acc := s.Accuracy()
	if acc < l.required && acc != 1 {
		return true
	}
	list := &l.list
	if i := slices.IndexFunc(list.Matches, func(m Match) bool { return m.Entry.Name == e.Name }); i >= 0 {
		if list.Matches[i].Accuracy >= acc {
			return true
		}
		list.Matches = slices.Delete(list.Matches, i, i+1)
	}
	if acc == 1 {
		if l.perfect == nmapMatches {
			list.State = TooMany
			return false
		}
		l.perfect++
	}
	i := slices.IndexFunc(list.Matches, func(m Match) bool { return m.Accuracy < acc })
	if i < 0 {
		i = len(list.Matches)
	}
	list.Matches = slices.Insert(list.Matches, i, Match{e, s, acc})
	if len(list.Matches) >= nmapMatches {
		list.Matches = list.Matches[:nmapMatches]
		l.required = list.Matches[nmapMatches-1].Accuracy + nmapStep
	}
	list.State = Success
	return true
}
