package main

import (
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"whorl"
	"whorl/report"
	"whorl/verdict"
	"whorl/watch"
)

// watchOutput judges what scanners learned, writes contacts, and tells people what came
// of it.
type watchOutput struct {
	a *app
	sinks
	judge   func() (*verdict.Judge, error)
	writers []report.ContactWriter
	text    report.ContactWriter // nil: none
	logs    []*logSocket
	live    bool

	seen    bool // a contact
	sure    bool // one of them is
	skipped skips
	dropped uint64
}

// watchOutput opens what is written before the first packet is read.
func (a *app) watchOutput(o *watchOptions, judge func() (*verdict.Judge, error)) (*watchOutput, error) {
	out := &watchOutput{a: a, sinks: sinks{out: a.out, people: a.people}, judge: judge, live: o.iface != ""}
	err := out.openFiles(o)
	if err == nil {
		err = out.openLogs(o)
	}
	return out, err
}

// openFiles opens the files, and standard output for text if nothing else goes there.
func (o *watchOutput) openFiles(w *watchOptions) error {
	how := os.O_TRUNC
	if o.live { // a log is gone on with
		how = os.O_APPEND
	}
	stdout := false
	for _, p := range []struct {
		flag, file string
		form       func(io.Writer) report.ContactWriter
	}{
		{"--json", w.json, report.NewContactJSON},
		{"--eve", w.eve, func(f io.Writer) report.ContactWriter {
			return report.NewEVE(f, report.EVEOptions{Interface: w.iface})
		}},
		{"--cef", w.cef, func(f io.Writer) report.ContactWriter { return report.NewCEF(f, version) }},
	} {
		if p.file == "" {
			continue
		}
		f, err := o.openAs(p.flag, p.file, how)
		if err != nil {
			return err
		}
		o.writers = append(o.writers, p.form(f))
		stdout = stdout || p.file == "-"
	}
	if !stdout {
		f, _ := o.open("", "-")
		o.text = report.NewContacts(f, report.TextOptions{Verbose: o.a.verbose, Color: o.a.colour(o.a.out)})
	}
	return nil
}

// openLogs finds the logs of this and other machines.
func (o *watchOutput) openLogs(w *watchOptions) error {
	name, _ := os.Hostname() // none is written as such
	add := func(s *logSocket, local bool) {
		o.logs = append(o.logs, s)
		o.writers = append(o.writers, report.NewSyslog(s, report.SyslogOptions{Host: name, PID: os.Getpid(), Local: local}))
	}
	if w.syslog {
		s, err := localLog()
		if err != nil {
			return err
		}
		add(s, true)
	}
	if w.syslogTo != "" {
		s, err := farLog(w.syslogTo)
		if err != nil {
			return err
		}
		add(s, false)
	}
	return nil
}

// contact judges what was learned and writes the record.
func (o *watchOutput) contact(c *whorl.Contact) {
	o.judged(c)
	for _, w := range o.writers {
		o.keep(w.Contact(c))
	}
	if o.text != nil && (o.live || c.State == whorl.Ended) {
		o.keep(o.text.Contact(c))
	}
	o.seen, o.sure = true, o.sure || c.State != whorl.Probable
	if o.live {
		o.flush()
	}
}

// judged reaches the verdict that the scanner can reach.
func (o *watchOutput) judged(c *whorl.Contact) {
	h := c.Learned
	if h == nil || len(h.Observations) == 0 || len(h.Verdicts) > 0 {
		return
	}
	j, err := o.judge()
	if err != nil {
		o.keep(err)
		return
	}
	j.Judge(h)
	if o.a.verbose > 0 {
		j.Explain(h, 1)
	}
	h.Next = nil // steps of a scanner, not of those who watch him
}

// end closes what is written and tells people what was seen and what was not. failed is
// why no more was; if it was nothing at all, there is nothing to sum up.
func (o *watchOutput) end(w *watch.Watcher, failed error) error {
	o.close()
	if c := w.Counts(); failed == nil || c.Frames > 0 {
		o.sum(&c)
	}
	for _, l := range o.logs {
		l.close()
		l.tell(o.a.people)
	}
	return o.incomplete()
}

// sum tells people what was seen.
func (o *watchOutput) sum(c *watch.Counts) {
	people := o.a.people
	fmt.Fprintf(people, "whorl: frames: %d, contacts: %s\n", c.Frames, contactsOf(c))
	addReasons[watch.Reason](&o.skipped, c.Skipped[:])
	o.skipped.tell(people)
	tellCounted(people,
		counted{int(o.dropped), "frames were lost before they could be read; watch a less busy interface"},
		counted{c.Held, "records were held back, as a source or all together had too many"},
		counted{c.Forgotten, "contacts had to end to make room; name your own addresses with --home, or remember more with --sessions"})
}

// contactsOf counts contacts by class, in words.
func contactsOf(c *watch.Counts) string {
	by := c.Classes()
	if len(by) == 0 {
		return "none"
	}
	var words []string
	for _, class := range slices.Sorted(maps.Keys(by)) {
		words = append(words, fmt.Sprintf("%d %s", by[class], class))
	}
	return strings.Join(words, ", ")
}
