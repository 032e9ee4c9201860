package main

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"

	"github.com/spf13/cobra"

	"whorl"
	"whorl/listen"
	"whorl/osdb"
	"whorl/verdict"
)

// listenOptions are the flags of whorl listen.
type listenOptions struct {
	files        []string
	iface        string
	promiscuous  bool
	bpf          string
	json, p0fLog string
	api, apiMode string
	hosts, flows int
	confidence   float64
}

func (a *app) listenCommand() *cobra.Command {
	o := &listenOptions{}
	c := &cobra.Command{
		Use:   "listen [OPTION]... -r FILE... | -i INTERFACE",
		Short: "Name hosts by what they send of themselves; sends nothing",
		Long: `Name hosts by what they send of themselves; sends nothing.

Systems are told by the SYNs with which they begin connections and the SYN-ACKs
with which they accept them. A line is printed for each address: the system, how
sure that is, the distance, what the path and the application have set. -v tells
why. A signature without a name is printed as it is.

-r reads captures: pcap and pcapng, compressed or not, of any number of
interfaces; - is standard input. All files are one story, in the order given.
The result comes at the end. -i listens to an interface and prints a host as
soon as it is known, and again when it shows something new. --bpf narrows what
is heard; tcpdump makes the filter, for an interface that is not Ethernet (lo,
tun, ppp) with -y RAW: --bpf "$(tcpdump -y EN10MB -ddd net 192.0.2.0/24)".

Where several systems take turns at an address, or one follows on another, the
address gets no name but the reasons. Where machines of one system do, as their
clocks or IP IDs tell, it keeps the name, and they are counted. Where something
near the client completes the handshakes of far hosts, these get none either.
p0f.fp is read where it is installed.

Port unreachables and echo replies confirm the name, tell generations apart, or
contradict it, which is a warning. Alone they tell Windows at most.

What hosts say of themselves (User-Agent, Server, SSH, SMB, NTLM, NetBIOS, mDNS,
SSDP, DHCP, ping) names nobody: it stands beside a host without a name, and
there is a warning if it contradicts the stack.`,
		Example: `  whorl listen -r office.pcapng
  whorl listen -r monday.pcap tuesday.pcap.gz --json hosts.json
  sudo whorl listen -i eth0
  sudo whorl listen -i eth0 --api /run/p0f.sock --api-mode 0660`,
		RunE: func(c *cobra.Command, args []string) error { return a.listen(c.Context(), o, args) },
	}
	in, how, out := newPart("Input"), newPart("Judgement"), newPart("Outputs")
	f := in.flags
	f.StringArrayVarP(&o.files, "read", "r", nil, "read the capture `FILE`; further words are files too")
	f.StringVarP(&o.iface, "interface", "i", "", "listen to the interface `NAME`")
	f.BoolVar(&o.promiscuous, "promiscuous", true, "with -i: hear what is sent to others too")
	f.StringVar(&o.bpf, "bpf", "", "with -i: hear only what passes `CODE` of tcpdump -ddd")
	f.IntVar(&o.hosts, "hosts", 500_000, "remember at most `N` addresses at once")
	f.IntVar(&o.flows, "flows", 32_768, "remember at most `N` connections at once")
	f = how.flags
	f.Float64Var(&o.confidence, "confidence", 0.75, "least probability `P` of a name, 0.5 to 0.99")
	f = out.flags
	f.StringVar(&o.json, "json", "", "write JSON Lines to `FILE`, or to standard output")
	f.Lookup("json").NoOptDefVal = "-"
	f.StringVar(&o.p0fLog, "p0f-log", "", "write a line a handshake as p0f does to `FILE`")
	f.StringVar(&o.api, "api", "", "with -i: answer p0f's clients on the unix socket `PATH`")
	f.StringVar(&o.apiMode, "api-mode", "0600", "permissions of the socket, octal `MODE`")
	addParts(c, in, how, out)
	c.RegisterFlagCompletionFunc("interface", interfaces)
	return c
}

// check refuses what cannot be done, and finds the files.
func (o *listenOptions) check(args []string) error {
	o.files = append(o.files, args...)
	switch {
	case len(o.files) == 0 && o.iface == "":
		return usage(errors.New("there is nothing to listen to"), "whorl listen -r FILE, or -i INTERFACE")
	case len(o.files) > 0 && o.iface != "":
		return usage(errors.New("-r and -i exclude each other"), "one of them")
	case o.bpf != "" && o.iface == "":
		return usage(errors.New("--bpf goes with -i"), "tcpdump -r FILE -w - EXPRESSION | whorl listen -r -")
	case o.hosts < 1 || o.flows < 1:
		return usage(errors.New("at least one must be remembered"), "--hosts 500000 --flows 32768")
	case o.hosts > mostRemembered || o.flows > mostRemembered:
		return usage(fmt.Errorf("at most %d can be remembered", mostRemembered), "--hosts 500000 --flows 32768")
	case !(o.confidence >= 0.5 && o.confidence <= 0.99):
		return usage(fmt.Errorf("--confidence %v is not from 0.5 to 0.99", o.confidence), "--confidence 0.75")
	case o.json == "-" && o.p0fLog == "-":
		return usage(errors.New("two outputs are to go to standard output"), "give one of them a file")
	case o.json != "" && o.json == o.p0fLog:
		return usage(fmt.Errorf("two outputs are to go to %s", o.json), "give one of them another file")
	}
	for _, name := range []string{o.json, o.p0fLog} {
		if name != "-" && slices.Contains(o.files, name) {
			return usage(fmt.Errorf("%s is to be read, and to be written", name), "another file")
		}
	}
	return o.checkAPI()
}

// mostRemembered is the largest limit of a table: some 40 GB of addresses, or 6 GB of
// connections.
const mostRemembered = 50_000_000

// listenGC is by how much memory may grow before garbage is collected, percent. What is kept
// are tables without pointers and databases that stay; a small capture is done before the
// first collection, which takes a fifth of such a run (measured). From listenMemory bytes on,
// and listenHost bytes for each address, garbage is collected as often as it takes: 500,000
// addresses with signatures of their own are 390 MB that stay (measured).
const (
	listenGC     = 400
	listenMemory = 128 << 20
	listenHost   = 1 << 10
)

func (a *app) listen(ctx context.Context, o *listenOptions, args []string) error {
	if err := o.check(args); err != nil {
		return err
	}
	defer debug.SetGCPercent(debug.SetGCPercent(listenGC))
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(listenMemory + int64(o.hosts)*listenHost))
	config := a.config()
	config.Passive, config.Lazy, config.Lenient, config.Places.Nmap = true, true, a.verbose == 0, nil
	set, problems := osdb.Load(config)
	if err := a.checkLoaded(set, a.mendable(config, problems)); err != nil {
		return err
	}
	judge := verdict.NewHandshakes(set, verdict.Options{Confidence: whorl.Fraction(o.confidence)})
	if a.verbose > 0 || o.json != "" {
		judge.Explained()
	}
	out, err := a.listenOutput(o, judge)
	if err != nil {
		return err
	}
	ctx, stop := interruptible(ctx)
	defer stop()
	l := out.listener(listen.Options{Hosts: o.hosts, Flows: o.flows})
	if out.api, err = o.answer(set, l); err != nil {
		return err
	}
	defer out.api.close()
	if o.iface != "" {
		err = a.listenLive(ctx, o, l, out)
	} else {
		err = a.readCaptures(ctx, o.files, captures{l.Frame, &out.skipped})
		for h := range l.Hosts() {
			out.host(h)
		}
		for h := range l.Sayers() {
			out.host(h)
		}
	}
	failed := out.end(l, err)
	switch {
	case failed != nil:
		return failed
	case err != nil:
		return err
	case ctx.Err() != nil:
		return errInterrupted
	}
	return nil
}
