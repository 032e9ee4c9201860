package main

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"

	"whorl"
	"whorl/method/syn"
	"whorl/osdb"
	"whorl/verdict"
)

// strangerOffers are the SYNs that records of others are asked by.
var strangerOffers = []struct {
	name  string
	offer syn.Offer
}{
	{"Linux", syn.Offer{Known: true, Options: syn.OffersAll, MSS: 1460}},
	{"Windows", syn.Offer{Known: true, Options: syn.OffersScale | syn.OffersSACK, MSS: 1460}},
	{"an MSS alone", syn.Offer{Known: true, MSS: 1460}},
}

// strangerFamilies are what answers are counted by.
var strangerFamilies = [...]string{"Linux", "Windows", "Apple", "other systems"}

// printStrangers names the SYN-ACKs that the records of another database give, nmap-os-db for
// example: thousands of stacks of which most stand in no database that is asked. An answer is
// right if the record has a class of its family. Of devices that run Linux nmap-os-db mostly
// tells the vendor alone, so that Linux is counted as wrong more often than it is.
func printStrangers(out io.Writer, j *verdict.Handshakes, strangers osdb.Set) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	defer w.Flush()
	fmt.Fprint(w, "\nSYN-ACKs to\trecords\tno name")
	for _, f := range strangerFamilies {
		fmt.Fprintf(w, "\t%s right\twrong", f)
	}
	fmt.Fprintln(w)
	for _, o := range strangerOffers {
		var right, bad [len(strangerFamilies)]int
		records, unnamed := 0, 0
		for _, e := range strangers.Entries() {
			s, ok := exampleOf(e, o.offer)
			if !ok {
				continue
			}
			records++
			h := &whorl.Host{Observations: []whorl.Observation{{Method: "syn", Print: s.Line().String()}}}
			j.Judge(h)
			family := answerOf(h).family
			at := slices.Index(strangerFamilies[:], family)
			if at < 0 {
				at = len(strangerFamilies) - 1
			}
			switch {
			case family == "":
				unnamed++
			case isOf(e, family):
				right[at]++
			default:
				bad[at]++
			}
		}
		fmt.Fprintf(w, "%s\t%d\t%d", o.name, records, unnamed)
		for f := range strangerFamilies {
			fmt.Fprintf(w, "\t%d\t%d", right[f], bad[f])
		}
		fmt.Fprintln(w)
	}
}

// exampleOf is a SYN-ACK that a record describes. ok is false if it tells too little.
func exampleOf(e *osdb.Entry, o syn.Offer) (s syn.Sighting, ok bool) {
	forms := e.SynAck()
	if len(e.Classes) == 0 || len(forms) == 0 || len(forms[0].Windows) == 0 {
		return s, false
	}
	f := &forms[0]
	s = syn.Sighting{Signature: f.Example(), Offer: o}
	s.Layout = f.Shapes(o.Options)[0]
	if s.Layout.Options()&syn.OffersScale == 0 {
		s.Scale = 0
	}
	return s, true
}

// isOf reports whether a record has a class of a family.
func isOf(e *osdb.Entry, family string) bool {
	return slices.ContainsFunc(e.Classes, func(c whorl.Class) bool {
		return familyOf(whorl.Verdict{Vendor: c.Vendor, Family: c.Family, DeviceType: c.DeviceType}) == family
	})
}
