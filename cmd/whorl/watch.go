package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"sync"

	"github.com/spf13/cobra"

	"whorl/verdict"
	"whorl/watch"
)

// watchOptions are the flags of whorl watch.
type watchOptions struct {
	files       []string
	iface       string
	promiscuous bool
	home        []string
	checksums   bool
	sessions    int

	judging

	eve, cef, json, syslogTo string
	syslog, once             bool
}

func (a *app) watchCommand() *cobra.Command {
	o := &watchOptions{}
	c := &cobra.Command{
		Use:   "watch [OPTION]... -r FILE... | -i INTERFACE",
		Short: "Recognise fingerprinting and scans aimed at our hosts",
		Long: `Recognise fingerprinting and scans aimed at our hosts. Sends nothing.

Each contact is told with the tool, how sure that is, which probes came, which
of them our hosts answered, and what the scanner now believes of their system:
the verdict that whorl itself reaches from the same answers. Sources that act as
one (decoys of nmap -D) are one contact.

-r reads captures: pcap and pcapng, compressed or not, of any number of
interfaces; - is standard input. All files are one story, in the order given,
and a contact is printed when it has ended. -i watches an interface: a line when
a contact is probable and when it is confirmed, all of it when it has ended.
Files are gone on with then, not written anew.

--home names our own addresses. Without it whoever sends a probe is the scanner,
also if he is one of us.`,
		Example: `  whorl watch -r monday.pcapng
  sudo whorl watch -i eth0 --home 192.0.2.0/24 --eve /var/log/whorl.json
  sudo whorl watch -i eth0 --syslog --syslog-to 192.0.2.9:514
  whorl watch -r - --once <capture.pcap   # exit status 3 if there was a contact`,
		RunE: func(c *cobra.Command, args []string) error { return a.watch(c.Context(), o, args) },
	}
	in, how, out := newPart("Input"), newPart("Judgement"), newPart("Outputs")
	f := in.flags
	f.StringArrayVarP(&o.files, "read", "r", nil, "read the capture `FILE`; further words are files too")
	f.StringVarP(&o.iface, "interface", "i", "", "watch the interface `NAME`")
	f.BoolVar(&o.promiscuous, "promiscuous", true, "with -i: hear what is sent to others too")
	f.StringArrayVar(&o.home, "home", nil, "our addresses, as `PREFIX`; may be given again")
	f.BoolVar(&o.checksums, "checksums", false, "pass over segments with a wrong checksum")
	f.IntVar(&o.sessions, "sessions", 65_536, "remember at most `N` contacts at once")
	o.judging.flags(how.flags)
	f = out.flags
	f.StringVar(&o.json, "json", "", "write JSON Lines to `FILE`, or to standard output")
	f.Lookup("json").NoOptDefVal = "-"
	f.StringVar(&o.eve, "eve", "", "write alerts as Suricata does to `FILE`")
	f.StringVar(&o.cef, "cef", "", "write lines of the Common Event Format to `FILE`")
	f.BoolVar(&o.syslog, "syslog", false, "write to the log of this machine")
	f.StringVar(&o.syslogTo, "syslog-to", "", "write to the log at `HOST:PORT`, over UDP")
	f.BoolVar(&o.once, "once", false, "exit status 3 after a contact; -i stops at it")
	addParts(c, in, how, out)
	c.RegisterFlagCompletionFunc("interface", interfaces)
	c.RegisterFlagCompletionFunc("rule", cobra.FixedCompletions(rules, cobra.ShellCompDirectiveNoFileComp))
	return c
}

// check refuses what cannot be done, and finds the files and our addresses.
func (o *watchOptions) check(args []string) (home []netip.Prefix, err error) {
	o.files = append(o.files, args...)
	if err := o.checkNames(); err != nil {
		return nil, err
	}
	switch {
	case len(o.files) == 0 && o.iface == "":
		return nil, usage(errors.New("there is nothing to watch"), "whorl watch -r FILE, or -i INTERFACE")
	case len(o.files) > 0 && o.iface != "":
		return nil, usage(errors.New("-r and -i exclude each other"), "one of them")
	case o.sessions < 1:
		return nil, usage(fmt.Errorf("--sessions %d remembers nothing", o.sessions), "--sessions 65536")
	}
	if o.syslogTo != "" {
		if _, port, err := net.SplitHostPort(o.syslogTo); err != nil || port == "" {
			return nil, usage(fmt.Errorf("--syslog-to %q is no host and port", o.syslogTo), "--syslog-to 192.0.2.9:514")
		}
	}
	for _, text := range o.home {
		p, err := prefix(text)
		if err != nil {
			return nil, usage(fmt.Errorf("--home %q is neither a prefix nor an address", text), "--home 192.0.2.0/24")
		}
		home = append(home, p)
	}
	return home, nil
}

// checkNames refuses outputs that would overwrite each other, or what is read.
func (o *watchOptions) checkNames() error {
	outputs := []string{o.json, o.eve, o.cef}
	for i, name := range outputs {
		switch {
		case name == "":
		case name == "-" && slices.Contains(outputs[:i], name):
			return usage(errors.New("two outputs are to go to standard output"), "give one of them a file")
		case name != "-" && slices.Contains(slices.Concat(outputs[:i], o.files), name):
			return usage(fmt.Errorf("%s is to be written, and is named once more", name), "a file of its own for each output")
		}
	}
	return nil
}

// prefix reads a prefix, or an address as one of its own.
func prefix(text string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(text); err == nil {
		return a.Prefix(a.BitLen())
	}
	p, err := netip.ParsePrefix(text)
	return p.Masked(), err
}

func (a *app) watch(ctx context.Context, o *watchOptions, args []string) error {
	home, err := o.check(args)
	if err != nil {
		return err
	}
	how, err := o.judging.options()
	if err != nil {
		return err
	}
	judge, err := a.watchJudge(how, o.iface == "")
	if err != nil {
		return err
	}
	out, err := a.watchOutput(o, judge)
	if err != nil {
		return err
	}
	ctx, stop := interruptible(ctx)
	defer stop()
	w := watch.New(watch.Options{Home: home, Sessions: o.sessions, Contact: out.contact, Checksums: o.checksums})
	if o.iface != "" {
		err = a.watchLive(ctx, o, w, out)
	} else {
		err = a.readCaptures(ctx, o.files, captures{w.Frame, &out.skipped})
	}
	w.End()
	failed := out.end(w, err)
	switch {
	case failed != nil:
		return failed
	case err != nil:
		return err
	case ctx.Err() != nil:
		return errInterrupted
	case o.once && out.seen:
		return errSeen
	}
	return nil
}

// watchJudge gives what makes the judge. If that can wait until there is something to judge,
// databases are read then, as most captures hold nothing of the kind: but those that were
// asked for by name are read at once, so that a wrong name is told.
func (a *app) watchJudge(how verdict.Options, wait bool) (func() (*verdict.Judge, error), error) {
	judge := sync.OnceValues(func() (*verdict.Judge, error) {
		set, err := a.load()
		if err != nil {
			return nil, err
		}
		return verdict.NewJudges(set, how).New(), nil
	})
	if wait && len(a.databases) == 0 {
		return judge, nil
	}
	_, err := judge()
	return judge, err
}

// errSeen ends a run that was to find out whether there is a contact.
var errSeen = &coded{code: exitFound, err: errors.New("there was a contact")}
