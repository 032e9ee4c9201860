package main

import (
	"bytes"
	"fmt"
	"math"
	"strings"

	"github.com/spf13/cobra"

	"whorl"
)

type submitOptions struct {
	naming
	notes string
}

func (a *app) submitCommand() *cobra.Command {
	o := &submitOptions{}
	c := &cobra.Command{
		Use:   "submit [OPTION]... FILE...",
		Short: "Prepare a fingerprint for being sent to Nmap's database",
		Long: `Write what Nmap's form for new fingerprints asks for to standard output: the
system's name and class, notes, and the fingerprint, wrapped.

Only prints that were made under ideal conditions are of use to others. For any
other the reason is told and what to do, and nothing is written. FILE holds
printed fingerprints, of IPv4 or IPv6, or is a recording; all have to be of the
system that is named. Nothing is sent.`,
		Example: `  whorl scan 192.0.2.7 --record one.pcapng
  whorl submit one.pcapng --name "Example OS 1.2" --notes "model 7" > form.txt`,
		Args: takes(1, math.MaxInt),
		RunE: func(_ *cobra.Command, args []string) error { return a.submit(o, args) },
	}
	f := c.Flags()
	f.SortFlags = false
	o.naming.flags(f)
	f.StringVar(&o.notes, "notes", "", "`TEXT` on the device, its firmware and how its name is known")
	return c
}

func (a *app) submit(o *submitOptions, files []string) error {
	var good []submittable
	refused := 0
	for _, file := range files {
		all, err := a.observations(file)
		if err != nil {
			return err
		}
		for _, p := range all {
			for _, f := range submittables(p) {
				if f.why != "" {
					refused++
					fmt.Fprintf(a.people, "whorl: %s is not fit for submission: %s\ntry: %s\n", p.where, f.why, f.help)
					continue
				}
				good = append(good, f)
			}
		}
	}
	if len(good) > 0 {
		if err := a.submission(o, good); err != nil {
			return err
		}
	}
	if refused > 0 {
		return partial(fmt.Errorf("%d of %d prints are left out", refused, refused+len(good)), "")
	}
	return nil
}

func (a *app) submission(o *submitOptions, prints []submittable) error {
	p := a.person()
	if err := p.fill(&o.name, "Name of the system, with its version:", "--name", `"Example OS 1.2"`); err != nil {
		return err
	}
	var classes []whorl.Class
	if len(o.classes) > 0 {
		var err error
		if classes, err = o.parse(); err != nil {
			return err
		}
	}
	b := &bytes.Buffer{}
	fmt.Fprintf(b, "OS submission for https://nmap.org/submit/\n\nSystem: %s\n", oneLine(o.name))
	for _, c := range classes {
		fmt.Fprintf(b, "Class: %s | %s | %s | %s\n", c.Vendor, c.Family, c.Generation, c.DeviceType)
		for _, cpe := range c.CPE {
			fmt.Fprintf(b, "CPE: %s\n", cpe)
		}
	}
	fmt.Fprintf(b, "Notes: %s\n", orElse(oneLine(o.notes), "none"))
	for _, f := range prints {
		fmt.Fprintf(b, "\n%s:\n%s", f.title, f.text)
	}
	if _, err := a.out.Write(b.Bytes()); err != nil {
		return partial(err, "free the disk, or write elsewhere")
	}
	fmt.Fprintln(a.people, "Nothing was sent. Check the name, then fill in the form at https://nmap.org/submit/ with this.")
	return nil
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
