package report

import (
	"slices"
	"strconv"
	"strings"

	"whorl"
)

// gen1View is a host that only Nmap's first generation has asked, as Nmap 3.8 saw it: the
// matches are those of its own rule, whatever our answer is.
func gen1View(h *whorl.Host, o *whorl.Observation) *nmapView {
	v := &nmapView{ports: h.Ports, gen1: true, print: strings.TrimRight(o.Print, "\n"), notIdeal: o.Conditions.NotIdeal}
	v.unknown = len(h.Verdicts) > 0 && isUnknown(&h.Verdicts[0])
	perfect := 0
	for i := range h.Verdicts {
		r := &h.Verdicts[i]
		if r.Rule != whorl.RuleGen1 {
			continue
		}
		v.matches = append(v.matches, r)
		if r.Accuracy == 1 {
			perfect++
		}
	}
	if !v.unknown || perfect > maxPerfect { // what we do not believe is a guess; what is too much is not named anyway
		v.perfect = perfect
	}
	v.overflow = v.perfect > maxMatches
	v.matches = v.matches[:min(len(v.matches), maxMatches)]
	return v
}

// gen1Block puts on the page what Nmap 3.8 would say of the system.
func (p *page) gen1Block(h *whorl.Host, v *nmapView, o TextOptions) {
	if v.lacksPorts() {
		p.line("Warning:  OS detection will be MUCH less reliable because we did not find at least 1 open and 1 closed TCP port")
	}
	p.gen1Warnings(h)
	guess := o.Guess || v.notIdeal != ""
	b := v.classes(guess)
	b.old = true
	p.classes(b)
	p.gen1Result(v, guess, o.Verbose > 1)
	if u := h.Uptime; u != nil && o.Verbose > 0 {
		p.line("Uptime %.3f days (since %s)", u.Seconds/86400, ctime(u.LastBoot))
	}
	if o.Verbose > 0 {
		p.gen1Sequence(v.print)
	}
}

// gen1Warnings tell what is wrong with the train of SYNs.
func (p *page) gen1Warnings(h *whorl.Host) {
	for _, o := range h.Observations {
		for _, u := range o.Conditions.Unsettled {
			why, of := strings.CutPrefix(u, "TSeq: ")
			switch {
			case o.Method != "gen1" || !of:
			case strings.HasPrefix(why, "RST from"):
				p.line("WARNING:  %s", why)
			default:
				p.line("%s", why)
			}
		}
	}
}

const (
	gen1Hint = " (If you know what OS is running on it, see https://nmap.org/submit/)."
	gen1Bad  = " (test conditions non-ideal)."
)

// gen1Result is the line with the names, or why there is none, and the print.
func (p *page) gen1Result(v *nmapView, guess, detailed bool) {
	hint := gen1Hint
	if v.notIdeal != "" {
		hint = gen1Bad
	}
	switch {
	case v.tooMany():
		p.line("Too many fingerprints match this host to give specific OS details")
	case v.perfect > 0:
		p.line("OS details: %s", strings.Join(names(v.listed(), false), ", "))
	case len(v.matches) > 0 && guess:
		p.line("Aggressive OS guesses: %s", strings.Join(names(v.listed(), true), ", "))
		fallthrough
	case len(v.matches) > 0:
		p.line("No exact OS matches for host%s", hint)
	default:
		p.line("No OS matches for host%s", hint)
	}
	if v.print != "" && (v.perfect == 0 && v.notIdeal == "" || detailed) {
		p.line("TCP/IP fingerprint:")
		p.block(v.fingerprint())
	}
}

// gen1Classes are the classes of TSeq in words, and the index of those that have a fixed one.
var gen1Classes = map[string]struct {
	words string
	index uint64
}{
	"C": {"constant sequence number (!)", 0}, "64K": {"64K rule", 1}, "i800": {"increments by 800", 10},
	"TR": {"truly random", 9999999}, "TD": {words: "trivial time dependency"}, "RI": {words: "random positive increments"},
}

var gen1IPIDs = map[string]string{
	"I": "Incremental", "BI": "Broken little-endian incremental", "RD": "Randomized",
	"RPI": "Random positive increments", "Z": "All zeros", "C": "Duplicated ipid (!)",
}

// gen1Sequence says TSeq in Nmap's words of the time.
func (p *page) gen1Sequence(print string) {
	for line := range strings.Lines(print) {
		body, ok := strings.CutPrefix(strings.TrimSpace(line), "TSeq(")
		if !ok {
			continue
		}
		values := map[string]string{}
		for part := range strings.SplitSeq(strings.TrimSuffix(body, ")"), "%") {
			name, value, _ := strings.Cut(part, "=")
			values[name] = value
		}
		c, known := gen1Classes[values["Class"]]
		if !known {
			return
		}
		if n, err := strconv.ParseUint(values["SI"], 16, 64); err == nil {
			c.index = n
		}
		p.line("TCP Sequence Prediction: Class=%s", c.words)
		p.line("                         Difficulty=%d (%s)", c.index, gen1Difficulty(c.index))
		p.line("IPID Sequence Generation: %s", orElse(gen1IPIDs[values["IPID"]], "Busy server or unknown class"))
		return
	}
}

// gen1Difficulty is the word of the time for how hard it is to guess the next ISN.
func gen1Difficulty(index uint64) string {
	words := []string{"Trivial joke", "Easy", "Medium", "Formidable", "Worthy challenge"}
	n := slices.IndexFunc([]uint64{10, 80, 3000, 5000, 100000}, func(below uint64) bool { return index < below })
	if n < 0 {
		return "Good luck!"
	}
	return words[n]
}
