package main

import (
	"bytes"
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"whorl/lab/target"
)

// A run hears the answers to whatever address of ours a route sends from: one that is on
// another interface, and one of more than a filter can name.
func TestSources(t *testing.T) {
	h := target.Up(t, "linux")
	far := *h
	far.NS = strings.TrimSuffix(h.NS, "v") + "t"
	ip := func(at *target.Target, lines ...string) {
		t.Helper()
		c := exec.Command("ip", "-batch", "-")
		c.Stdin = strings.NewReader(strings.Join(lines, "\n"))
		if err := at.Run(c); err != nil {
			t.Fatalf("%q: %v", lines[0], err)
		}
	}
	const beyond, source = "198.18.9.9", "198.18.7.7"
	ip(&far, "addr add "+beyond+"/32 dev lo", "route add "+source+"/32 via 10.77.1.1")
	ip(h, "addr add "+source+"/32 dev lo", fmt.Sprintf("route add %s/32 via %v src %s", beyond, h.IP, source))
	heard := func(when string) {
		t.Helper()
		found := recordsOf(t, h, "-p", "80,81", h.IP.String(), h.IP6.String(), beyond)
		for _, addr := range []string{h.IP.String(), h.IP6.String(), beyond} {
			if r := found[addr]; r == nil || !r.Status.Up || len(r.Observations) != 1 {
				t.Errorf("%s: %s is lost: %+v", when, addr, r)
			}
		}
	}
	heard("a source of another interface")
	var many []string
	const most = 128 // that a filter names
	for i := range most {
		many = append(many, fmt.Sprintf("addr add 10.77.200.%d/32 dev lo", i+1))
	}
	ip(h, many...)
	heard("many addresses")
}

// Our own address of a link cannot be asked, and that is said.
func TestOwnOfLink(t *testing.T) {
	h := target.Up(t, "linux")
	add := exec.Command("ip", "addr", "add", "fe80::77/64", "dev", "v0", "nodad")
	if err := h.Run(add); err != nil {
		t.Fatal(err)
	}
	var people bytes.Buffer
	c := exec.Command("whorl", "scan", "--no-system-db", "fe80::77%v0")
	c.Stderr = &people
	if err := h.Run(c); c.ProcessState.ExitCode() != exitPartial || !strings.Contains(people.String(), "answers on its link alone") {
		t.Errorf("%v: %s", err, people.String())
	}
}
