package report

import (
	"fmt"
	"strconv"
	"strings"

	"whorl"
)

// fingerprints reports whether a contact is after the system itself.
func fingerprints(c *whorl.Contact) bool {
	return c.Class == whorl.OSFingerprint || c.Class == whorl.OSFingerprintTiming
}

// probeNames lists the names of those probes that are wanted, in the order in which they
// came first, with runs of numbers drawn together: "S1-S6 IE1 IE2 U1".
func probeNames(probes []whorl.ProbeSeen, wanted func(*whorl.ProbeSeen) bool) string {
	var b strings.Builder
	run, last := "", 0 // name and number of the probe before
	open := false      // it ends a run that has to be written
	for i := range probes {
		if !wanted(&probes[i]) {
			continue
		}
		name := probes[i].Name
		stem, n := numbered(name)
		if s, _ := numbered(run); run != "" && stem == s && n == last+1 && n > 1 {
			open = true
		} else {
			closeRun(&b, run, open)
			if b.Len() > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(name)
			open = false
		}
		run, last = name, n
	}
	closeRun(&b, run, open)
	return b.String()
}

func closeRun(b *strings.Builder, last string, open bool) {
	if open {
		b.WriteString("-" + last)
	}
}

// numbered splits a name like S12 into S and 12; the number is 0 if it has none.
func numbered(name string) (stem string, n int) {
	stem = strings.TrimRight(name, "0123456789")
	n, _ = strconv.Atoi(name[len(stem):])
	return stem, n
}

// advice is what a defender can do about a contact.
func advice(c *whorl.Contact) string {
	who, _ := mainSource(c)
	switch {
	case c.Persona != "":
		return "nothing: a decoy answered; watch where else " + who.Addr.String() + " turns up"
	case c.Class == whorl.MassScan:
		return "nothing about the sender, who tries every address; close what need not be open"
	case c.Class == whorl.Malformed && !who.Live:
		return "look whether a device in the path damages packets"
	}
	return strings.Join(append(aboutSources(c, who), aboutLeak(c)...), "; ")
}

// aboutSources tells whom to block, and whom not to.
func aboutSources(c *whorl.Contact, who whorl.ContactSource) []string {
	switch {
	case len(c.Sources) > 1 && who.Live:
		return []string{"block " + who.Addr.String() + " unless this was meant; the others may be made up and are left alone"}
	case len(c.Sources) > 1:
		return []string{"block none by this alone, as all but one of the addresses may be made up"}
	case len(c.Sources) == 1 && who.Live:
		return []string{"block " + who.Addr.String() + " unless this was meant"}
	case len(c.Sources) == 1:
		return []string{"block " + who.Addr.String() + " unless this was meant or the address is made up"}
	}
	return nil
}

// aboutLeak tells what follows from what was given away.
func aboutLeak(c *whorl.Contact) []string {
	switch {
	case c.Leak == whorl.LeakUnseen:
		return []string{"watch where answers pass too, to see what they give away"}
	case !fingerprints(c):
		return nil
	case c.Leak == whorl.LeakNone:
		return []string{"nothing was given away"}
	case c.Learned != nil && len(c.Learned.Verdicts) > 0 && !isUnknown(&c.Learned.Verdicts[0]):
		return []string{"expect attacks that fit " + c.Learned.Verdicts[0].Name}
	}
	return nil
}

// sentence tells a contact in one line.
func sentence(c *whorl.Contact) string {
	s := fmt.Sprintf("%s from %s to %s, %s, %d %% sure, %s", signature(c), sourceList(c), targetList(c), c.State,
		c.Confidence.Percent(), count(c.Counts.Packets, "packet", "packets"))
	if names := probeNames(c.Probes, func(*whorl.ProbeSeen) bool { return true }); names != "" {
		s += ", probes " + names
	}
	if c.Leak != "" {
		s += ", leak " + string(c.Leak)
	}
	if name := learnedName(c); name != "" {
		s += ", learned " + name
	}
	return Clean(s)
}

// learnedName is the system that a scanner believes in, if he can name one.
func learnedName(c *whorl.Contact) string {
	if c.Learned == nil || len(c.Learned.Verdicts) == 0 || isUnknown(&c.Learned.Verdicts[0]) {
		return ""
	}
	return c.Learned.Verdicts[0].Name
}

// sourceAddrs lists the sources with commas between, as many as fit into most bytes.
func sourceAddrs(c *whorl.Contact, most int) string {
	list := ""
	for i, s := range c.Sources {
		next := list + "," + plainAddr(s.Addr)
		if i == 0 {
			next = next[1:]
		}
		if len(next) > most {
			break
		}
		list = next
	}
	return list
}

// share is a probability with two digits, cut off as percents are.
func share(f whorl.Fraction) string { return strconv.FormatFloat(float64(f.Percent())/100, 'f', 2, 64) }
