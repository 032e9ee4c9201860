package main

import (
	"fmt"
	"io"
	"text/tabwriter"

	"whorl/method/syn"
)

// disturbances are what a path or a setting may do to all packets of a host.
var disturbances = []struct {
	name   string
	change func(*sighting)
}{
	{"nothing", func(*sighting) {}},
	{"MSS lowered to 1300", func(s *sighting) { s.Signature.MSS = min(s.Signature.MSS, 1300) }},
	{"12 hops further", func(s *sighting) { s.TTL -= min(s.TTL-1, 12) }},
	{"DF cleared", func(s *sighting) { s.Quirks &^= syn.DF | syn.IDPlus }},
	{"SYNs not seen", func(s *sighting) { s.Offer = syn.Offer{} }},
	{"window set to 12345", func(s *sighting) { s.Window = 12345 }},
}

// printDisturbed counts answers that are right and wrong after each of them.
func printDisturbed(out io.Writer, j *judge, rows []row) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	defer w.Flush()
	fmt.Fprintln(w, "\nchanged\tclients right\twrong\tservers right\twrong")
	for _, d := range disturbances {
		var right, bad [len(roleNames)]int
		for i := range rows {
			if rows[i].seen == nil {
				continue
			}
			a := j.name(changed(rows[i].seen, d.change))
			switch m := rows[i].compare(&a); {
			case m == wrong:
				bad[rows[i].role]++
			case m != unanswered:
				right[rows[i].role]++
			}
		}
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\n", d.name, right[client], bad[client], right[server], bad[server])
	}
}

func changed(seen map[sighting]int, change func(*sighting)) map[sighting]int {
	out := map[sighting]int{}
	for s, n := range seen {
		change(&s)
		out[s] += n
	}
	return out
}
