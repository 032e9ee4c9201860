package main

import (
	"fmt"
	"io"
	"text/tabwriter"

	"whorl"
	"whorl/method/syn"
	"whorl/verdict"
)

// disturbances are what a path or a setting may do to all packets of a host.
var disturbances = []struct {
	name   string
	change func(*syn.Sighting)
}{
	{"nothing", func(*syn.Sighting) {}},
	{"MSS lowered to 1300", func(s *syn.Sighting) { s.Signature.MSS = min(s.Signature.MSS, 1300) }},
	{"12 hops further", func(s *syn.Sighting) { s.TTL -= min(s.TTL-1, 12) }},
	{"DF cleared", func(s *syn.Sighting) { s.Quirks &^= syn.DF | syn.IDPlus }},
	{"SYNs not seen", func(s *syn.Sighting) { s.Offer = syn.Offer{} }},
	{"window set to 12345", func(s *syn.Sighting) { s.Window = 12345 }},
}

// printDisturbed counts answers that are right and wrong after each of them.
func printDisturbed(out io.Writer, j *verdict.Handshakes, rows []row) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	defer w.Flush()
	fmt.Fprintln(w, "\nchanged\tclients right\twrong\tservers right\twrong")
	for _, d := range disturbances {
		var right, bad [len(roleNames)]int
		for i := range rows {
			if rows[i].seen == nil {
				continue
			}
			h := changed(rows[i].seen, d.change)
			j.Judge(h)
			a := answerOf(h)
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

// changed is a host with something changed on all that it has shown.
func changed(h *whorl.Host, change func(*syn.Sighting)) *whorl.Host {
	out := &whorl.Host{Addr: h.Addr}
	for _, o := range h.Observations {
		p, err := syn.ParsePrint(o.Print)
		if err != nil {
			continue
		}
		change(&p.Sighting)
		o.Print = p.String()
		out.Observations = append(out.Observations, o)
	}
	return out
}
