package main

import (
	"fmt"
	"io"
	"net/netip"
	"os"
	"slices"
	"strings"

	"whorl"
	"whorl/osdb"
	"whorl/verdict"
)

// judgeP0f compares the systems that p0f names by SYN-ACKs with those of the records.
func judgeP0f(database, truthFile, signatures, logFile string, out io.Writer) error {
	truth, err := readTruth(truthFile)
	if err != nil {
		return err
	}
	set, err := load(database)
	if err != nil {
		return err
	}
	p0f, err := load(signatures)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(logFile)
	if err != nil {
		return err
	}
	said := readP0f(string(text))
	agrees, differs, untold := 0, 0, 0
	for _, h := range truth {
		names := said[h.addr].names
		switch {
		case len(names) == 0: // nothing to compare
		case slices.ContainsFunc(names, func(n string) bool { return sameFamily(set.Find(h.name), p0f.Find(n)) }):
			agrees++
		case !tellsSystem(set.Find(h.name)):
			untold++
			said[h.addr].print(out, "untold", h)
		default:
			differs++
			said[h.addr].print(out, "differs", h)
		}
	}
	fmt.Fprintf(out, "%d decoys: p0f names %d; of the right family %d, of another %d, of a device whose record tells no system %d\n",
		len(truth), agrees+differs+untold, agrees, differs, untold)
	return nil
}

// tellsSystem reports whether one of the records names a system: Nmap writes "embedded" where
// that of a device is not known.
func tellsSystem(records []*osdb.Entry) bool {
	return slices.ContainsFunc(records, func(e *osdb.Entry) bool {
		return slices.ContainsFunc(e.Classes, func(c whorl.Class) bool { return c.Family != "embedded" })
	})
}

// verdictP0f is what p0f says of a server.
type verdictP0f struct {
	names     []string // of systems, each once
	signature string   // of the last SYN-ACK, as p0f writes it
}

// print writes what p0f says of a decoy, with the SYN-ACK that made it say so.
func (v verdictP0f) print(out io.Writer, how string, h host) {
	fmt.Fprintf(out, "%s\t%v\t%s\t%s\t%s\n", how, h.addr, h.name, strings.Join(v.names, ", "), v.signature)
}

// readP0f gives what p0f's log says of servers. A system that it does not know is ???.
func readP0f(text string) map[netip.Addr]verdictP0f {
	said := map[netip.Addr]verdictP0f{}
	for line := range strings.Lines(text) {
		fields := map[string]string{}
		for f := range strings.SplitSeq(strings.TrimSpace(line), "|") {
			if _, after, ok := strings.Cut(f, "] "); ok && strings.HasPrefix(f, "[") {
				f = after
			}
			name, value, _ := strings.Cut(f, "=")
			fields[name] = value
		}
		text, _, _ := strings.Cut(fields["srv"], "/")
		addr, err := netip.ParseAddr(text)
		name := fields["os"]
		if err != nil || fields["mod"] != "syn+ack" || name == "" || name == "???" {
			continue
		}
		v := said[addr]
		if v.signature = fields["raw_sig"]; !slices.Contains(v.names, name) {
			v.names = append(v.names, name)
		}
		said[addr] = v
	}
	return said
}

// sameFamily reports whether two lists of records share a family, by descent too. Vendors
// are not compared: p0f does not tell them.
func sameFamily(a, b []*osdb.Entry) bool {
	for _, x := range a {
		for _, y := range b {
			for _, f := range verdict.Families(x) {
				for _, g := range verdict.Families(y) {
					if strings.EqualFold(f.Family, g.Family) {
						return true
					}
				}
			}
		}
	}
	return false
}
