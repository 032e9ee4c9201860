// Command attack makes labelled captures of tools that fingerprint, scan or merely use a
// host, and holds "whorl watch" against them. Recording needs Linux, root, tcpdump and the
// tools; what is not installed is left out and said. All traffic stays in the namespaces of
// lab/up.
//
//	go run ./lab/attack list
//	go run ./lab/attack record [-whorl PROGRAM] DIR [NAME...]
//	go run ./lab/attack judge [-whorl PROGRAM] DIR [NAME...]
//
// "record" writes NAME.pcap for each case and a line for it into labels.tsv. Tools that no
// package has are played from what is known of their packets. "judge" reads every capture
// of labels.tsv with whorl watch and prints what it said, and the sums. Both build whorl
// unless they are given a program.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"syscall"
)

const usage = `usage: attack list
       attack record [-whorl PROGRAM] DIR [NAME...]
       attack judge [-whorl PROGRAM] DIR [NAME...]`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "attack:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	if len(args) == 0 {
		return errors.New(usage)
	}
	f := flag.NewFlagSet("attack "+args[0], flag.ContinueOnError)
	program := f.String("whorl", "", "the `program` to use")
	if err := f.Parse(args[1:]); err != nil {
		return err
	}
	switch {
	case args[0] == "list" && f.NArg() == 0:
		for _, c := range cases {
			fmt.Fprintf(out, "%-24s %-22s %s\n", c.name, c.class, c.tool)
		}
		return nil
	case args[0] != "record" && args[0] != "judge", f.NArg() == 0:
		return errors.New(usage)
	}
	scratch, err := os.MkdirTemp("", "attack")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	if *program == "" {
		if *program, err = buildWhorl(ctx, scratch); err != nil {
			return err
		}
	}
	dir, names := f.Arg(0), f.Args()[1:]
	if args[0] == "judge" {
		return judgeAll(ctx, *program, dir, names, out)
	}
	return recordAll(ctx, *program, scratch, dir, names)
}

// chosen are the cases of those names, or all.
func chosen(names []string) ([]attempt, error) {
	if len(names) == 0 {
		return cases, nil
	}
	var out []attempt
	for _, name := range names {
		i := slices.IndexFunc(cases, func(c attempt) bool { return c.name == name })
		if i < 0 {
			return nil, fmt.Errorf("there is no case %q; see attack list", name)
		}
		out = append(out, cases[i])
	}
	return out, nil
}

// buildWhorl builds the program into a directory.
func buildWhorl(ctx context.Context, dir string) (string, error) {
	program := filepath.Join(dir, "whorl")
	build := exec.CommandContext(ctx, "go", "build", "-o", program, "whorl/cmd/whorl")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if text, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build whorl/cmd/whorl: %w: %s", err, text)
	}
	return program, nil
}
