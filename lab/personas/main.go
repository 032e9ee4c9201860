// Command personas answers for all addresses of a prefix on one interface, each with
// the behaviour of a database record: many different hosts on a real wire. It wants an
// interface in a namespace whose kernel has no address of the prefix, no route to it
// and does not forward; it answers ARP by itself.
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
	"whorl/link"
	"whorl/link/afpacket"
	"whorl/method"
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

func run(ctx context.Context, args []string) error {
	var (
		f       = flag.NewFlagSet("personas", flag.ContinueOnError)
		h       = hosts{share: 1, keep: 32768, start: time.Now()}
		files   []string
		gateway netip.Addr
		ahead   = f.Int("ahead", 0, "make the personas of so `many` addresses before the first packet")
		key     = f.Uint64("key", 1, "`number` that decides which address is which record")
		own     = f.Bool("embedded", true, "use the records of the embedded database")
		truth   = f.String("truth", "", "write address and name of each persona made to this `file`")
	)
	f.Func("db", "use the records of this `file` too; may be given again", func(s string) error { files = append(files, s); return nil })
	f.TextVar(&gateway, "gateway", netip.Addr{}, "answer ARP for this `address` too")
	f.Float64Var(&h.share, "share", h.share, "`share` of the addresses that are live")
	f.IntVar(&h.keep, "keep", h.keep, "remember so `many` personas")
	f.DurationVar(&h.o.Delay, "delay", 0, "`time` from a packet to its answer")
	f.Func("open", "open TCP `ports`: 22,80; none by default", portsInto(&h.o.OpenTCP))
	f.Func("closed", "closed TCP `ports`; all others are filtered then", portsInto(&h.o.ClosedTCP))
	if err := f.Parse(args); err != nil {
		return err
	}
	if f.NArg() != 2 {
		return errors.New(usage)
	}
	var err error
	if h.prefix, err = netip.ParsePrefix(f.Arg(1)); err != nil {
		return err
	}
	binary.BigEndian.PutUint64(h.o.Key[:], *key)
	if err := h.load(files, *own); err != nil {
		return err
	}
	if *truth != "" {
		file, err := os.Create(*truth)
		if err != nil {
			return err
		}
		defer file.Close()
		h.truth = file
	}
	conn, err := open(f.Arg(0), h.prefix, gateway)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := h.ahead(*ahead); err != nil {
		return err
	}
	fmt.Println("READY")
	context.AfterFunc(ctx, func() { conn.Close() })
	w := &wire{conn: conn, hosts: &h, gateway: gateway}
	if err := w.run(); err != io.EOF {
		return err
	}
	log.Printf("%d frames received, %d sent, %d personas made, %d forgotten", w.received, w.sent, h.made, h.forgotten)
	return nil
}

// load reads the databases and puts their records into the order of the key.
func (h *hosts) load(files []string, own bool) error {
	c := osdb.Config{Files: files}
	if own {
		c.Embedded = data.Files
	}
	set, problems := osdb.Load(c)
	for _, p := range problems {
		log.Print(p)
	}
	if len(set) < len(files) {
		return errors.New("not every database could be read")
	}
	return h.order(set)
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

// seeded is the stream of an address, or of no address, for one purpose.
func seeded(key method.Key, addr netip.Addr, purpose string) method.Stream {
	return key.Stream(addr, "lab "+purpose)
}
