package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"whorl"
)

// NewLines writes hosts that were only heard for a person at a terminal, a line each:
// address, system, how sure that is, and what else is known.
func NewLines(w io.Writer, o TextOptions) Writer {
	return &heard{sink: sink{w: w, form: "text"}, page: page{color: o.Color}, o: o}
}

type heard struct {
	sink
	page
	o TextOptions
}

func (l *heard) Begin(Run) error   { return l.err }
func (l *heard) End(Summary) error { return l.err }

func (l *heard) Host(h *whorl.Host) error {
	l.address(h.Addr.String())
	l.system(h)
	l.WriteByte('\n')
	for _, w := range h.Warnings {
		l.line("    %s %s", cell{"Warning:", yellow}, w)
	}
	for _, b := range h.Boxes {
		for _, e := range b.Evidence {
			l.fold("    ", boxTitle(b)+": "+e)
		}
	}
	if l.o.Verbose > 0 {
		l.reasons(h)
	}
	defer l.Reset()
	return l.write(l.Bytes())
}

// addressWidth is the longest IPv4 address.
const addressWidth = 15

func (l *heard) address(addr string) {
	l.WriteString(addr)
	for n := len(addr); n < addressWidth; n++ {
		l.WriteByte(' ')
	}
	l.WriteString("  ")
}

// system is all that is said of a host in one line.
func (l *heard) system(h *whorl.Host) {
	named := len(h.Verdicts) > 0 && !isUnknown(&h.Verdicts[0])
	if named {
		v := &h.Verdicts[0]
		l.WriteString(l.paint(bold, Clean(v.Name)))
		l.add(", ", v.Confidence.Percent(), " % sure")
	} else {
		l.WriteString(l.paint(bold, whorl.Unknown))
		l.WriteString(": " + Clean(whyUnknown(h)))
		l.says(h)
	}
	if h.Distance != nil {
		l.add(", ", h.Distance.Count, plural(h.Distance.Count, " hop", " hops"))
	}
	if named {
		for _, note := range h.Verdicts[0].Notes {
			l.WriteString(", " + Clean(note))
		}
	}
	if h.Uptime != nil {
		l.WriteString(", up " + days(h.Uptime.Seconds))
	}
	syns, answers := handshakes(h.Observations)
	if syns > 0 {
		l.add(", ", syns, plural(syns, " SYN", " SYNs"))
	}
	if answers > 0 {
		l.add(", ", answers, plural(answers, " SYN-ACK", " SYN-ACKs"))
	}
	for i := range h.Observations {
		if o := &h.Observations[i]; o.Method == "icmp" {
			l.WriteString(", " + messagesHeard(o))
		}
	}
	if !named && len(h.Observations) > 0 {
		l.WriteString(", " + firstLine(h.Observations[0].Print))
	}
}

// add appends a number with words around it.
func (l *heard) add(before string, n int, after string) {
	l.WriteString(before)
	l.Write(strconv.AppendInt(l.AvailableBuffer(), int64(n), 10))
	l.WriteString(after)
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// handshakes counts the packets behind observations.
func handshakes(all []whorl.Observation) (syns, answers int) {
	for i := range all {
		o := &all[i]
		switch {
		case strings.HasPrefix(o.Print, "Syn("):
			syns += o.Conditions.Answered
		case strings.HasPrefix(o.Print, "SynAck("):
			answers += o.Conditions.Answered
		}
	}
	return syns, answers
}

func firstLine(text string) string {
	text, _, _ = strings.Cut(text, "\n")
	return Clean(text)
}

// days is a time as in "3 days 4 h".
func days(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second))
	if n := int(d.Hours()) / 24; n > 0 {
		return fmt.Sprintf("%s %d h", count(n, "day", "days"), int(d.Hours())%24)
	}
	return d.Round(time.Second).String()
}

// reasons are the alternatives, what speaks for the first, and what was seen.
func (l *heard) reasons(h *whorl.Host) {
	if len(h.Verdicts) > 0 {
		l.decisive(&h.Verdicts[0])
		l.why("    ", h.Verdicts[0].Evidence, l.o.Verbose)
		l.others(h.Verdicts)
	}
	for _, o := range h.Observations {
		for line := range strings.Lines(o.Print) {
			l.line("    %s", strings.TrimSpace(line))
		}
	}
}
