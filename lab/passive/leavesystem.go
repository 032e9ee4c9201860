package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"whorl/method/syn"
	"whorl/osdb"
	"whorl/verdict"
)

// printSystemsLeftOut judges the hosts of each system without all records of it: whoever is
// named then has the name of another, as hosts of systems have that nobody has recorded.
func printSystemsLeftOut(out io.Writer, set osdb.Set, rows []row) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	defer w.Flush()
	fmt.Fprintln(w, "\nsystem left out\thosts\tnamed as others\twhich")
	var done []string
	for i := range rows {
		system := rows[i].want()
		if slices.Contains(done, system) {
			continue
		}
		done = append(done, system)
		hosts, names := asOthers(verdict.NewHandshakes(withoutSystem(set, system), verdict.Options{}), rows, system)
		slices.Sort(names)
		fmt.Fprintf(w, "%s\t%d\t%d\t%s\n", system, hosts, len(names), strings.Join(slices.Compact(names), "; "))
	}
}

// asOthers are how many hosts of a system were seen, and the names that they get.
func asOthers(j *verdict.Handshakes, rows []row, system string) (hosts int, names []string) {
	for i := range rows {
		if rows[i].seen == nil || rows[i].want() != system {
			continue
		}
		hosts++
		h := changed(rows[i].seen, func(*syn.Sighting) {})
		j.Judge(h)
		if a := answerOf(h); a.family != "" {
			names = append(names, a.names[0])
		}
	}
	return hosts, names
}

// withoutSystem is a set without the records that have a class of a system.
func withoutSystem(set osdb.Set, system string) (out osdb.Set) {
	for _, d := range set {
		c := *d
		c.Entries = slices.DeleteFunc(slices.Clone(d.Entries), func(e *osdb.Entry) bool { return isOf(e, system) })
		out = append(out, &c)
	}
	return out
}
