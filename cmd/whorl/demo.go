package main

import (
	"context"
	cryptorand "crypto/rand"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"whorl"
	"whorl/data"
	"whorl/link"
	"whorl/link/sim"
	"whorl/method"
	"whorl/osdb"
	"whorl/packet"
	"whorl/persona"
	"whorl/report"
	"whorl/scan"
	"whorl/verdict"
)

func (a *app) demoCommand() *cobra.Command {
	return &cobra.Command{
		Use: "demo", Short: "Scan a simulated office; needs no privilege and no network", Args: takes(0, 0),
		Long: `Scan a simulated office; needs no privilege and no network.

The office exists in memory only: every machine in it is a record of the
embedded database that answers packets as that system would. It is scanned with
the code that scans real networks, in real time, and the result stands beside
the truth. -v adds the reasons for each answer.`,
		RunE: func(c *cobra.Command, _ []string) error { return a.demo(c.Context()) },
	}
}

// officeSize is how many machines the office has, the unknown one included.
const officeSize = 12

// office is a network in memory and the truth about it.
type office struct {
	net   *sim.Net
	hosts []officeHost
}

type officeHost struct {
	addr   netip.Addr
	truth  string
	behind string // what its port 80 is translated to; empty: nothing
}

var officePrefix = netip.MustParsePrefix("192.0.2.0/28") // for documentation, RFC 5737

func (a *app) demo(ctx context.Context) error {
	set, problems := osdb.Load(osdb.Config{Embedded: data.Files})
	if len(problems) > 0 {
		return partial(problems[0], "")
	}
	of, err := newOffice(set)
	if err != nil {
		return partial(err, "")
	}
	fmt.Fprintf(a.people, "An office of %d machines in memory, at %v. Scanning it for real ...\n", len(of.hosts), officePrefix)
	job := scan.Job{Timing: scan.Timings[3], Targets: &scan.Targets{}}
	cryptorand.Read(job.Key[:])
	for _, h := range of.hosts {
		if err := job.Targets.Add(h.addr.String(), nil); err != nil {
			return err
		}
	}
	found := map[netip.Addr]*whorl.Host{}
	ctx, stop := interruptible(ctx)
	defer stop()
	progress := &scan.Progress{}
	status := a.status(ctx, progress, uint64(len(of.hosts)), 0)
	judges := verdict.NewJudges(set, verdict.Options{})
	begun := time.Now()
	err = scan.Run(ctx, job, scan.Config{
		Network: of, Version: version, Progress: progress,
		NewJudge: func() scan.Judge { return verdict.NewMemo(judges.New(), explained(a.verbose), a.verbose > 0) },
		Host:     func(h *whorl.Host) { found[h.Addr] = h },
	})
	status.stop()
	if err != nil {
		return partial(err, "")
	}
	took := time.Since(begun)
	a.compare(of, found)
	if err := a.reasons(of, found); err != nil {
		return partial(err, "free the disk, or write elsewhere")
	}
	if ctx.Err() != nil {
		return errInterrupted
	}
	fmt.Fprintf(a.people, "%d machines in %.1f seconds. Next: whorl scan localhost (needs CAP_NET_RAW).\n", len(of.hosts), took.Seconds())
	return nil
}

// compare prints what was found beside what is true.
func (a *app) compare(of *office, found map[netip.Addr]*whorl.Host) {
	w := tabwriter.NewWriter(a.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "ADDRESS\tWHORL SAYS\tSURE\tTHE TRUTH")
	for _, h := range of.hosts {
		name, sure := "no answer", ""
		if f := found[h.addr]; f != nil && f.Status.Up {
			name = whorl.Unknown
			if len(f.Verdicts) > 0 {
				name = f.Verdicts[0].Name
				if c := f.Verdicts[0].Confidence; c > 0 {
					sure = fmt.Sprintf("%d %%", c.Percent())
				}
			}
		}
		fmt.Fprintf(w, "%v\t%s\t%s\t%s\n", h.addr, brief(name), sure, brief(h.truth))
		if h.behind != "" {
			fmt.Fprintf(w, "\t\t\t  port 80 leads to %s\n", brief(h.behind))
		}
	}
	w.Flush()
}

// reasons prints the whole report of each machine, if more is asked for.
func (a *app) reasons(of *office, found map[netip.Addr]*whorl.Host) error {
	if a.verbose == 0 {
		return nil
	}
	fmt.Fprintln(a.out)
	w := report.NewText(a.out, report.TextOptions{Verbose: a.verbose, Color: a.colour(a.out)})
	for _, h := range of.hosts {
		if f := found[h.addr]; f != nil {
			f.Next = nil // nobody can reach these machines but the demonstration
			if err := w.Host(f); err != nil {
				return err
			}
		}
	}
	return nil
}

// brief leaves out what a name has in parentheses.
func brief(name string) string {
	name, _, _ = strings.Cut(name, " (")
	return name
}

// newOffice puts one machine of each family of the database into a network, the
// web port of one of them behind another's address translation, and one machine
// that no record knows.
func newOffice(set osdb.Set) (*office, error) {
	of := &office{net: sim.New(sim.Options{Link: packet.Ethernet, RealTime: true, Seed: 1, Resets: true})}
	var key method.Key
	addr := officePrefix.Addr()
	next := func() netip.Addr { addr = addr.Next(); return addr }
	next() // the scanner's own

	var made []*osdb.Entry
	families := map[string]bool{}
	for _, e := range set.Entries() {
		if len(made) == officeSize-2 {
			break
		}
		if len(e.Classes) == 0 || families[e.Classes[0].Family] || !speaks(e) {
			continue
		}
		at := next()
		p, err := persona.New(e, persona.Options{Addr: at, Key: key, OpenTCP: []uint16{22, 80}, Delay: officeDelay})
		if err != nil {
			continue
		}
		families[e.Classes[0].Family] = true
		made = append(made, e)
		of.add(at, p, e.Name, "")
	}
	if len(made) < 2 {
		return nil, errors.New("the embedded database has too few systems for a demonstration")
	}
	if err := of.addNAT(next(), made[0], made[1], key); err != nil {
		return nil, err
	}
	unknown, err := persona.New(stranger(), persona.Options{Addr: next(), Key: key, OpenTCP: []uint16{80}, Delay: officeDelay})
	if err != nil {
		return nil, err
	}
	of.add(addr, unknown, "a stack that no record knows", "")
	return of, nil
}

const officeDelay = 300 * time.Microsecond

// speaks reports whether a record says enough of a second-generation scan to make
// a machine that can be recognised.
func speaks(e *osdb.Entry) bool {
	return e.Gen2 != nil && len(e.Gen2.Lines()) >= 10
}

func (of *office) add(addr netip.Addr, node link.Node, truth, behind string) {
	rng := rand.New(rand.NewPCG(1, uint64(len(of.hosts))))
	of.net.Add(addr, &sim.Impair{Node: node, Delay: officeDelay, Jitter: officeDelay / 2, Rand: rng})
	of.hosts = append(of.hosts, officeHost{addr, truth, behind})
}

// addNAT adds a router whose port 80 is another machine behind it.
func (of *office) addNAT(addr netip.Addr, router, server *osdb.Entry, key method.Key) error {
	box, err := persona.New(router, persona.Options{Addr: addr, Key: key, Delay: officeDelay})
	if err != nil {
		return err
	}
	private := netip.MustParseAddr("10.0.0.2")
	inside, err := persona.New(server, persona.Options{Addr: private, Key: key, OpenTCP: []uint16{80}, Delay: officeDelay})
	if err != nil {
		return err
	}
	nat := &sim.NAT{Public: addr, Box: box, TCP: map[uint16]sim.Inside{80: {Node: inside, Addr: private, Port: 80}}}
	of.add(addr, nat, router.Name, server.Name)
	return nil
}

// strangerText is a stack that does not exist.
const strangerText = `Fingerprint stranger
SEQ(SP=20-30%GCD=1-6%ISR=60-70%TI=RI%CI=BI%II=RI%SS=O%TS=7)
OPS(O1=M4B0T11W3NS%O2=M4B0T11W3NS%O3=M4B0T11W3NNN%O4=M4B0T11W3NS%O5=M4B0T11W3NS%O6=M4B0T11NNNNS)
WIN(W1=3039%W2=3039%W3=3039%W4=3039%W5=3039%W6=3039)
ECN(R=Y%DF=N%T=5A-64%W=3039%O=M4B0W3NNNNNNNS%CC=S%Q=R)
T1(R=Y%DF=N%T=5A-64%S=O%A=S+%F=AS%RD=0%Q=R)
T2(R=Y%DF=N%T=5A-64%W=7B%S=A+%A=O%F=AUR%O=%RD=0%Q=)
T3(R=Y%DF=N%T=5A-64%W=7B%S=A+%A=O%F=AUR%O=%RD=0%Q=)
T4(R=Y%DF=N%T=5A-64%W=7B%S=A+%A=O%F=AUR%O=%RD=0%Q=)
T5(R=Y%DF=N%T=5A-64%W=7B%S=O%A=S+%F=AUR%O=%RD=0%Q=)
T6(R=Y%DF=N%T=5A-64%W=7B%S=O%A=S+%F=AUR%O=%RD=0%Q=)
T7(R=Y%DF=N%T=5A-64%W=7B%S=O%A=S+%F=AUR%O=%RD=0%Q=)
U1(R=Y%DF=Y%T=5A-64%IPL=70%UN=0%RIPL=G%RID=G%RIPCK=Z%RUCK=G%RUD=G)
IE(R=Y%DFI=Y%T=5A-64%CD=Z)
`

func stranger() *osdb.Entry {
	db, _ := osdb.Read(strings.NewReader(strangerText), "demo", "demo")
	return db.Entries[0]
}

// Route and Open make the office a network to scan.
func (of *office) Route(addr netip.Addr) (link.Route, error) {
	us := officePrefix.Addr().Next()
	return link.Route{Interface: "office", Index: 1, MTU: 1500, Link: packet.Ethernet, Src: us, SrcMAC: packet.MAC{2, 0, 0, 0, 0, 1}, NextHop: addr}, nil
}

// Open gives the only link there is.
func (of *office) Open(link.Route) (link.Conn, error) { return of.net, nil }
