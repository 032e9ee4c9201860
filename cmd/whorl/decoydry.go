package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"whorl/decoy"
	"whorl/packet"
	"whorl/persona"
)

// decoyDryRun prints what would answer.
func (a *app) decoyDryRun(p *decoyPlan) error {
	n, err := decoy.New(p.options)
	if err != nil {
		return usage(err, "whorl decoy list NAME says which records can be shown")
	}
	w := tabwriter.NewWriter(a.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "ADDRESS\tHARDWARE\tOPEN TCP\tANSWERS AS\tRECORD")
	shown, refused := 0, 0
	for d := range n.Decoys() {
		mac := d.MAC.String()
		if d.MAC == (packet.MAC{}) {
			mac = "the interface's"
		}
		if p.tun != "" && !p.tap {
			mac = "none"
		}
		if d.Entry == nil {
			refused++
			fmt.Fprintf(w, "%s\t%s\t\tnothing: %v\t\n", where(&d), mac, d.Why)
			continue
		}
		shown++
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", where(&d), mac, openPorts(d.Persona), d.Entry.Name, d.Entry.Source)
	}
	if err := w.Flush(); err != nil {
		return partial(err, "")
	}
	fmt.Fprintf(a.people, "whorl: addresses that would answer: %d, that could not: %d; nothing was sent\n", shown, refused)
	return nil
}

// where a decoy is: its addresses.
func where(d *decoy.Decoy) string {
	if d.Also.IsValid() {
		return d.Addr.String() + "," + d.Also.String()
	}
	return d.Addr.String()
}

// openPorts lists the open ports of a persona.
func openPorts(o persona.Options) string {
	ports := slices.Clone(o.OpenTCP)
	for i := range o.Services {
		ports = append(ports, o.Services[i].Port)
	}
	slices.Sort(ports)
	words := make([]string, 0, len(ports))
	for _, p := range slices.Compact(ports) {
		words = append(words, strconv.Itoa(int(p)))
	}
	if len(words) == 0 {
		return "none"
	}
	return strings.Join(words, ",")
}
