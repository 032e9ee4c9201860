// Command claims compares what the hosts of labelled captures say of themselves, as
// method/claim reads it, with their labels.
//
//	go run ./lab/claims -v captures/passive
//
// The directory is that of lab/passive. A label is right if all claims of its host that name
// a system name its family, mixed if some do, and wrong if none does.
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"whorl/link/pcapfile"
	"whorl/method/claim"
	"whorl/packet"
)

func main() {
	verbose := flag.Bool("v", false, "list all labels with the claims of their hosts")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "claims: no captures; name their directory")
		os.Exit(2)
	}
	if err := run(os.Stdout, flag.Arg(0), *verbose); err != nil {
		fmt.Fprintln(os.Stderr, "claims:", err)
		os.Exit(1)
	}
}

// said are the claims of the hosts of a capture.
type said map[netip.Addr][]claim.Claim

func run(out io.Writer, dir string, verbose bool) error {
	f, err := os.Open(filepath.Join(dir, "labels.tsv"))
	if err != nil {
		return err
	}
	defer f.Close()
	captures := map[string]said{}
	labels, count := 0, map[string]int{}
	in := bufio.NewScanner(f)
	for no := 1; in.Scan(); no++ {
		if no == 1 {
			continue
		}
		col := strings.Split(in.Text(), "\t")
		if len(col) < 6 {
			return fmt.Errorf("labels.tsv:%d: %d columns", no, len(col))
		}
		addr, err := netip.ParseAddr(col[1])
		if err != nil {
			return fmt.Errorf("labels.tsv:%d: %w", no, err)
		}
		hosts, ok := captures[col[0]]
		if !ok {
			if hosts, err = hear(filepath.Join(dir, col[0])); err != nil {
				return err
			}
			captures[col[0]] = hosts
		}
		labels++
		what := compare(hosts[addr], col[3])
		count[what]++
		if verbose {
			fmt.Fprintf(out, "%-7s %s %s %s: %s %s (%s)\n", what, col[0], addr, col[2], col[3], col[4], col[5])
			for _, c := range hosts[addr] {
				fmt.Fprintf(out, "        says %s: %s\n", c.System().Name, c)
			}
		}
	}
	fmt.Fprintf(out, "%d labels: %d right, %d mixed, %d wrong, %d silent\n", labels, count["right"], count["mixed"], count["wrong"], count["silent"])
	return in.Err()
}

// compare tells what claims are beside a label.
func compare(claims []claim.Claim, family string) string {
	var same, other int
	for _, c := range claims {
		switch s := c.System(); {
		case s == (claim.System{}):
		case common(s.Family, s.Vendor) == common(family, family):
			same++
		default:
			other++
		}
	}
	switch {
	case same > 0 && other > 0:
		return "mixed"
	case same > 0:
		return "right"
	case other > 0:
		return "wrong"
	}
	return "silent"
}

// common is what families count as: Android runs Linux, and Apple's systems share one
// kernel.
func common(family, vendor string) string {
	switch family {
	case "Android":
		return "Linux"
	case "macOS", "iOS", "Darwin":
		return "Apple"
	case "":
		return vendor
	}
	return family
}

// hear reads the claims of a capture, each once.
func hear(name string) (said, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r, err := pcapfile.Open(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	all := said{}
	var p packet.Packet
	for {
		frame, link, _, err := r.Next()
		if errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return all, fmt.Errorf("%s: %w", name, err)
		}
		p.Decode(link, frame)
		if c, ok := claim.From(&p); ok && !slices.Contains(all[c.Host], c) {
			all[c.Host] = append(all[c.Host], c)
		}
	}
}
