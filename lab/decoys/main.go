// Command decoys prepares and judges a trial of "whorl decoy" by Nmap and p0f.
//
//	decoys sample [-n 200] [-seed 1] [-first 198.18.0.1] DATABASE FILE.toml TRUTH
//	decoys nmap TRUTH RESULT.xml...
//	decoys p0f DATABASE TRUTH p0f.fp LOG
//
// "sample" draws records of the second generation, each once, by the seed. It writes a file for
// whorl decoy that puts each at an address of its own, with ports 80 open and 81 closed, and
// the truth: address, tab, name. Addresses may be of IPv6. Records that cannot be shown are printed with the reason and
// counted; they take no address.
//
// "nmap" reads Nmap's XML and says for each address where its own name stands: first, or equal
// to the first with 100 %; further down; or not at all. "p0f" reads p0f's log and compares the
// system that it names, where it names one, with the classes of the record. Where they differ, and
// where the record tells no system, it prints the SYN-ACK, which is to be what the record says of S1.
package main

import (
	"errors"
	"flag"
	"io"
	"log"
	"net/netip"
	"os"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("decoys: ")
	if err := run(os.Args[1:], os.Stdout); err != nil {
		log.Fatal(err)
	}
}

const usage = `usage: decoys sample|nmap|p0f ...; the head of lab/decoys/main.go tells more`

func run(args []string, out io.Writer) error {
	if len(args) == 0 {
		return errors.New(usage)
	}
	f := flag.NewFlagSet(args[0], flag.ContinueOnError)
	var (
		n     = f.Int("n", 200, "`number` of records")
		seed  = f.Uint64("seed", 1, "`number` that decides which")
		first = netip.MustParseAddr("198.18.0.1")
	)
	f.TextVar(&first, "first", first, "`address` of the first decoy")
	if err := f.Parse(args[1:]); err != nil {
		return err
	}
	words := f.Args()
	switch {
	case args[0] == "sample" && len(words) == 3:
		return sample(words[0], words[1], words[2], *n, *seed, first, out)
	case args[0] == "nmap" && len(words) >= 2:
		return judgeNmap(words[0], words[1:], out)
	case args[0] == "p0f" && len(words) == 4:
		return judgeP0f(words[0], words[1], words[2], words[3], out)
	}
	return errors.New(usage)
}
