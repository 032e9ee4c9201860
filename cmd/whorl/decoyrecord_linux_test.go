package main

import (
	"net/netip"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"whorl/packet"
)

// The packets of contacts, and no others, are in a recording that whorl watch and others read;
// contacts tell where they stand in it.
func TestDecoyRecord(t *testing.T) {
	whorlIn := namespace(t, "link set v0 up", "link set v1 up")
	time.Sleep(500 * time.Millisecond) // until both ends have a carrier
	dir := t.TempDir()
	capture, contacts := filepath.Join(dir, "contacts.pcapng"), filepath.Join(dir, "contacts.json")
	d := startDecoy(t, whorlIn("decoy", "--as", "lwIP 2.1", "--addr", "198.18.0.6", "-i", "v1", "--open", "22", "--closed", "81", "--no-system-db",
		"--json="+contacts, "--record", capture))
	if code, out, people := outcome(t, whorlIn("scan", "--no-system-db", "-e", "v0", "-p", "22,81", "198.18.0.6-7")); code != exitOK {
		t.Fatalf("exit code %d, %s%s", code, out, people)
	}
	d.interrupt(t)
	us, decoy := netip.MustParseAddr("198.18.0.1"), netip.MustParseAddr("198.18.0.6")
	frames, _ := recordedFrames(t, capture)
	for i, f := range frames {
		var p packet.Packet
		p.Decode(packet.Ethernet, f)
		if p.Odd != 0 || p.Network != packet.IPv4 || (p.Src != us || p.Dst != decoy) && (p.Src != decoy || p.Dst != us) {
			t.Errorf("frame %d is from %v to %v, odd %v", i+1, p.Src, p.Dst, p.Odd)
		}
	}
	records := contactRecords(t, contacts)
	last := records[len(records)-1]
	if len(frames) < 20 || last.Frames == nil || last.Frames.First != 1 || last.Frames.Last != len(frames) {
		t.Errorf("%d frames; the contact tells %+v", len(frames), last.Frames)
	}
	for _, p := range last.Probes {
		if p.Frame != 0 {
			t.Errorf("probe %s is frame %d, by the count of no capture", p.Name, p.Frame)
		}
	}
	code, out, people := outcome(t, exec.Command("whorl", "watch", "--no-system-db", "-r", capture, "--home", "198.18.0.6"))
	if code != exitOK || !strings.Contains(out, "os-fingerprint") && !strings.Contains(out, "OS fingerprint") {
		t.Errorf("watch: exit code %d, %s%s", code, out, people)
	}
	if _, err := exec.LookPath("tshark"); err == nil {
		if out, err := exec.Command("tshark", "-r", capture).Output(); err != nil || strings.Count(string(out), "\n") != len(frames) {
			t.Errorf("tshark: %v, %d lines for %d frames", err, strings.Count(string(out), "\n"), len(frames))
		}
	}
}
