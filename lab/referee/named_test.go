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
	"time"

	"whorl"
	"whorl/lab/target"
)

// someRecords is a database of what namings have to tell apart.
const someRecords = `Fingerprint Linux 2.6.32
Class Linux | Linux | 2.6.X | general purpose
T1(R=Y%DF=Y)

Fingerprint Linux 2.6.39 - 3.9
Class Linux | Linux | 3.X | general purpose
T1(R=Y%DF=Y)

Fingerprint Acme phone
Class Google | Android | 4.X | phone
T1(R=Y%DF=Y)

Fingerprint Acme toaster
Class Acme | embedded || specialized
T1(R=Y%DF=Y)
`

// writeLines writes a file of hosts, one a line, or of text.
func writeLines[T any](t *testing.T, name string, lines ...T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	var b bytes.Buffer
	for _, l := range lines {
		switch l := any(l).(type) {
		case string:
			b.WriteString(l + "\n")
		default:
			if err := json.NewEncoder(&b).Encode(l); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

var addr1 = netip.MustParseAddr("198.18.0.1")

// host is one that is up, with these verdicts.
func host(addr netip.Addr, verdicts ...whorl.Verdict) whorl.Host {
	return whorl.Host{Addr: addr, Status: whorl.Status{Up: true}, Verdicts: verdicts,
		Observations: []whorl.Observation{{Method: "gen2", Print: "SCAN(V=1)\nT1(R=Y%DF=Y)\n", Conditions: whorl.Conditions{Answered: 16, Sent: 18, WorstGap: time.Millisecond}}}}
}

func TestNamed(t *testing.T) {
	db := writeLines(t, "some.osdb", someRecords)
	said := func(name, vendor, family, generation string) whorl.Verdict {
		v := whorl.Verdict{Name: name, Vendor: vendor, Family: family, Generation: generation, Rule: whorl.RuleWhorl}
		if family != "" {
			v.Classes = []whorl.Class{{Vendor: vendor, Family: family}}
		}
		return v
	}
	tie := said("Linux or AXIS embedded", "", "", "")
	tie.Classes = []whorl.Class{{Vendor: "AXIS", Family: "embedded"}, {Vendor: "Linux", Family: "Linux"}}
	descent := said("Google Android, Acme OS or Acme BSD", "", "", "")
	descent.Classes = []whorl.Class{{Vendor: "Google", Family: "Android"}}
	points := func(name string) whorl.Verdict { return whorl.Verdict{Name: name, Rule: whorl.RuleNmap, Accuracy: 1} }
	down := host(addr1)
	down.Status.Up = false
	odd := host(addr1, points("Linux 2.6.32"))
	odd.Observations[0].Print = "SCAN(V=1)\nT1(R=Y%DF=N)\n"
	stranger := host(addr1, points("Acme toaster"))
	stranger.Observations = odd.Observations
	for _, c := range []struct {
		truth string
		host  whorl.Host
		want  naming
	}{
		{"Linux 2.6.32", host(addr1, said("Linux 2.6.32", "Linux", "Linux", "2.6.X")), asItself},
		{"Linux 2.6.32", host(addr1, said("Linux 2.6.0 - 2.6.38", "Linux", "Linux", "2.6.X")), within},
		{"Linux 2.6.39 - 3.9", host(addr1, said("Linux 2.6.32 - 3.10", "Linux", "Linux", "")), within},
		{"Linux 2.6.39 - 3.9", host(addr1, said("Linux 3.X", "Linux", "Linux", "3.X")), inFamily},
		{"Linux 2.6.32", host(addr1, said("Linux 2.4.X|2.6.X", "Linux", "Linux", "2.4.X|2.6.X")), within},
		{"Linux 2.6.32", host(addr1, said("Linux 3.10 - 4.19", "Linux", "Linux", "3.X")), inFamily},
		{"Acme phone", host(addr1, said("Linux 3.10 - 4.19", "Linux", "Linux", "3.X")), inFamily},
		{"Acme toaster", host(addr1, said("Linux 3.10 - 4.19", "Linux", "Linux", "3.X")), unsaid},
		{"Acme phone", host(addr1, said("OpenBSD 4.0", "OpenBSD", "OpenBSD", "4.X")), misnamed},
		{"Linux 2.6.32", host(addr1, tie), tied},
		{"Linux 2.6.32", host(addr1, descent), tied},
		{"Linux 2.6.32", host(addr1, said(whorl.Unknown, "", "", "")), unnamed},
		{"Linux 2.6.32", down, missing},
		{"Linux 2.6.32", host(netip.MustParseAddr("198.18.0.2")), missing},
		{"Linux 2.6.32", host(addr1, points("Acme toaster")), asItself}, // the list had no room
		{"Linux 2.6.32", odd, near},
		{"Linux 2.6.32", stranger, misnamed},
	} {
		var out bytes.Buffer
		result := writeLines(t, "result.json", c.host)
		truth := writeLines(t, "truth.tsv", "198.18.0.1\t"+c.truth)
		if err := run(t.Context(), []string{"named", "-db", db, result, truth}); err != nil {
			t.Fatal(err)
		}
		n := census{db: []string{db}}
		if err := n.run(result, truth, &out); err != nil || n.counts[c.want] != 1 || len(n.counts) != 1 {
			t.Errorf("%s, said %q: %v, want %s; %v", c.truth, headline(&c.host).Name, n.counts, c.want, err)
		}
		n = census{db: []string{db}, least: 0.5}
		if err := n.run(result, truth, &out); (err == nil) != (c.want == asItself || c.want == within) {
			t.Errorf("%s is %s: %v", c.truth, c.want, err)
		}
	}
}

func TestReadTruth(t *testing.T) {
	for text, want := range map[string]string{
		"198.18.0.1\tA\n198.18.0.1\tA":  "",
		"198.18.0.1\tA\n198.18.0.1\tB":  `truth.tsv:2: 198.18.0.1 is "B" and was "A"`,
		"198.18.0.1\tA\n198.18.0.999\t": "truth.tsv:2: ",
		"198.18.0.1 A":                  "truth.tsv:1: ",
	} {
		_, err := readTruth(writeLines(t, "truth.tsv", text))
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
	result, truth := writeLines(t, "r.json", host(addr1)), writeLines(t, "truth.tsv", "198.18.0.1\tno such record")
	if err := (&census{}).run(result, truth, &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), "name those of the personas with -db") {
		t.Error(err)
	}
}

// Personas on a wire are what they are in truth.
func TestPersonas(t *testing.T) {
	needsLab(t)
	truth := filepath.Join(t.TempDir(), "truth.tsv")
	h := target.Up(t, "personas", "24", "ahead=128", "truth="+truth)
	result := filepath.Join(t.TempDir(), "result.json")
	scan := exec.CommandContext(t.Context(), filepath.Join(buildDir, "whorl"), "scan", "-T4", "-Pn", "-p", ports(h), "--no-system-db", "--rule", "nmap",
		"--json="+result, "198.18.0.0/25")
	if err := h.Run(scan); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	c := census{least: 0.95, listed: true}
	if err := c.run(result, truth, &out); err != nil || c.counts[missing] > 0 {
		t.Errorf("%v\n%s", err, out.Bytes())
	}
}
