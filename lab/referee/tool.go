package main

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"whorl"
	"whorl/lab/target"
	"whorl/method"
	"whorl/method/gen2"
)

// answer is what a program says of a target.
type answer struct {
	name    string        // first answer, empty without one
	percent int           // Nmap: share of points; whorl: confidence
	print   []method.Line // tests of the fingerprint, none if it has none
	boxes   []whorl.Box   // in the way, of whorl alone
	raw     []byte        // as printed
}

// tool asks a program about a target, from where the target is seen.
type tool func(context.Context, *target.Target) (answer, error)

// Words that follow the name of a program: deepWord that of whorl, if it is to send its own
// probes, sixWord any, if it is to ask over IPv6.
const (
	deepWord = " --deep"
	sixWord  = " -6"
)

// errNoIPv6 is the answer about a target that has no IPv6 address.
var errNoIPv6 = errors.New("it has no IPv6 address")

// address is where a program is to ask, by the words behind its name.
func address(h *target.Target, words []string) (string, error) {
	switch {
	case !slices.Contains(words, "-6"):
		return h.IP.String(), nil
	case h.IP6.IsValid():
		return h.IP6.String(), nil
	}
	return "", errNoIPv6
}

// withTool calls f with the program of that name.
func withTool(name string, f func(tool) error) error {
	switch name {
	case "nmap", "nmap" + sixWord:
		return f(nmap(strings.Fields(name)[1:]...))
	case "whorl", "whorl" + deepWord, "whorl" + sixWord:
		dir, err := os.MkdirTemp("", "referee")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		ask, err := buildWhorl(dir, strings.Fields(name)[1:]...)
		if err != nil {
			return err
		}
		return f(ask)
	}
	return fmt.Errorf("there is no program %q, only nmap and whorl, both also with%s, and whorl%s", name, sixWord, deepWord)
}

// ports are those that a scan is told of: of the target itself, so that neither program
// has to search; any two if none answers.
func ports(h *target.Target) string {
	if len(h.Open) == 0 {
		return "80,81"
	}
	var b strings.Builder
	for _, p := range h.Open {
		fmt.Fprintf(&b, "%d,", p)
	}
	return b.String() + strconv.Itoa(int(h.Closed))
}

// output runs a command in the namespace of the target and gives what it printed.
func output(ctx context.Context, h *target.Target, command string, args ...string) ([]byte, error) {
	var out, complaints bytes.Buffer
	c := exec.CommandContext(ctx, command, args...)
	c.Stdout, c.Stderr = &out, &complaints
	if err := h.Run(c); err != nil {
		return nil, fmt.Errorf("%s: %w: %s", filepath.Base(command), err, bytes.TrimSpace(complaints.Bytes()))
	}
	return out.Bytes(), nil
}

// nmap is the installed Nmap, with more words for its scan. One try, as it prints the first
// of several only; with -d it prints the fingerprint whatever it thinks of it.
func nmap(flags ...string) tool {
	return func(ctx context.Context, h *target.Target) (a answer, err error) {
		addr, err := address(h, flags)
		if err != nil {
			return a, err
		}
		words := append([]string{"-O", "-n", "-Pn", "-d", "--max-os-tries", "1", "-p", ports(h), "-oX", "-", addr}, flags...)
		if a.raw, err = output(ctx, h, "nmap", words...); err != nil {
			return a, err
		}
		return a, a.readNmap()
	}
}

// readNmap reads the XML.
func (a *answer) readNmap() error {
	var run struct {
		Matches []struct {
			Name     string `xml:"name,attr"`
			Accuracy int    `xml:"accuracy,attr"`
		} `xml:"host>os>osmatch"`
	}
	if err := xml.Unmarshal(a.raw, &run); err != nil {
		return fmt.Errorf("nmap: %w", err)
	}
	if len(run.Matches) > 0 {
		a.name, a.percent = run.Matches[0].Name, run.Matches[0].Accuracy
	}
	found, problems := gen2.Find(string(a.raw))
	if len(problems) > 0 {
		return problems[0]
	}
	if len(found) > 0 {
		a.print = found[0].First()
	}
	return nil
}

// buildWhorl builds the program into a directory and returns how to ask it. It judges by
// its own database only: what is installed on this machine must not help. flags are
// more words for its scan.
func buildWhorl(dir string, flags ...string) (tool, error) {
	program := filepath.Join(dir, "whorl")
	build := exec.Command("go", "build", "-o", program, "whorl/cmd/whorl")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("go build whorl/cmd/whorl: %w: %s", err, bytes.TrimSpace(out))
	}
	return func(ctx context.Context, h *target.Target) (a answer, err error) {
		addr, err := address(h, flags)
		if err != nil {
			return a, err
		}
		words := append([]string{"scan", "-Pn", "-p", ports(h), "--no-system-db", "--json=-", addr}, flags...)
		a.raw, err = output(ctx, h, program, words...)
		if err != nil {
			return a, err
		}
		return a, a.readHost()
	}, nil
}

func (a *answer) readHost() error {
	var h whorl.Host
	if err := json.Unmarshal(a.raw, &h); err != nil {
		return fmt.Errorf("whorl: %w", err)
	}
	if len(h.Verdicts) > 0 && h.Verdicts[0].Name != whorl.Unknown {
		a.name, a.percent = h.Verdicts[0].Name, h.Verdicts[0].Confidence.Percent()
	}
	a.boxes = h.Boxes
	for _, o := range h.Observations {
		if o.Method != "gen2" {
			continue
		}
		f, err := gen2.Parse(o.Print)
		if err != nil {
			return err
		}
		a.print = f.First()
	}
	return nil
}
