package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"whorl"
	"whorl/decoy"
	"whorl/link"
	"whorl/osdb"
	"whorl/report"
	"whorl/verdict"
)

// decoyOutput writes contacts and tells people how the decoys fare.
type decoyOutput struct {
	a *app
	sinks
	judge   *verdict.Judge
	writers []report.ContactWriter
	record  *decoyRecording // nil: none
	conn    io.Closer       // closed when nothing can be written any more
	where   string
	total   int // addresses
	lost    int
}

// decoyOutput opens what is written before the first packet comes. Logs are gone on with.
func (a *app) decoyOutput(o *decoyOptions, set osdb.Set) (*decoyOutput, error) {
	if o.json == "-" && o.eve == "-" {
		return nil, usage(errors.New("two outputs are to go to standard output"), "give one of them a file")
	}
	out := &decoyOutput{a: a, sinks: sinks{out: a.out, people: a.people}, judge: verdict.NewJudges(set, verdict.Options{}).New()}
	if o.json != "" {
		w, err := out.openAs("--json", o.json, os.O_APPEND)
		if err != nil {
			return nil, err
		}
		out.writers = append(out.writers, report.NewContactJSON(w))
	}
	if o.eve != "" {
		w, err := out.openAs("--eve", o.eve, os.O_APPEND)
		if err != nil {
			return nil, err
		}
		out.writers = append(out.writers, report.NewEVE(w, report.EVEOptions{Interface: o.iface + o.tun + o.tap}))
	}
	if o.record != "" {
		switch {
		case o.record == "-":
			return nil, usage(errors.New("--record -: packets of contacts go to a file"), "--record contacts.pcapng")
		case o.recordSize < 1 || o.recordSize > maxRecord:
			return nil, usage(fmt.Errorf("--record-size %d", o.recordSize), fmt.Sprintf("a number of MB, 1 to %d", maxRecord))
		}
		var err error
		if out.record, err = openRecording(o.record, int64(o.recordSize)<<20); err != nil {
			return nil, err
		}
	}
	if o.json != "-" && o.eve != "-" {
		w, _ := out.open("", "-")
		out.writers = append(out.writers, report.NewContacts(w, report.TextOptions{Verbose: a.verbose, Color: a.colour(a.out)}))
	}
	return out, nil
}

// told has the decoys tell what happens.
func (o *decoyOutput) told(p *decoyPlan) decoy.Options {
	options := p.options
	o.where = p.where
	for i := range options.Groups {
		g := &options.Groups[i]
		if o.total += g.Addrs.Len(); g.Also.First.IsValid() {
			o.total += g.Also.Len()
		}
	}
	people := o.a.people
	options.Ready = func() {
		fmt.Fprintf(people, "whorl: addresses that answer on %s: %d; interrupt to stop\n", o.where, o.total-o.lost)
	}
	options.Conflict = func(c decoy.Conflict) {
		if c.Addr != options.Gateway && c.Addr != options.Gateway6 {
			o.lost++
		}
		fmt.Fprintf(people, "whorl: %v\n", c)
	}
	options.Late = func(n int) {
		fmt.Fprintf(people, "whorl: frames lost: %d; raise --rate, or have fewer decoys here\n", n)
	}
	options.Unreached = func(err error) {
		fmt.Fprintf(people, "whorl: a visitor was reset: %v; start the program behind that port, where user nobody can reach it\n", err)
	}
	if r := o.record; r != nil {
		options.Record = r.add
		r.failed = func(err error) {
			fmt.Fprintf(people, "whorl: %s gets no more packets: %v; free the disk and begin another file\n", r.name, err)
		}
		r.full = func() {
			fmt.Fprintf(people, "whorl: %s has %d MB and gets no more packets; begin another file, or raise --record-size\n", r.name, r.limit>>20)
		}
	}
	options.Contact = o.contact
	return options
}

// begin tells people what is being done.
func (o *decoyOutput) begin(p *decoyPlan, conn link.Conn) {
	o.conn = conn
	if o.record != nil {
		o.keep(o.record.begin(conn.LinkType(), "whorl "+version+" "+strings.Join(o.a.args, " ")))
	}
	if !p.options.Free && p.iface != "" {
		fmt.Fprintf(o.a.people, "whorl: asking on %s whether the addresses are free\n", o.where)
	}
}

// contact judges what was learned and writes the record.
func (o *decoyOutput) contact(c *whorl.Contact) {
	if h := c.Learned; h != nil && len(h.Observations) > 0 && len(h.Verdicts) == 0 {
		o.judge.Judge(h)
		h.Next = nil // steps of a scanner, not of those who watch him
	}
	for _, w := range o.writers {
		o.keep(w.Contact(c))
	}
	if o.record != nil {
		o.record.flush()
	}
	if o.flush(); o.dead() && o.conn != nil {
		o.conn.Close()
	}
}

// end closes what is written and tells people what there was.
func (o *decoyOutput) end(n *decoy.Network, failed error) error {
	o.close()
	unrecorded := 0
	if o.record != nil {
		o.keep(o.record.close())
		unrecorded = o.record.missing
	}
	c := n.Counts()
	people := o.a.people
	fmt.Fprintf(people, "whorl: contacts: %d; packets for decoys: %d, sent: %d; decoys that answered: %d\n", c.Contacts, c.Answered, c.Sent, c.Made)
	tellCounted(people,
		counted{c.Untold, "contacts began in too great a number to be told of"},
		counted{c.Limited, "packets were held back by --peer-rate or --rate"},
		counted{c.Paused, "packets were not answered or sent in a pause"},
		counted{c.Unwelcome, "packets came from addresses that nobody answers"},
		counted{c.Dropped, "frames came too fast to be read"},
		counted{c.Refused + c.Overdue, "answers could not be sent"},
		counted{c.Unreached, "visitors were reset, as the program behind the port could not be reached"},
		counted{c.Full, "handshakes had to wait, as too many visitors were with programs behind ports"},
		counted{unrecorded, "packets were not recorded, as the disk was too slow"},
		counted{c.Unshown, "addresses stayed silent, as their record cannot be shown"},
		counted{c.Forgotten, "decoys were forgotten for others; remember more with --keep"})
	switch {
	case errors.Is(failed, decoy.ErrNoAddress):
		return partial(failed, "other addresses")
	case failed != nil:
		return partial(failed, "whorl decoy again when the interface is up")
	}
	return o.incomplete()
}

// dropPrivileges gives up what was needed to open the link.
func dropPrivileges() error {
	if err := link.DropPrivileges(); err != nil {
		return partial(err, "a binary built with CGO_ENABLED=0")
	}
	return nil
}
