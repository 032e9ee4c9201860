package report

import (
	"strings"

	"whorl"
)

// nmapBlock puts on the page what Nmap would say of the system, in its phrases
// and its order, which scripts and eyes are used to.
func (p *page) nmapBlock(h *whorl.Host, o TextOptions) {
	v := viewAsNmap(h)
	if v.gen1 {
		p.WriteByte('\n')
		p.gen1Block(h, v, o)
		p.distance(h)
		return
	}
	if v.exists() && !pointless(h) {
		p.WriteByte('\n')
		guess := o.Guess || v.notIdeal != ""
		if v.lacksPorts() {
			p.line("Warning: OSScan results may be unreliable because we could not find at least 1 open and 1 closed port")
		}
		p.classes(v.classes(guess))
		p.result(v, guess, o.Verbose > 1)
	}
	if u := h.Uptime; u != nil && o.Verbose > 0 {
		p.line("Uptime guess: %.3f days (since %s)", u.Seconds/86400, ctime(u.LastBoot))
	}
	p.distance(h)
	if s := seriesOf(h); o.Verbose > 0 {
		if s.index != "" {
			p.line("TCP Sequence Prediction: Difficulty=%s (%s)", s.index, s.difficulty)
		}
		if s.ipid != "" {
			p.line("IP ID Sequence Generation: %s", s.ipid)
		}
	}
}

// pointless reports whether the headline is a name without any of Nmap's points, as that of
// a host that was only heard.
func pointless(h *whorl.Host) bool {
	return isSure(h) && !isTie(&h.Verdicts[0]) && h.Verdicts[0].Accuracy == 0
}

func (p *page) distance(h *whorl.Host) {
	if h.Distance != nil {
		p.line("Network Distance: %s", count(h.Distance.Count, "hop", "hops"))
	}
}

func (p *page) classes(b classBlock) {
	if len(b.running) == 0 {
		return
	}
	if len(b.types) > 0 {
		p.line("Device type: %s", strings.Join(b.types, "|"))
	}
	guessing := ""
	if b.guessing {
		guessing = " (JUST GUESSING)"
	}
	if b.guessing && b.old {
		guessing += " "
	}
	p.line("Running%s: %s", guessing, strings.Join(b.running, ", "))
	if len(b.cpes) > 0 && !b.old {
		p.line("OS CPE: %s", strings.Join(b.cpes, " "))
	}
}

const submitHint = " (If you know what OS is running on it, see https://nmap.org/submit/ )."

// result is the line with the names, or why there is none.
func (p *page) result(v *nmapView, guess, detailed bool) {
	switch {
	case v.tooMany():
		p.line("Too many fingerprints match this host to give specific OS details")
	case v.perfect > 0:
		p.line("OS details: %s", strings.Join(names(v.listed(), false), ", "))
	case v.sure && !detailed:
		p.line("Aggressive OS guesses: %s", strings.Join(names(v.listed(), true), ", "))
		return
	case len(v.matches) > 0:
		if v.notIdeal != "" && detailed {
			p.line("OS fingerprint not ideal because: %s", v.notIdeal)
		}
		if guess {
			p.line("Aggressive OS guesses: %s", strings.Join(names(v.listed(), true), ", "))
		}
		if v.notIdeal != "" {
			p.line("No exact OS matches for host (test conditions non-ideal).")
		} else {
			p.line("No exact OS matches for host" + submitHint)
		}
	case v.notIdeal != "":
		p.line("OS fingerprint not ideal because: %s", v.notIdeal)
		p.line("No OS matches for host")
	default:
		p.line("No OS matches for host" + submitHint)
	}
	wanted := v.perfect == 0 && v.notIdeal == ""
	if v.print != "" && (wanted || detailed || v.unknown) {
		p.line("TCP/IP fingerprint:")
		p.block(v.fingerprint())
	}
}

func names(matches []*whorl.Verdict, withAccuracy bool) []string {
	list := make([]string, len(matches))
	for i, m := range matches {
		if list[i] = m.Name; withAccuracy {
			list[i] += " (" + percent(m.Accuracy) + ")"
		}
	}
	return list
}
