package main

import (
	"context"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// p0fLimit is how long p0f may take for one capture.
const p0fLimit = 30 * time.Second

// askP0f runs p0f over a capture and reads its log: of each host the first answer in each
// role that is not "???".
func askP0f(dir, capture string) (map[host]*answer, error) {
	ctx, stop := context.WithTimeout(context.Background(), p0fLimit)
	defer stop()
	temp, err := os.MkdirTemp("", "passive")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(temp)
	log := filepath.Join(temp, "log")
	// Captures that p0f cannot read end it with an error; then it has no answer.
	exec.CommandContext(ctx, "p0f", "-r", filepath.Join(dir, capture), "-o", log).Run()
	text, err := os.ReadFile(log)
	if os.IsNotExist(err) {
		if _, err := exec.LookPath("p0f"); err != nil {
			return nil, fmt.Errorf("%w; install it, or use -no-p0f", err)
		}
		return map[host]*answer{}, nil
	}
	if err != nil {
		return nil, err
	}
	return readP0f(string(text)), nil
}

// readP0f reads lines of p0f's log.
func readP0f(text string) map[host]*answer {
	out := map[host]*answer{}
	for line := range strings.Lines(text) {
		fields := map[string]string{}
		for f := range strings.SplitSeq(strings.TrimSpace(line), "|") {
			if i := strings.Index(f, "] "); i > 0 && f[0] == '[' {
				f = f[i+2:]
			}
			name, value, _ := strings.Cut(f, "=")
			fields[name] = value
		}
		h, who := host{role: client}, "cli"
		switch fields["mod"] {
		case "syn":
		case "syn+ack":
			h.role, who = server, "srv"
		default:
			continue
		}
		addr, _, _ := strings.Cut(fields[who], "/")
		var err error
		if h.addr, err = netip.ParseAddr(addr); err != nil || fields["os"] == "" || fields["os"] == "???" || out[h] != nil {
			continue
		}
		out[h] = p0fAnswer(fields["os"])
	}
	return out
}

// p0fWords are what p0f's labels mean: a word of them, the family, generations of Windows.
var p0fWords = []struct {
	word, family string
	gens         []string
}{
	{"Linux", "Linux", nil}, {"MacOS", "Apple", nil}, {"Mac OS", "Apple", nil}, {"iOS", "Apple", nil},
	{"FreeBSD", "FreeBSD", nil}, {"OpenBSD", "OpenBSD", nil}, {"Solaris", "Solaris", nil},
	{"Windows XP", "Windows", []string{"XP", "2003"}}, {"Windows 7 or 8", "Windows", []string{"7", "8", "8.1", "2008", "2012"}},
	{"Windows 7", "Windows", []string{"7", "2008"}}, {"Windows NT kernel 5.x", "Windows", []string{"2000", "XP", "2003"}},
	{"Windows NT kernel 6.x", "Windows", []string{"Vista", "7", "8", "8.1", "2008", "2012"}},
	{"Windows NT kernel", "Windows", []string{"2000", "XP", "2003", "Vista", "7", "8", "8.1", "2008", "2012", "10"}},
	{"Windows", "Windows", nil},
}

func p0fAnswer(os string) *answer {
	a := &answer{family: os, names: []string{os}}
	for _, w := range p0fWords {
		if strings.HasPrefix(os, w.word) {
			a.family, a.gens = w.family, w.gens
			break
		}
	}
	return a
}
