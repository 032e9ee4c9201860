// Command referee holds whorl and Nmap side by side against the real stacks of the lab,
// of which the truth is known. It needs Linux and root, as lab/up does.
//
//	go run ./lab/referee ask whorl -kernels ~/kernels > lab/referee/whorl.tsv
//	go run ./lab/referee ask nmap -kernels ~/kernels > lab/referee/nmap793.tsv
//	go run ./lab/referee accuracy lab/referee/nmap793.tsv lab/referee/whorl.tsv
//	go run ./lab/referee ask whorl -deep -kernels ~/kernels > lab/referee/deep.tsv
//	go run ./lab/referee ask whorl -6 -kernels ~/kernels
//	go run ./lab/referee accuracy -deep lab/referee/whorl.tsv lab/referee/deep.tsv
//	go run ./lab/referee steady
//	go run ./lab/referee named -db /usr/share/nmap/nmap-os-db result.json truth.tsv
//	go run ./lab/referee figures result.json
//	go run ./lab/referee unchanged clean.json lossy.json
//	go run ./lab/referee flows capture.pcap result.json
//	go run ./lab/referee idle
//
// "ask" names the targets of targets.tsv, all or those given; without -kernels those
// that are emulated are left out. With -deep whorl sends its own probes too, and is to
// name no more versions than these leave. With -6 both ask over IPv6, and targets without
// an address of it are left out. "accuracy" makes one Markdown table of two such
// answers. "steady" scans one host again and again over a line that loses frames, while
// the processors are busy, and counts how often the answer is the same.
//
// The others read what "whorl scan --json" has written, on any system. "named" holds it
// beside what lab/personas wrote with -truth: how many are named as themselves. "figures"
// says how complete and how even in time it is, "unchanged" how many headlines are the same
// in two results, "flows" how right the times of --temporal are by a capture at the hosts, or
// by one of our own interface if that is named too, and how the connections ended.
//
// The tests of this package ask both programs about the targets that come up in no time:
// their fingerprints must agree but for what differences.txt explains, and whorl's own
// database must name every one of them rightly.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

const usage = `usage: referee ask nmap|whorl [-deep|-6] [-kernels DIR] [-out DIR] [NAME...]
       referee accuracy [-deep] NMAP.tsv|WHORL.tsv WHORL.tsv|DEEP.tsv
       referee steady [-n 50] [-busy 2] [-loss 0.02]
       referee named [-db FILE]... [-least SHARE] [-list] RESULT.json TRUTH.tsv
       referee figures RESULT.json
       referee unchanged RESULT.json RESULT.json
       referee flows CAPTURE.pcap RESULT.json [OURS.pcap]
       referee idle [-for 10s]`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "referee:", err)
		stop()
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return errors.New(usage)
	}
	f := flag.NewFlagSet("referee "+args[0], flag.ContinueOnError)
	switch args[0] {
	case "ask":
		if len(args) < 2 {
			return errors.New(usage)
		}
		q := question{}
		f.StringVar(&q.kernels, "kernels", "", "`directory` with kernels that lab/kernel has unpacked")
		f.BoolVar(&q.deep, "deep", false, "have whorl send its own probes too")
		f.BoolVar(&q.six, "6", false, "ask over IPv6")
		f.StringVar(&q.out, "out", "", "keep what the program printed in this `directory`")
		if err := f.Parse(args[2:]); err != nil {
			return err
		}
		q.names = f.Args()
		name := args[1]
		if q.deep {
			name += deepWord
		}
		if q.six {
			name += sixWord
		}
		return withTool(name, func(ask tool) error { return q.table(ctx, ask, os.Stdout) })
	case "accuracy":
		who := [2]string{"nmap", "whorl"}
		f.BoolFunc("deep", "compare whorl without and with its own probes", func(string) error {
			who = [2]string{"whorl", "whorl" + deepWord}
			return nil
		})
		if err := f.Parse(args[1:]); err != nil {
			return err
		}
		if f.NArg() != 2 {
			return errors.New(usage)
		}
		return accuracy(who, f.Arg(0), f.Arg(1), os.Stdout)
	case "steady":
		s := steadiness{}
		f.IntVar(&s.scans, "n", 50, "`number` of scans")
		f.IntVar(&s.busy, "busy", 2, "`number` of processors kept busy")
		f.Float64Var(&s.loss, "loss", 0.02, "`probability` that a frame is lost, in each direction")
		if err := f.Parse(args[1:]); err != nil {
			return err
		}
		return withTool("whorl", func(ask tool) error { return s.run(ctx, ask, os.Stdout) })
	case "idle":
		length := f.Duration("for", 10*time.Second, "how `long` to look")
		if err := f.Parse(args[1:]); err != nil {
			return err
		}
		return idle(os.Stdout, *length)
	}
	return read(f, args, os.Stdout)
}

// read does what needs results only.
func read(f *flag.FlagSet, args []string, w io.Writer) error {
	c := census{}
	if args[0] == "named" {
		f.Func("db", "`file` that the personas were made from too; may be given again", func(s string) error { c.db = append(c.db, s); return nil })
		f.Float64Var(&c.least, "least", 0, "`share` that must be named as themselves")
		f.BoolVar(&c.listed, "list", false, "list all that are not")
	}
	if err := f.Parse(args[1:]); err != nil {
		return err
	}
	switch {
	case args[0] == "named" && f.NArg() == 2:
		return c.run(f.Arg(0), f.Arg(1), w)
	case args[0] == "unchanged" && f.NArg() == 2:
		return unchanged(f.Arg(0), f.Arg(1), w)
	case args[0] == "flows" && (f.NArg() == 2 || f.NArg() == 3):
		return flowsRun(f.Arg(0), f.Arg(1), f.Arg(2), w)
	case args[0] == "figures" && f.NArg() == 1:
		r, err := readFigures(f.Arg(0))
		if err != nil {
			return err
		}
		return r.print(w)
	}
	return errors.New(usage)
}
