package main

import (
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whorl/persona"
)

// documented is the example in docs/decoy.md.
func documented(t testing.TB) string {
	t.Helper()
	text, err := os.ReadFile("../../docs/decoy.md")
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(text), "```toml\n")
	example, _, ok := strings.Cut(after, "```\n")
	if !ok {
		t.Fatal("docs/decoy.md has no example")
	}
	return example
}

// The example in the documentation is a file, and has every key but those that exclude
// others.
func TestDecoyExample(t *testing.T) {
	f, err := parseDecoyFile("example", documented(t))
	if err != nil {
		t.Fatal(err)
	}
	h := f.hosts[0]
	if f.iface != "eth0" || f.gateway != netip.MustParseAddr("192.0.2.5") || f.gateway6 != netip.MustParseAddr("2001:db8::5") || len(f.only) != 1 || f.peerRate != 200 || f.rate != 2000 || f.key == "" {
		t.Errorf("%+v", f)
	}
	if len(h.as) != 1 || len(h.addrs) != 3 || len(h.also) != 1 || total(h.addrs) != total(h.also) || len(h.persona.OpenTCP) != 4 || len(h.persona.ClosedTCP) != 1 || len(h.persona.FilteredTCP) != 1 ||
		len(h.persona.ClosedUDP) != 1 || len(h.speaks) != 2 || h.speaks[1].port != 8000 || h.name != "intranet" || h.mac == nil ||
		h.persona.Delay != 2*time.Millisecond || h.jitter != 5*time.Millisecond || h.hops != 2 || h.loss != 0.01 {
		t.Errorf("%+v", h)
	}
	s := h.persona.Services[0]
	r := s.Rules[0]
	if len(h.persona.Services) != 3 {
		t.Fatalf("%d services", len(h.persona.Services))
	}
	if p := h.persona.Services[1]; p.Port != 443 || *p.Backend != (persona.Backend{Network: "tcp", Address: "127.0.0.1:8443", Header: persona.ProxyV2}) {
		t.Errorf("%+v", p.Backend)
	}
	if p := h.persona.Services[2]; p.Port != 2200 || *p.Backend != (persona.Backend{Network: "tcp", Address: "[::1]:22"}) {
		t.Errorf("%+v", p.Backend)
	}
	if s.Port != 21 || string(s.Greeting) != "220 ready\r\n" || s.Wait == 0 || s.End != "\n" || s.Idle != 5*time.Minute || r.Expect != "user" ||
		r.Pattern == nil || len(r.Reply) == 0 || r.Delay == 0 || r.Next != 1 {
		t.Errorf("%+v", s)
	}
}

// Zero is no limit in a file as it is behind a flag; a flag goes before the file, and what
// neither says is as usual.
func TestDecoyRates(t *testing.T) {
	const host = "\n[[host]]\nas = \"any\"\naddr = \"192.0.2.7\"\n"
	type rates struct{ peer, all float64 }
	for _, tt := range []struct {
		file string
		o    decoyOptions
		want rates
	}{
		{"", decoyOptions{}, rates{200, 2000}},
		{"rate = 0", decoyOptions{}, rates{200, 0}},
		{"peer-rate = 0\nrate = 30", decoyOptions{}, rates{0, 30}},
		{"", decoyOptions{rate: rate{0, true}}, rates{200, 0}},
		{"peer-rate = 7\nrate = 0", decoyOptions{peerRate: rate{0, true}, rate: rate{9, true}}, rates{0, 9}},
	} {
		f, err := parseDecoyFile("f.toml", tt.file+host)
		if err != nil {
			t.Fatal(err)
		}
		tt.o.tun = "t0"
		if err := tt.o.over(f); err != nil {
			t.Fatal(err)
		}
		if got := (rates{f.peerRate, f.rate}); got != tt.want {
			t.Errorf("%q, flags %v and %v: %v, want %v", tt.file, tt.o.peerRate, tt.o.rate, got, tt.want)
		}
	}
}

func TestFindLines(t *testing.T) {
	const text = `a = 1
"b c" = 2 # host = 3
[limits]
d = """
e = 4
"""
[[host]]
a = 5
[[host.service]]
f = [
  6]
[[host.service]]
f.g = 7
[[host]]
a = 8
[[host.service]]
f = 9
`
	want := tomlLines{"a": 1, "b c": 2, "limits": 3, "limits.d": 4, "host.0": 7, "host.0.a": 8, "host.0.service.0": 9, "host.0.service.0.f": 10,
		"host.0.service.1": 12, "host.0.service.1.f": 13, "host.1": 14, "host.1.a": 15, "host.1.service.0": 16, "host.1.service.0.f": 17}
	got := findLines(text)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
	for path, line := range map[string]int{"host.1.service.0.f.deep.down": 17, "host.1.zzz": 14, "zzz": 1} {
		if n := got.of(path); n != line {
			t.Errorf("%s: line %d, want %d", path, n, line)
		}
	}
}

// FuzzDecoyFile: whatever a file says, it is read or refused with its name and a line.
func FuzzDecoyFile(f *testing.F) {
	f.Add(documented(f))
	f.Add("[[host]]\nas = []\naddr = 7\n[[host.service]]\nreply = [1]\n")
	f.Add("host = 3\nonly = [[]]\ntap = \"x\"\ntun = \"y\"\n")
	f.Add("[host]\nservice.port = 22\n")
	f.Fuzz(func(t *testing.T, text string) {
		file, err := parseDecoyFile("f.toml", text)
		if err == nil && len(file.hosts) == 0 {
			t.Fatalf("%q has no host", text)
		}
		if err != nil && !strings.HasPrefix(err.Error(), "f.toml:") {
			t.Fatalf("%q: %v", text, err)
		}
	})
}
