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

func (a *app) decoyCommand() *cobra.Command {
	o := &decoyOptions{}
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

--service gives ports words that fit the record, which lead nowhere, or a real
program on this machine: its address, or unix: and the path of its socket. The
record's stack stays before it.

Every contact is told: a line when it begins and when it is sure, all of it when
it has ended. --record keeps its packets. What leaves is limited, to one peer
and in all. Capabilities are dropped as soon as everything is open. SIGUSR1
silences the decoys, SIGUSR2 lets them answer again.`,
		Example: `  whorl decoy list windows server
  sudo whorl decoy --as "Linux 6.1 - 7.3" --addr 192.0.2.66 -i eth0 --open 22,80
  sudo whorl decoy --as "Linux 6.1 - 7.3" --addr 192.0.2.66 -i eth0 \
    --service 22=127.0.0.1:2222,80=unix:/run/web.sock --record contacts.pcapng
  sudo whorl decoy --as any --addr 198.18.0.0/24 --open 22,80 --tun decoys
  sudo whorl decoy --as any --addr 2001:db8:9::/64*50 --open 80 --tun decoys
  sudo whorl decoy office.toml --eve /var/log/whorl-decoy.json
  whorl decoy office.toml --dry-run`,
		Args: takes(0, 1),
		RunE: func(c *cobra.Command, args []string) error { return a.decoy(c.Context(), o, args) },
	}
	o.flags(c)
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
