package main

import (
	"bufio"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
)

// label is one line of labels.tsv: what a host of a capture is, by other evidence than its
// handshakes.
type label struct {
	capture string
	addr    netip.Addr
	role    role
	family  string
	version string // empty: not known
	doubt   string // why the label may be wrong, or of another host; empty: nothing
}

// role says whose packets tell of the host.
type role uint8

const (
	client role = iota // its SYNs
	server             // its SYN-ACKs
)

var roleNames = [...]string{"client", "server"}

func (r role) String() string { return roleNames[r] }

// Files of a directory of captures.
const (
	labelsFile = "labels.tsv"
	boxesFile  = "middlebox.tsv" // addresses that something between answers for; the same columns up to version
)

// readLabels reads such a file. Its head line is not a label.
func readLabels(dir, name string) (labels []label, err error) {
	f, err := os.Open(filepath.Join(dir, name))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	in := bufio.NewScanner(f)
	for no := 1; in.Scan(); no++ {
		if no == 1 {
			continue
		}
		l, err := parseLabel(in.Text())
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", f.Name(), no, err)
		}
		labels = append(labels, l)
	}
	return labels, in.Err()
}

func parseLabel(line string) (l label, err error) {
	f := strings.Split(line, "\t")
	if len(f) < 8 {
		return l, fmt.Errorf("%d columns; want capture, address, role, family, version, evidence, source, strength, doubt", len(f))
	}
	l = label{capture: f[0], family: f[3], version: f[4]}
	if len(f) > 8 {
		l.doubt = f[8]
	}
	switch f[2] {
	case "client":
	case "server":
		l.role = server
	default:
		return l, fmt.Errorf("role %q; want client or server", f[2])
	}
	l.addr, err = netip.ParseAddr(f[1])
	return l, err
}
