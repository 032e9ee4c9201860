package verdict

import (
	"whorl/method"
	"whorl/method/expr"
	"whorl/osdb"
)

// slowly is the list of a [Matcher] record by record, with nothing prepared.
func slowly(set osdb.Set, seen []method.Line, m expr.Meaning) List {
	l := newLister()
	for d, e := range set.Entries() {
		if !l.add(e, e.Gen2.Score(seen, &d.Points, m)) {
			break
		}
	}
	return l.list
}
