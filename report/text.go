package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"whorl"
)

// TextOptions say how much text to print.
type TextOptions struct {
	// Verbose 1 adds the evidence behind the verdict, hosts that are down, uptime
	// and sequences; 2 all of the evidence and the fingerprint itself.
	Verbose int
	// Color marks names and states by colour as well. Nothing is said by colour alone.
	Color bool
	// Guess prints device types and names of near matches even if the print would be
	// good enough to be sent in (Nmap's --osscan-guess).
	Guess bool
}

// NewText writes for a person at a terminal.
func NewText(w io.Writer, o TextOptions) Writer {
	return &text{sink: sink{w: w, form: "text"}, page: page{color: o.Color}, o: o}
}

// NewNormal writes the same into a file (-oN): no colour, and a head and a foot
// in comments as Nmap's.
func NewNormal(w io.Writer, o TextOptions) Writer {
	return &text{sink: sink{w: w, form: "normal"}, o: o, file: true}
}

type text struct {
	sink
	page
	o         TextOptions
	file      bool
	start     time.Time
	unreached int // hosts that nothing could be sent to
}

func (t *text) Begin(r Run) error {
	t.start = r.Start
	mark := ""
	switch {
	case t.file:
		mark = "# "
		t.line("# Whorl %s scan initiated %s as: %s", r.Version, ctime(r.Start), r.Args)
	case t.o.Verbose > 0:
		t.line("Starting Whorl %s at %s", r.Version, r.Start.Format("2006-01-02 15:04 MST"))
	}
	if t.file || t.o.Verbose > 0 {
		for _, d := range r.Databases {
			t.line("%sDatabase: %s", mark, d)
		}
	}
	return t.flush()
}

func (t *text) Host(h *whorl.Host) error {
	if h.Status.Reason == whorl.Unreachable {
		t.unreached++
	}
	switch {
	case h.Status.Up, len(h.Verdicts) > 0:
		t.host(h)
	case t.o.Verbose > 0:
		t.line("Whorl scan report for %s [host down%s]", title(h), received(h.Status.Reason))
	}
	return t.flush()
}

func (t *text) End(s Summary) error {
	if s.Up == 0 && s.Total > t.unreached && !s.Interrupted {
		t.line("No host answered. If one is up but ignores pings, scan it with -Pn.")
	}
	if t.file {
		t.line("# Whorl %s at %s -- %s", s.ending(), ctime(s.End), s.sentence(t.start))
	} else {
		t.line("Whorl %s: %s", s.ending(), s.sentence(t.start))
	}
	return t.flush()
}

func (t *text) flush() error {
	defer t.Reset()
	return t.write(t.Bytes())
}

func (t *text) host(h *whorl.Host) {
	t.line("Whorl scan report for %s", cell{title(h), bold})
	if h.Status.Up {
		t.line("Host is up%s%s.", received(h.Status.Reason), latency(h))
	} else {
		t.line("Host did not answer (%s).", orElse(h.Status.Reason, "no-response"))
	}
	if h.MAC != "" {
		t.line("MAC Address: %s", strings.ToUpper(h.MAC))
	}
	t.sibling("", h)
	t.portTable(h.Ports)
	t.verdict(h, t.o.Verbose)
	t.claims(h)
	t.temporal(h.Observations, t.o.Verbose)
	t.boxes("", h.Boxes)
	t.nmapBlock(h, t.o)
	t.warnings("", h.Warnings)
	t.gap()
}

func received(reason string) string {
	if reason == "" {
		return ""
	}
	return ", received " + reason
}

// latency is the first round trip time that was measured, as in " (0.00021s latency)".
func latency(h *whorl.Host) string {
	for _, o := range h.Observations {
		if o.Conditions.RTT > 0 {
			return fmt.Sprintf(" (%ss latency)", twoDigits(o.Conditions.RTT.Seconds()))
		}
	}
	return ""
}

// twoDigits writes a positive number with two significant digits and no exponent.
func twoDigits(x float64) string {
	decimals := 1
	for y := x; y < 1 && decimals < 10; y *= 10 {
		decimals++
	}
	return fmt.Sprintf("%.*f", decimals, x)
}

var stateStyles = map[whorl.PortState]style{whorl.Open: green, whorl.Filtered: yellow, whorl.OpenFiltered: yellow}

func (p *page) portTable(ports []whorl.Port) {
	l := listPorts(ports)
	if len(l.folded) > 0 {
		groups := make([]string, len(l.folded))
		for i, g := range l.folded {
			groups[i] = g.String()
		}
		p.line("Not shown: %s", strings.Join(groups, ", "))
	}
	if len(l.shown) == 0 {
		return
	}
	rows := [][]cell{plainCells("PORT", "STATE", "SERVICE", "REASON")}
	for _, q := range l.shown {
		rows = append(rows, []cell{
			{text: fmt.Sprintf("%d/%s", q.Number, q.Proto)},
			{string(q.State), stateStyles[q.State]},
			{text: orElse(q.Name, "unknown")},
			{text: portReason(q)},
		})
	}
	p.table("", rows)
}

// portReason is the answer that showed the state, as in "syn-ack ttl 64".
func portReason(p *whorl.Port) string {
	s := p.Reason
	if p.TTL > 0 {
		s += fmt.Sprintf(" ttl %d", p.TTL)
	}
	if p.Forged {
		s += " (forged in the path)"
	}
	return strings.TrimSpace(s)
}

func (p *page) warnings(indent string, warnings []string) {
	for _, w := range warnings {
		p.line(indent+"%s %s", cell{"Warning:", yellow}, w)
	}
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
