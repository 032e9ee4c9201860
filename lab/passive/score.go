package main

import (
	"slices"
	"strings"
)

// mark is how an answer compares with a label.
type mark uint8

const (
	unseen     mark = iota // the host shows no handshake in its role
	unanswered             // no family is sure enough
	wrong                  // another family
	tooOld                 // Windows 10 or newer, called an older one
	otherVersion
	rightFamily // and nothing is known or said of the version
	rightVersion
)

var markNames = [...]string{"unseen", "unanswered", "wrong", "older Windows", "other version", "right family", "right version"}

func (m mark) String() string { return markNames[m] }

// families of labels, as the judge names them.
var families = map[string]string{"Android": "Linux", "macOS": "Apple", "iOS": "Apple", "Cisco": "IOS"}

func (l label) want() string {
	if f, ok := families[l.family]; ok {
		return f
	}
	return l.family
}

// generations of Windows that a label can mean, by a word of it.
var generations = []struct {
	word string
	gens []string
}{
	{"10 or newer", modern}, {"2016", []string{"2016", "10"}}, {"8.1", []string{"8.1", "2012"}}, {"8 or 2012", []string{"8", "2012", "8.1"}},
	{"7 or", []string{"7", "2008"}}, {"2008 R2", []string{"7", "2008"}}, {"Vista", []string{"Vista", "2008"}},
	{"2003", []string{"2003", "XP"}}, {"XP", []string{"XP", "2003"}}, {"2000", []string{"2000"}},
}

var modern = []string{"10", "11", "2016", "2019", "2022", "2025"}

// compare marks an answer.
func (l label) compare(a *answer) mark {
	switch {
	case a == nil:
		return unseen
	case a.family == "":
		return unanswered
	case a.family != l.want():
		return wrong
	case l.family != "Windows" || l.version == "" || len(a.gens) == 0:
		return rightFamily
	}
	for _, g := range generations {
		if strings.Contains(l.version, g.word) {
			switch {
			case shares(a.gens, g.gens):
				return rightVersion
			case shares(g.gens, modern):
				return tooOld
			}
			return otherVersion
		}
	}
	return rightFamily
}

func shares(a, b []string) bool {
	return slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
}
