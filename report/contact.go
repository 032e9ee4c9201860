package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"whorl"
)

// ContactWriter is one output of contacts. It streams: each record is written when it is
// handed over, in one piece. Contact returns the first error that the output had; calling
// on after one is allowed.
type ContactWriter interface {
	Contact(*whorl.Contact) error
}

// NewContactJSON writes JSON Lines: one [whorl.Contact] a line, with its schema. It is the
// only form of a contact that loses nothing.
func NewContactJSON(w io.Writer) ContactWriter { return newJSONLines(w, "json") }

// Contact writes one record.
func (j *jsonLines) Contact(c *whorl.Contact) error {
	return j.record(stamped(c))
}

// stamped is a copy that names its schemas.
func stamped(c *whorl.Contact) *whorl.Contact {
	out := *c
	out.Schema = whorl.ContactSchema
	if c.Learned != nil {
		host := *c.Learned
		host.Schema = whorl.Schema
		out.Learned = &host
	}
	return &out
}

// NewContacts writes for a person at a terminal: a line when a contact is probable and
// when it is confirmed, and all that is known of it in a paragraph when it has ended.
// Times are printed in their own zones.
func NewContacts(w io.Writer, o TextOptions) ContactWriter {
	return &contacts{sink: sink{w: w, form: "text"}, page: page{color: o.Color}, o: o}
}

type contacts struct {
	sink
	page
	o TextOptions
}

// Contact writes one record.
func (t *contacts) Contact(c *whorl.Contact) error {
	t.headline(c)
	if c.State == whorl.Ended {
		t.seen(c)
		t.answers(c)
		t.learned(c)
		t.sources(c)
		t.dialogue(c)
		t.say("hides", strings.Join(c.Evasion, ", "))
		t.say("do", advice(c))
		t.gap()
	}
	defer t.Reset()
	return t.write(t.Bytes())
}

// headline tells who does what to whom, with which tool, and how sure that is.
func (t *contacts) headline(c *whorl.Contact) {
	t.line("%s  %s -> %s  %s, %s%d %% sure", c.Seen.First.Format("2006-01-02 15:04:05 -0700"), sourceList(c), targetList(c),
		cell{signature(c), classStyle(c)}, stateLead[c.State], c.Confidence.Percent())
}

var stateLead = map[whorl.ContactState]string{whorl.Probable: "probable, ", whorl.Confirmed: "confirmed, "}

// classStyle marks what is aimed at our hosts' systems.
func classStyle(c *whorl.Contact) style {
	if fingerprints(c) {
		return red
	}
	return bold
}

// keyWidth is the longest word that begins a line, in characters.
const keyWidth = len("answered")

// say puts words on the page after the word for what they are; nothing if there are none.
func (t *contacts) say(key, words string) {
	if words != "" {
		t.fold(fmt.Sprintf("    %-*s  ", keyWidth, key), words)
	}
}

// seen tells which probes came.
func (t *contacts) seen(c *whorl.Contact) {
	s := count(c.Counts.Packets, "packet", "packets")
	if d := c.Seen.Last.Sub(c.Seen.First); d > 0 {
		s += " in " + twoDigits(d.Seconds()) + " s"
	}
	if len(c.Ports) > 0 {
		s += ", " + plural(c.Counts.Ports, "port ", "ports ") + portRanges(c.Ports) + more(c.Counts.Ports-len(c.Ports))
	}
	t.say("sent", s)
	t.say("probes", probeNames(c.Probes, func(p *whorl.ProbeSeen) bool { return true }))
	if t.o.Verbose > 0 {
		for i := range c.Probes {
			t.probe(&c.Probes[i])
		}
	}
}

// probe is one kind of probe with what became of it.
func (t *contacts) probe(p *whorl.ProbeSeen) {
	how := "form only"
	if p.Exact {
		how = "exact"
	}
	s := fmt.Sprintf("%s  %s, %s, %d answered", p.At.Format("15:04:05.000"), how, count(p.Count, "time", "times"), p.Answered)
	if p.Port > 0 {
		s += fmt.Sprintf(", port %d", p.Port)
	}
	if p.Frame > 0 {
		s += fmt.Sprintf(", frame %d", p.Frame)
	}
	t.line("        %-6s %s", p.Name, s)
}

// mostSpeeches is how many a paragraph has, unless more is asked for.
const mostSpeeches = 4

// dialogue tells what was said over connections.
func (t *contacts) dialogue(c *whorl.Contact) {
	for i := range c.Dialogue {
		s := &c.Dialogue[i]
		if i == mostSpeeches && t.o.Verbose == 0 {
			t.say("said", "more, which -v prints")
			return
		}
		who := "said"
		if s.Answer {
			who = "heard"
		}
		t.say(who, fmt.Sprintf("port %d: %s", s.Port, strconv.Quote(s.Text)))
	}
}

// answers tells which of the probes our side answered.
func (t *contacts) answers(c *whorl.Contact) {
	answered := probeNames(c.Probes, func(p *whorl.ProbeSeen) bool { return p.Answered > 0 })
	silent := probeNames(c.Probes, func(p *whorl.ProbeSeen) bool { return p.Answered == 0 })
	switch {
	case c.Leak == whorl.LeakUnseen:
		t.say("answered", "not known: answers do not pass here")
	case c.Counts.Answered == 0:
		t.say("answered", "nothing")
	case len(c.Probes) < 2:
		t.say("answered", fmt.Sprintf("%d of %s", c.Counts.Answered, count(c.Counts.Packets, "packet", "packets")))
	case silent == "":
		t.say("answered", "all kinds")
	default:
		t.say("answered", answered+", not "+silent)
	}
}

// learned tells what the answers give away.
func (t *contacts) learned(c *whorl.Contact) {
	h := c.Learned
	if h == nil {
		return
	}
	s := "the system of " + h.Addr.String() + " is "
	if c.Persona != "" {
		s = "the decoy " + h.Addr.String() + " (" + c.Persona + ") is "
	}
	if len(h.Verdicts) == 0 || isUnknown(&h.Verdicts[0]) {
		s += whorl.Unknown + ": " + whyUnknown(h)
	} else {
		s += h.Verdicts[0].Name + ", " + sureness(&h.Verdicts[0]) + bracket(h.Verdicts[0].Source)
	}
	if h.Distance != nil {
		s += ", " + count(h.Distance.Count, "hop", "hops") + " from him"
	}
	if h.Uptime != nil {
		s += ", up " + days(h.Uptime.Seconds)
	}
	t.say("learns", s)
	if t.o.Verbose > 0 && len(h.Verdicts) > 0 {
		t.why("        ", h.Verdicts[0].Evidence, t.o.Verbose)
	}
	if t.o.Verbose > 1 {
		for _, o := range h.Observations {
			for line := range strings.Lines(o.Print) {
				t.line("        %s", strings.TrimSpace(line))
			}
		}
	}
}

// sources lists addresses that act as one, and which of them get our answers.
func (t *contacts) sources(c *whorl.Contact) {
	if len(c.Sources) < 2 && (len(c.Sources) == 0 || c.Sources[0].MAC == "") {
		return
	}
	var words []string
	for _, s := range c.Sources {
		w := s.Addr.String()
		switch {
		case s.Live && s.MAC != "":
			w += " (live, " + s.MAC + ")"
		case s.Live:
			w += " (live)"
		case s.MAC != "":
			w += " (" + s.MAC + ")"
		}
		words = append(words, w)
	}
	t.say("from", strings.Join(words, ", ")+more(c.Counts.Sources-len(c.Sources)))
}
