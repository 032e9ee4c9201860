package verdict

import (
	"slices"
	"strings"

	"whorl"
	"whorl/method"
	"whorl/method/icmp"
)

// ICMP alone names one family. Of the 5,439 port unreachables that Nmap's database (7.93)
// records, 615 leave with a TTL of 128, without DF, and quote from 29 to 328 bytes with their
// length as it was: 585 of Windows, 13 of Linux with another TTL, whose TOS is not zero, and
// 17 of others. Nothing else that a capture can show is so much one family's: of those that
// are as Linux sends them 75 % are of Linux, and of echo replies with a TTL of 128 74 % are
// of Windows.
const aloneShare = 0.95

// aloneLines are what a message has to show for that, with a TTL that is known or guessed.
var aloneLines = [...]string{
	"U1(DF=N%T=7B-85%IPL=39-164%RIPL=G) QU(TOS=0)",
	"U1(DF=N%TG=80%IPL=39-164%RIPL=G) QU(TOS=0)",
}

// windowsAlone reports whether a message is of Windows by itself.
func windowsAlone(p icmp.Print) bool {
	return slices.ContainsFunc(aloneLines[:], func(text string) bool {
		var lines []method.Line
		for _, s := range strings.Fields(text) {
			if l, err := method.ParseLine(s); err == nil {
				lines = append(lines, l)
			}
		}
		return icmp.NewReference(lines).Holds(&p)
	})
}

// alone is what messages say of a host that has shown no handshake. If some of them
// contradict all records of Windows, they are of no Windows, or of several machines.
func (j *Handshakes) alone(m messages) whorl.Verdict {
	if len(m) == 0 {
		return nothing("its ICMP messages left with different TTLs: several machines share the address")
	}
	windows, least := -1, 0.0
	var fits []string
	for place, e := range j.entries {
		all, cost := j.compared(place, m)
		if len(all) == 0 {
			continue
		}
		class := stackOf(e.Classes)
		if name := joinName(class.Vendor, class.Family); cost == 0 && !slices.Contains(fits, name) {
			fits = append(fits, name)
		}
		if class.Family == "Windows" && (windows < 0 || cost < least) {
			windows, least = place, cost
		}
	}
	if windows >= 0 && least < contradiction && j.threshold <= aloneShare && slices.ContainsFunc(m, windowsAlone) {
		return j.windowsBy(windows, m)
	}
	why := "no handshake of it was heard, and ICMP alone does not tell its system"
	if len(fits) > 0 && len(fits) <= mostFits {
		why += "; " + either(fits, true) + " send the like"
	}
	return nothing(why)
}

// mostFits is how many families are listed.
const mostFits = 4

// windowsBy names Windows by messages, resting on its record at a place.
func (j *Handshakes) windowsBy(place int, m messages) whorl.Verdict {
	e := j.entries[place]
	f := family{class: stackOf(e.Classes), share: aloneShare, of: []candidate{{e, place, aloneShare}}}
	v := f.answered(f.alone())
	v.Source.Text = "port unreachables alone, which tell families at most"
	all, _ := j.compared(place, m)
	v.Evidence = messageEvidence(all)
	return v
}
