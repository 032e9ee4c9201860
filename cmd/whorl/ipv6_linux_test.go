package main

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"testing"

	"whorl"
	"whorl/lab/target"
)

// recordsOf are the records of a scan of targets of the lab, by address.
func recordsOf(t *testing.T, h *target.Target, args ...string) map[string]*whorl.Host {
	t.Helper()
	var out, people bytes.Buffer
	c := exec.Command("whorl", append([]string{"scan", "--no-system-db", "--json"}, args...)...)
	c.Stdout, c.Stderr = &out, &people
	if err := h.Run(c); err != nil {
		t.Fatalf("%v: %s", err, people.String())
	}
	found := map[string]*whorl.Host{}
	for d := json.NewDecoder(&out); d.More(); {
		host := new(whorl.Host)
		if err := d.Decode(host); err != nil {
			t.Fatal(err)
		}
		found[host.Addr.String()] = host
	}
	return found
}

// Hosts are scanned over both versions of IP in one run: at a global address, at that of
// the link with its zone, and as one of the likeliest of a prefix.
func TestIPv6Lab(t *testing.T) {
	h := target.Up(t, "linux")
	var out bytes.Buffer
	c := exec.Command("ip", "-6", "-o", "addr", "show", "scope", "link")
	c.Stdout = &out
	far := *h
	far.NS = h.NS[:len(h.NS)-1] + "t"
	if err := far.Run(c); err != nil {
		t.Fatal(err)
	}
	fields := bytes.Fields(out.Bytes())
	if len(fields) < 4 {
		t.Fatalf("the target has no address of the link: %s", out.String())
	}
	local := string(bytes.Split(fields[3], []byte("/"))[0]) + "%v0"
	found := recordsOf(t, h, "-p", "80,81", h.IP.String(), h.IP6.String(), local, "fd77:1::/64*3")
	for _, addr := range []string{h.IP6.String(), local} {
		r := found[addr]
		if r == nil || len(r.Observations) != 1 || r.Observations[0].Method != "ipv6" || r.Status.Reason != "nd-response" || r.MAC == "" {
			t.Errorf("%s: %+v", addr, r)
			continue
		}
		if o := r.Observations[0].Conditions; o.Answered < 15 || o.NotIdeal != "" {
			t.Errorf("%s: %+v", addr, o)
		}
	}
	if a, b := found[h.IP.String()], found[h.IP6.String()]; a != nil && b != nil && len(a.Also)+len(b.Also) != 1 {
		t.Errorf("one machine over both versions: also %v and %v", a.Also, b.Also)
	}
	if r := found[h.IP.String()]; r == nil || r.Observations[0].Method != "gen2" {
		t.Errorf("over IPv4: %+v", r)
	}
	if r := recordsOf(t, h, "-p", "80,81", "--neighbours", "-e", "v0")[local]; r == nil || len(r.Observations) != 1 {
		t.Errorf("the neighbour at %s is not found: %+v", local, r)
	}
	if r := found["fd77:1::3"]; r == nil || r.Status.Up {
		t.Errorf("an address that nobody has: %+v", r)
	}
}
