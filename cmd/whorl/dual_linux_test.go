package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"whorl"
	"whorl/lab/target"
)

// The two addresses of a name are one machine behind a router, live and in the records that
// were written; without flags one line says that there are two.
func TestSiblingLab(t *testing.T) {
	h := target.Up(t, "linux")
	const four, six = "10.88.0.1", "fd88::1"
	far := h.NS[:len(h.NS)-1] + "t"
	for _, c := range []string{
		far + " addr add " + four + "/32 dev lo", far + " addr add " + six + "/128 dev lo",
		h.NS + " route add " + four + " via " + h.IP.String(), h.NS + " route add " + six + " via " + h.IP6.String(),
	} {
		if out, err := exec.Command("ip", strings.Fields("-n "+c)...).CombinedOutput(); err != nil {
			t.Fatalf("ip -n %s: %v: %s", c, err, out)
		}
	}
	etc := filepath.Join("/etc/netns", h.NS) // ip netns exec puts it in place of /etc (ip-netns(8))
	if err := os.MkdirAll(etc, 0o755); err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() {
		os.RemoveAll(etc)
		os.Remove(filepath.Dir(etc)) // if nothing else is there
	})
	if err := os.WriteFile(filepath.Join(etc, "hosts"), []byte(four+" dual.example\n"+six+" dual.example\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	run := func(args ...string) (hosts []*whorl.Host, people string) {
		code, out, people := outcome(t, exec.Command("ip", append([]string{"netns", "exec", h.NS, "whorl"}, args...)...))
		if code != 0 {
			t.Fatalf("%q: exit code %d: %s", args, code, people)
		}
		for d := json.NewDecoder(strings.NewReader(out)); d.More(); {
			host := new(whorl.Host)
			if err := d.Decode(host); err != nil {
				t.Fatal(err)
			}
			hosts = append(hosts, host)
		}
		return hosts, people
	}
	file := filepath.Join(t.TempDir(), "dual.json")
	found, people := run("scan", "--no-system-db", "-p", "80,81", "-4", "-6", "--json", "-oN", file+".txt", "dual.example")
	if len(found) != 2 || strings.Contains(people, "too;") {
		t.Fatalf("%d hosts: %s", len(found), people)
	}
	check := func(how string, hosts []*whorl.Host) {
		first, second := hosts[0], hosts[1]
		if first.Sibling != nil || len(first.Also) > 0 || len(second.Also) != 1 || second.Also[0] != first.Addr || first.Addr.Is4() == second.Addr.Is4() {
			t.Errorf("%s: %v, also %v, and %v, also %v", how, first.Addr, first.Also, second.Addr, second.Also)
		}
		s := second.Sibling
		if s == nil || s.Kinship != whorl.KinshipSame || s.Addr != first.Addr || !strings.Contains(strings.Join(s.Evidence, "; "), "one name (dual.example)") {
			t.Fatalf("%s: %+v", how, s)
		}
		if first.MAC != "" || second.MAC != "" {
			t.Errorf("%s: hardware addresses %s and %s of hosts behind a router", how, first.MAC, second.MAC)
		}
		if v := second.Verdicts[0]; v.Family != "Linux" || v.Evidence[0].Method != "gen2" {
			t.Errorf("%s: %+v", how, v)
		}
	}
	check("live", found)
	var lines strings.Builder
	for _, h := range found {
		if err := json.NewEncoder(&lines).Encode(h); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(file, []byte(lines.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	again, _ := run("explain", "--no-system-db", "--json", file)
	if len(again) != 2 {
		t.Fatalf("%d records are explained", len(again))
	}
	check("explained", again)
	if text, err := os.ReadFile(file + ".txt"); err != nil || !strings.Contains(string(text), "The same machine as "+found[0].Addr.String()+", ") {
		t.Errorf("%v: %s", err, text)
	}
	if one, people := run("scan", "--no-system-db", "-p", "80,81", "--json", "dual.example"); len(one) != 1 || !strings.Contains(people, "dual.example has an IPv6 address too; -4 -6 takes both") {
		t.Errorf("%d hosts: %s", len(one), people)
	}
}
