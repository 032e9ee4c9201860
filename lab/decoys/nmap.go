package main

import (
	"encoding/xml"
	"fmt"
	"io"
	"net/netip"
	"os"
)

// nmapHost is a host in Nmap's XML.
type nmapHost struct {
	Addresses []struct {
		Addr string `xml:"addr,attr"`
		Type string `xml:"addrtype,attr"`
	} `xml:"address"`
	Matches []nmapMatch `xml:"os>osmatch"`
}

type nmapMatch struct {
	Name     string `xml:"name,attr"`
	Accuracy int    `xml:"accuracy,attr"`
}

// place is where a record's name stands in Nmap's list.
type place string

const (
	asFirst   place = "first"   // alone, or equal to the first, with 100 %
	below     place = "below"   // with less, or listed further down
	unlisted  place = "absent"  // others are listed
	nothing   place = "nothing" // no name at all
	unscanned place = "missing" // Nmap tells nothing of the address
)

// places in the order in which they are printed.
var places = []place{asFirst, below, unlisted, nothing, unscanned}

// standing is where the name is. Names stand for several records in Nmap's database, which
// count as one.
func standing(matches []nmapMatch, name string) place {
	if len(matches) == 0 {
		return nothing
	}
	for _, m := range matches {
		if m.Name != name {
			continue
		}
		if m.Accuracy == 100 {
			return asFirst
		}
		return below
	}
	return unlisted
}

// judgeNmap says for each decoy where its name stands.
func judgeNmap(truthFile string, results []string, out io.Writer) error {
	truth, err := readTruth(truthFile)
	if err != nil {
		return err
	}
	found := map[netip.Addr][]nmapMatch{}
	for _, file := range results {
		if err := readNmap(file, found); err != nil {
			return err
		}
	}
	counts := map[place]int{}
	for _, h := range truth {
		matches, scanned := found[h.addr]
		p := standing(matches, h.name)
		if !scanned {
			p = unscanned
		}
		if counts[p]++; p != asFirst {
			said := ""
			if len(matches) > 0 {
				said = fmt.Sprintf("%s (%d %%)", matches[0].Name, matches[0].Accuracy)
			}
			fmt.Fprintf(out, "%s\t%v\t%s\t%s\n", p, h.addr, h.name, said)
		}
	}
	fmt.Fprintf(out, "%d decoys:", len(truth))
	for _, p := range places {
		if k := counts[p]; k > 0 {
			fmt.Fprintf(out, " %s %d (%.1f %%)", p, k, 100*float64(k)/float64(len(truth)))
		}
	}
	fmt.Fprintln(out)
	return nil
}

// readNmap adds what a result says of each address.
func readNmap(file string, found map[netip.Addr][]nmapMatch) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var run struct {
		Hosts []nmapHost `xml:"host"`
	}
	if err := xml.Unmarshal(text, &run); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	for _, h := range run.Hosts {
		for _, a := range h.Addresses {
			if addr, err := netip.ParseAddr(a.Addr); err == nil && (a.Type == "ipv4" || a.Type == "ipv6") {
				found[addr] = h.Matches
			}
		}
	}
	return nil
}
