// Command personas answers for all addresses of a prefix on one interface, each with
// the behaviour of a database record: many different hosts on a real wire, by package decoy.
// It wants an interface in a namespace whose kernel has no address of the prefix, no route to
// it and does not forward; it answers ARP by itself, and asks nobody for the addresses.
//
//	personas -open 22,80 -truth truth.tsv t0 198.18.0.0/22
//
// The key decides which address is which record and which of the hosts that the record
// stands for, so that every run with it has the same hosts. Records are those of the
// embedded database and of the files given with -db, nmap-os-db for example, in an order
// that the key shuffles: as many addresses in a row as there are records are all different.
//
// Personas are made on the first packet for their address, or ahead, and the least
// lately used is forgotten for a new one. One that is made again has the same record,
// values and clock, but its counters begin anew; keep more than are scanned at a time.
//
// READY on standard output says that it answers. Once a second it complains of frames
// that were lost. SIGTERM ends it, and a line of counts follows.
package main

import (
	"context"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/netip"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"whorl/data"
	"whorl/decoy"
	"whorl/link"
	"whorl/link/afpacket"
	"whorl/osdb"
	"whorl/packet"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("personas: ")
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		log.Fatal(err)
	}
}

const usage = "usage: personas [flags] INTERFACE PREFIX"

// mac is the hardware address of all personas. It is not that of the interface, so the
// kernel behind it looks at no frame for them.
var mac = packet.MAC{0x02, 0x77, 0x68, 0x6f, 0x72, 0x6c}

func run(ctx context.Context, args []string) error {
	var (
		f     = flag.NewFlagSet("personas", flag.ContinueOnError)
		g     = decoy.Group{Share: 1, Hardware: decoy.Hardware{MAC: mac}}
		o     = decoy.Options{Start: time.Now(), Keep: 32768, MAC: mac, Free: true, Late: complain}
		files []string
		ahead = f.Int("ahead", 0, "make the personas of so `many` addresses before the first packet")
		key   = f.Uint64("key", 1, "`number` that decides which address is which record")
		own   = f.Bool("embedded", true, "use the records of the embedded database")
		truth = f.String("truth", "", "write address and name of each persona made to this `file`")
	)
	f.Func("db", "use the records of this `file` too; may be given again", func(s string) error { files = append(files, s); return nil })
	f.TextVar(&o.Gateway, "gateway", netip.Addr{}, "answer ARP for this `address`, and for no other then")
	f.Float64Var(&g.Share, "share", g.Share, "`share` of the addresses that are live")
	f.IntVar(&o.Keep, "keep", o.Keep, "remember so `many` personas")
	f.DurationVar(&g.Persona.Delay, "delay", 0, "`time` from a packet to its answer")
	f.Func("open", "open TCP `ports`: 22,80; none by default", portsInto(&g.Persona.OpenTCP))
	f.Func("closed", "closed TCP `ports`; all others are filtered then", portsInto(&g.Persona.ClosedTCP))
	if err := f.Parse(args); err != nil {
		return err
	}
	if f.NArg() != 2 {
		return errors.New(usage)
	}
	prefix, err := netip.ParsePrefix(f.Arg(1))
	if err != nil || !prefix.Addr().Is4() {
		return fmt.Errorf("%s: want an IPv4 prefix", f.Arg(1))
	}
	g.Addrs = decoy.RangeOf(prefix)
	binary.BigEndian.PutUint64(o.Key[:], *key)
	if g.Entries, err = load(files, *own); err != nil {
		return err
	}
	if *truth != "" {
		file, err := os.Create(*truth)
		if err != nil {
			return err
		}
		defer file.Close()
		o.Made = tell(file)
	}
	o.Groups = []decoy.Group{g}
	n, err := decoy.New(o)
	if err != nil {
		return err
	}
	conn, err := open(f.Arg(0), prefix, o.Gateway)
	if err != nil {
		return err
	}
	defer conn.Close()
	return answer(ctx, n, conn, *ahead)
}

// answer runs the personas until an interrupt, so many of them made beforehand.
func answer(ctx context.Context, n *decoy.Network, conn link.Conn, ahead int) error {
	n.Ahead(ctx, ahead)
	fmt.Println("READY")
	context.AfterFunc(ctx, func() { conn.Close() })
	if err := n.Run(conn); err != nil {
		return err
	}
	c := n.Counts()
	log.Printf("%d frames received, %d sent, %d personas made, %d forgotten", c.Received, c.Sent, c.Made, c.Forgotten)
	return nil
}

// tell writes address and name of a persona.
func tell(w io.Writer) func(netip.Addr, *osdb.Entry) {
	return func(addr netip.Addr, e *osdb.Entry) {
		if _, err := fmt.Fprintf(w, "%v\t%s\n", addr, e.Name); err != nil {
			log.Fatal(err) // nobody could tell right from wrong any more
		}
	}
}

func complain(lost int) {
	log.Printf("%d frames lost; scan more slowly, or end other programs", lost)
}

// load gives the records of the second generation.
func load(files []string, own bool) (entries []*osdb.Entry, err error) {
	c := osdb.Config{Files: files}
	if own {
		c.Embedded = data.Files
	}
	set, problems := osdb.Load(c)
	for _, p := range problems {
		if p.Line == 0 {
			return nil, p
		}
		log.Print(p)
	}
	for _, e := range set.Entries() {
		if e.Gen2 != nil {
			entries = append(entries, e)
		}
	}
	if len(entries) == 0 {
		return nil, errors.New("the databases have no record of the second generation")
	}
	return entries, nil
}

// open opens the interface for what is sent to the prefix or asks for the gateway.
func open(name string, prefix netip.Prefix, gateway netip.Addr) (*afpacket.Conn, error) {
	i, err := net.InterfaceByName(name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	heard := []netip.Prefix{prefix}
	if gateway.IsValid() {
		heard = append(heard, netip.PrefixFrom(gateway, gateway.BitLen()))
	}
	const ring = 64 << 20 // half a million frames: the time in which a persona is made must not lose any
	return afpacket.Open(afpacket.Options{
		Route:  link.Route{Interface: name, Index: i.Index, MTU: i.MTU, Link: packet.Ethernet},
		Filter: afpacket.Towards(packet.Ethernet, heard...),
		Ring:   ring,
	})
}

func portsInto(ports *[]uint16) func(string) error {
	return func(s string) error {
		for w := range strings.SplitSeq(s, ",") {
			p, err := strconv.ParseUint(w, 10, 16)
			if err != nil || p == 0 {
				return fmt.Errorf("%q is no port", w)
			}
			*ports = append(*ports, uint16(p))
		}
		return nil
	}
}
