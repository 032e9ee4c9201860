package main

import (
	"context"
	"errors"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"

	"whorl/decoy"
	"whorl/watch"
)

// decoyOptions are the flags of whorl decoy.
type decoyOptions struct {
	as, addrs, also        []string
	open, closed, filtered string
	services               []string
	mac                    string
	delay, jitter          period
	loss                   float64
	hops                   int
	iface, tun, tap        string
	gateways               []string
	key                    string
	peerRate, rate         rate
	only                   []string
	keep, ahead            int
	length                 period
	dryRun                 bool
	json, eve              string
	logPayload             bool
}

func (a *app) decoyCommand() *cobra.Command {
	o := &decoyOptions{peerRate: rate{value: 200}, rate: rate{value: 2000}}
	c := &cobra.Command{
		Use:   "decoy [OPTION]... --as NAME --addr ADDRESSES -i INTERFACE | FILE.toml",
		Short: "Answer at free addresses as other systems would",
		Long: `Answer at free addresses as other systems would, and tell who knocks.

--as names a record, by its name or as FILE:LINE; "any" is all of them, each
address another. whorl decoy list finds names. --addr is an address, a prefix or
a range; both may be given again. Of an IPv6 prefix PREFIX*N are the N addresses
that a scan asks first, and --also gives hosts an address over the other version
of IP. FILE.toml describes a whole network: hosts, ports, services, hardware
addresses, bad paths.

On an Ethernet (-i) each address is asked for first, for six seconds, and left
alone if somebody has it; one that somebody takes later is given up. Nothing is
announced. The addresses must not be this machine's, nor among those that a DHCP
server gives away. With --gateway the addresses are those of a network that
routers send to that address, and only it is asked for. --tun and --tap make an
interface with routes to the decoys, which is gone when the command ends.

Every contact is told: a line when it begins and when it is sure, all of it when
it has ended. What leaves is limited, to one peer and in all. Capabilities are
dropped as soon as everything is open. SIGUSR1 silences the decoys, SIGUSR2 lets
them answer again.`,
		Example: `  whorl decoy list windows server
  sudo whorl decoy --as "Linux 6.1 - 7.3" --addr 192.0.2.66 -i eth0 --open 22,80
  sudo whorl decoy --as any --addr 198.18.0.0/24 --tun decoys
  sudo whorl decoy --as any --addr 2001:db8:9::/64*50 --tun decoys
  sudo whorl decoy office.toml --eve /var/log/whorl-decoy.json
  whorl decoy office.toml --dry-run`,
		Args: takes(0, 1),
		RunE: func(c *cobra.Command, args []string) error { return a.decoy(c.Context(), o, args) },
	}
	who, how, link, limit, out := newPart("Decoys"), newPart("Behaviour"), newPart("Link"), newPart("Limits"), newPart("Outputs")
	f := who.flags
	f.StringArrayVar(&o.as, "as", nil, "answer as the record `NAME`; of several, each address one")
	f.StringArrayVar(&o.addrs, "addr", nil, "`ADDRESSES`: 192.0.2.7-9, 192.0.2.0/28, 2001:db8::/64*20")
	f.StringArrayVar(&o.also, "also", nil, "`ADDRESSES` of the same hosts over the other version of IP")
	f.StringVar(&o.key, "key", "", "secret `TEXT` behind all choices; else this machine's")
	f.BoolVar(&o.dryRun, "dry-run", false, "only print what would answer")
	f = how.flags
	f.StringVar(&o.open, "open", "", "open TCP `PORTS`: 22,80,8000-8010")
	f.StringVar(&o.closed, "closed", "", "closed TCP `PORTS`; all others are filtered then")
	f.StringVar(&o.filtered, "filtered", "", "filtered TCP `PORTS`")
	f.StringSliceVar(&o.services, "service", nil, "services `NAMES` as the system has them: ssh,http:8080")
	f.StringVar(&o.mac, "mac", "", "hardware `ADDRESS`, maker (cisco), \"own\" or \"random\"")
	f.Var(&o.delay, "delay", "`TIME` from a packet to its answer: 2ms")
	f.Var(&o.jitter, "jitter", "a packet takes up to `TIME` longer, each way")
	f.Float64Var(&o.loss, "loss", 0, "probability `P` that a packet is lost, each way")
	f.IntVar(&o.hops, "hops", 0, "seem to be behind `N` routers")
	f = link.flags
	f.StringVarP(&o.iface, "interface", "i", "", "answer on the Ethernet interface `NAME`")
	f.StringVar(&o.tun, "tun", "", "answer on the TUN interface `NAME`, made if need be")
	f.StringVar(&o.tap, "tap", "", "answer on the TAP interface `NAME`, made if need be")
	f.StringArrayVar(&o.gateways, "gateway", nil, "with -i: the addresses are routed to `ADDRESS`, ours too")
	f = limit.flags
	f.Var(&o.peerRate, "peer-rate", "packets a second to a peer; 0 is no limit; else 200")
	f.Var(&o.rate, "rate", "packets a second in all; 0 is no limit; else 2000")
	f.StringArrayVar(&o.only, "only", nil, "answer only peers in `PREFIX`; may be given again")
	f.IntVar(&o.keep, "keep", 65_536, "remember at most `N` decoys")
	f.IntVar(&o.ahead, "ahead", 0, "make `N` decoys before the first packet comes")
	f.Var(&o.length, "for", "end after `TIME`; else at an interrupt")
	f = out.flags
	f.StringVar(&o.json, "json", "", "write contacts as JSON Lines to `FILE`")
	f.Lookup("json").NoOptDefVal = "-"
	f.StringVar(&o.eve, "eve", "", "write contacts as Suricata does to `FILE`")
	f.BoolVar(&o.logPayload, "log-payload", false, "tell what visitors say to services, passwords too")
	addParts(c, who, how, link, limit, out)
	c.RegisterFlagCompletionFunc("interface", interfaces)
	c.AddCommand(a.decoyListCommand())
	return c
}

// decoy answers until an interrupt.
func (a *app) decoy(ctx context.Context, o *decoyOptions, args []string) error {
	p, err := a.decoyPlan(o, args)
	if err != nil {
		return err
	}
	if o.dryRun {
		return a.decoyDryRun(p)
	}
	ctx, stop := interruptible(ctx)
	defer stop()
	if o.length > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Duration(o.length))
		defer cancel()
	}
	err = a.answer(ctx, o, p)
	if err == nil && errors.Is(ctx.Err(), context.Canceled) {
		return errInterrupted
	}
	return err
}

// decoyGarbage is by how many percent memory may grow before garbage is collected: decoys
// take much memory and make little garbage, so it costs next to nothing to be thrifty.
const decoyGarbage = 10

// answer opens everything, drops privileges and runs the decoys.
func (a *app) answer(ctx context.Context, o *decoyOptions, p *decoyPlan) error {
	out, err := a.decoyOutput(o, p.set)
	if err != nil {
		return err
	}
	conn, err := a.decoyLink(p)
	if err != nil {
		return err
	}
	defer conn.Close()
	n, err := decoy.New(out.told(p))
	if err != nil {
		return usage(err, "whorl decoy list NAME says which records can be shown")
	}
	a.pausable(ctx, n)
	n.Watch(watch.New(watch.Options{Home: p.prefixes(), Contact: n.Recognised}))
	if err := dropPrivileges(); err != nil {
		return err
	}
	debug.SetGCPercent(decoyGarbage)
	n.Ahead(ctx, o.ahead)
	debug.FreeOSMemory() // what loading and making left
	release := context.AfterFunc(ctx, func() { conn.Close() })
	defer release()
	out.begin(p, conn)
	err = n.Run(conn)
	return out.end(n, err)
}
