package main

import (
	"io"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whorl"
	"whorl/lab/target"
	"whorl/link/pcapfile"
	"whorl/packet"
)

// Every case can be run and judged.
func TestCases(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range cases {
		if seen[c.name] || c.name == "" {
			t.Errorf("%q stands twice", c.name)
		}
		seen[c.name] = true
		if (c.run == "") == (c.play == nil) {
			t.Errorf("%s: want one of run and play", c.name)
		}
		if c.class == "" || strings.Contains(c.class+c.tool+c.evasion+c.sources, "\t") {
			t.Errorf("%s: no class, or a tab in what goes into a table", c.name)
		}
	}
	if _, err := chosen([]string{"no such"}); err == nil {
		t.Error("an unknown name is taken")
	}
	if some, err := chosen([]string{"queso", "curl"}); err != nil || len(some) != 2 || some[1].name != "curl" {
		t.Errorf("chosen: %v, %v", some, err)
	}
}

func TestLabels(t *testing.T) {
	dir := t.TempDir()
	if all, err := readLabels(dir); len(all) != 0 || err != nil {
		t.Fatalf("no file: %v, %v", all, err)
	}
	a, b := label{"a", "os-fingerprint", "nmap -O", "decoys", "10.0.0.1,10.0.0.2"}, label{"b", "none", "", "", "10.0.0.1"}
	for _, l := range []label{{file: "a", class: "old"}, b, a} {
		if err := addLabel(dir, l); err != nil {
			t.Fatal(err)
		}
	}
	got, err := readLabels(dir)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]label{b, a}, got, cmp.AllowUnexported(label{})); diff != "" {
		t.Error(diff)
	}
	file := filepath.Join(dir, labelsFile)
	if err := os.WriteFile(file, []byte(labelsHead+"\na\tb\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := readLabels(dir); err == nil || !strings.Contains(err.Error(), file+":2: 2 columns") {
		t.Errorf("a short line: %v", err)
	}
}

func TestMark(t *testing.T) {
	contact := func(class whorl.ContactClass, tool string, sources ...string) whorl.Contact {
		c := whorl.Contact{Class: class, Tool: tool, Confidence: 0.9}
		for _, s := range sources {
			c.Sources = append(c.Sources, whorl.ContactSource{Addr: netip.MustParseAddr(s)})
		}
		return c
	}
	scan := label{class: "port-scan", tool: "nmap -sS", sources: "10.0.0.1"}
	finger := label{class: "os-fingerprint", tool: "nmap -O", sources: "10.0.0.2,10.0.0.1"}
	calm := label{class: "none", sources: "10.0.0.1"}
	either := label{class: "none|port-scan", tool: "hping3|", sources: "10.0.0.1"}
	os, port := whorl.OSFingerprint, whorl.PortScan
	for _, tt := range []struct {
		label
		said []whorl.Contact
		want string
	}{
		{finger, nil, "MISSED"},
		{finger, []whorl.Contact{contact(port, "nmap -sS", "10.0.0.1"), contact(os, "nmap -O", "10.0.0.1", "10.0.0.2")}, "right"},
		{finger, []whorl.Contact{contact(os, "nmap -O", "10.0.0.1")}, "OTHER SOURCES"},
		{finger, []whorl.Contact{contact(os, "nmap-like", "10.0.0.1")}, "OTHER TOOL"},
		{finger, []whorl.Contact{contact(port, "nmap -sS", "10.0.0.1")}, "OTHER CLASS"},
		{scan, []whorl.Contact{contact(port, "nmap -sS", "10.0.0.1")}, "right"},
		{scan, []whorl.Contact{contact(port, "nmap -sS", "10.0.0.1"), contact(os, "nmap -O", "10.0.0.1")}, "WRONG CLASS"},
		{calm, nil, "right"},
		{calm, []whorl.Contact{contact(port, "", "10.0.0.1")}, "ALARM"},
		{calm, []whorl.Contact{contact(os, "", "10.0.0.1")}, "WRONG CLASS"},
		{either, nil, "right"},
		{either, []whorl.Contact{contact(port, "", "10.0.0.1")}, "right"},
		{either, []whorl.Contact{contact(whorl.MassScan, "", "10.0.0.1")}, "OTHER CLASS"},
	} {
		r := row{tt.label, tt.said}
		if got := r.mark(); got != tt.want {
			t.Errorf("%+v of %+v is %q, want %q", tt.said, tt.label, got, tt.want)
		}
	}
}

// sums are counted over all marks.
func TestSums(t *testing.T) {
	rows := []row{
		{label{file: "a", class: fingerprint, tool: "x", sources: ""}, nil},
		{label{file: "b", class: none}, []whorl.Contact{{Class: whorl.OSFingerprint}}},
		{label{file: "c", class: ports, tool: "y"}, nil},
	}
	var b strings.Builder
	printRows(&b, rows)
	printSums(&b, rows)
	for _, want := range []string{"fingerprinting: 1 captures, attributed 0, trace 0", "benign: 1 captures, told of 1", "called fingerprinting and is none: 1 of 2"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("lacks %q:\n%s", want, b.String())
		}
	}
}

// A played tool is recorded with what the target answers, and labelled.
func TestRecord(t *testing.T) {
	for _, tool := range []string{"tcpdump", "ip"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(err)
		}
	}
	target.Up(t, "linux") // skips where the lab cannot run
	dir := t.TempDir()
	if err := recordAll(t.Context(), "whorl", t.TempDir(), dir, []string{"queso"}); err != nil {
		t.Fatal(err)
	}
	labels, err := readLabels(dir)
	if err != nil || len(labels) != 1 || labels[0] != (label{"queso", fingerprint, "queso", "", local}) {
		t.Errorf("labels %v, %v", labels, err)
	}
	f, err := os.Open(filepath.Join(dir, "queso.pcap"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := pcapfile.Open(f)
	if err != nil {
		t.Fatal(err)
	}
	asked, answered := 0, 0
	for {
		frame, link, _, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		var p packet.Packet
		p.Decode(link, frame)
		switch {
		case p.Transport != packet.TCP:
		case p.TCP.DstPort == 80 && p.TCP.Window == 0x1234:
			asked++
		case p.TCP.SrcPort == 80:
			answered++
		}
	}
	if asked != 7 || answered < 2 {
		t.Errorf("%d probes of 7, %d answers", asked, answered)
	}
}

// Small captures, made with record, are told rightly.
func TestJudge(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip(err)
	}
	program, err := buildWhorl(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	rows, err := judged(t.Context(), program, "testdata", nil)
	if err != nil {
		t.Fatal(err)
	}
	captures, err := filepath.Glob("testdata/*.pcap")
	if err != nil || len(captures) != len(rows) || len(rows) == 0 {
		t.Errorf("%d captures, %d labels, %v", len(captures), len(rows), err)
	}
	for i := range rows {
		if m := rows[i].mark(); m != "right" {
			t.Errorf("%s is %s by %q: %s, %s", rows[i].file, rows[i].class, rows[i].tool, m, rows[i].words())
		}
	}
}
