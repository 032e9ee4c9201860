package main

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

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
	shown, refused := 0, 0
	err = columns(a.out, func(w io.Writer) {
		fmt.Fprintln(w, "ADDRESS\tHARDWARE\tOPEN TCP\tANSWERS AS\tRECORD")
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
	})
	if err != nil {
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

// openPorts lists the open ports of a persona, and the programs behind them.
func openPorts(o persona.Options) string {
	ports := slices.Clone(o.OpenTCP)
	behind := map[uint16]string{}
	for i := range o.Services {
		s := &o.Services[i]
		if ports = append(ports, s.Port); s.Backend != nil {
			behind[s.Port] = "=" + backendText(s.Backend)
		}
	}
	slices.Sort(ports)
	words := make([]string, 0, len(ports))
	for _, p := range slices.Compact(ports) {
		words = append(words, strconv.Itoa(int(p))+behind[p])
	}
	if len(words) == 0 {
		return "none"
	}
	return strings.Join(words, ",")
}
