package main

import (
	"bytes"
	"encoding/json"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"whorl"
	"whorl/lab/target"
)

// free and free6 are addresses of the segment of the lab that nobody has.
const free, free6 = "10.77.1.9", "fd77:1::9"

// scanFrom scans one host of the lab from a source address.
func scanFrom(t *testing.T, h *target.Target, src string, args ...string) (host whorl.Host, people string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "o.json")
	dst := h.IP.String()
	if netip.MustParseAddr(src).Is6() {
		dst = h.IP6.String()
	}
	c := exec.Command("whorl", append([]string{"scan", "--no-system-db", "-S", src, "--json=" + file, dst}, args...)...)
	var said bytes.Buffer
	c.Stderr = &said
	if err := h.Run(c); err != nil {
		t.Fatalf("%v: %s", err, said.String())
	}
	text, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(bytes.TrimSpace(text), &host)
	}
	if err != nil {
		t.Fatal(err)
	}
	return host, said.String()
}

// From a spare address a host on the segment and one behind a router, which asks for the
// address by ARP, say what they say to an address of ours.
func TestSpare(t *testing.T) {
	for _, c := range []struct{ name, target, ours, free string }{
		{"linux", "linux", "10.77.1.1", free}, {"rst", "rst", "10.77.1.1", free}, {"linux over IPv6", "linux", "fd77:1::1", free6},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := target.Up(t, c.target)
			ours, _ := scanFrom(t, h, c.ours)
			spare, _ := scanFrom(t, h, c.free, "--temporal", "slf", "--timeout", "4")
			if !spare.Status.Up || spare.Verdicts[0].Name != ours.Verdicts[0].Name || len(spare.Warnings) > 0 {
				t.Errorf("%s, from ours %s: %v", spare.Verdicts[0].Name, ours.Verdicts[0].Name, spare.Warnings)
			}
			if len(spare.Ports) != len(ours.Ports) {
				t.Errorf("ports %v, from ours %v", spare.Ports, ours.Ports)
			}
			if a, b := answered(&ours), answered(&spare); a != b {
				t.Errorf("answered %v probes, from ours %d", b, a)
			}
			times := ""
			for _, o := range spare.Observations {
				if o.Method == "backoff" {
					times = o.Print
				}
			}
			if strings.Count(times, "(G=") != 3 || strings.Contains(times, "(G=%") {
				t.Errorf("timed: %s", times)
			}
		})
	}
}

// Addresses that cannot be spare ones are refused before anything is scanned, and the
// reason is told.
func TestSpareRefused(t *testing.T) {
	t.Parallel()
	h := target.Up(t, "linux")
	refused := func(src, want string, args ...string) {
		t.Helper()
		c := exec.Command("whorl", append([]string{"scan", "--no-system-db", "-S", src, "-p", "80", h.IP.String(), h.IP6.String()}, args...)...)
		var people bytes.Buffer
		c.Stderr = &people
		if err := h.Run(c); err == nil || c.ProcessState.ExitCode() != exitUsage || !strings.Contains(people.String(), want) || !strings.Contains(people.String(), "try: ") {
			t.Errorf("%s: exit code %d, %s", src, c.ProcessState.ExitCode(), people.String())
		}
	}
	refused(h.IP.String(), "belongs to ")
	refused("10.9.9.9", "in no network of v0")
	refused("10.77.1.255", "no address of a host")
	refused(h.IP6.String(), "belongs to ")
	refused("fd77::99", "in no network of v0")
	refused("fe80::99", "good on its link alone")
	refused(free, "no interface", "-e", "lo")
	if err := h.Run(exec.Command("busybox", "sysctl", "-qw", "net.ipv4.conf.v0.forwarding=1")); err != nil {
		t.Fatal(err)
	}
	refused(free, "forwards packets")
	if err := h.Run(exec.Command("busybox", "sysctl", "-qw", "net.ipv6.conf.all.forwarding=1")); err != nil {
		t.Fatal(err)
	}
	refused(free6, "forwards packets")
}

// answered is how many of the first probes a host has answered.
func answered(h *whorl.Host) int {
	if len(h.Observations) == 0 {
		return 0
	}
	return h.Observations[0].Conditions.Answered
}
