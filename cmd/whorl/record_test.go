package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whorl"
	"whorl/data"
	"whorl/link"
	"whorl/link/pcapfile"
	"whorl/link/sim"
	"whorl/osdb"
	"whorl/packet"
	"whorl/persona"
	"whorl/scan"
)

// fatal is what testing.TB and testscript.TestScript have in common.
type fatal interface {
	Fatalf(format string, args ...any)
}

// taped is a simulated network whose packets are recorded.
type taped struct {
	net  *sim.Net
	tape *pcapfile.Writer
}

func (n taped) Route(addr netip.Addr) (link.Route, error) {
	return link.Route{Interface: "sim0", Index: 1, MTU: 1500, Link: packet.Ethernet, Src: netip.MustParseAddr("192.0.2.1"),
		SrcMAC: packet.MAC{2, 0, 0, 0, 0, 1}, NextHop: addr}, nil
}

func (n taped) Open(link.Route) (link.Conn, error) { return pcapfile.Record(n.net, n.tape), nil }

// record scans an embedded system at 192.0.2.7 in virtual time.
func record(t fatal) (*whorl.Host, []byte) {
	const system = "lwIP 2.1"
	set, _ := osdb.Load(osdb.Config{Embedded: data.Files})
	entries := set.Find(system)
	if len(entries) == 0 {
		t.Fatalf("no record of %s", system)
	}
	addr := netip.MustParseAddr("192.0.2.7")
	host, err := persona.New(entries[0], persona.Options{Addr: addr, OpenTCP: []uint16{80}})
	if err != nil {
		t.Fatalf("%v", err)
	}
	n := sim.New(sim.Options{Link: packet.Ethernet, Seed: 1})
	n.Add(addr, host)
	var file bytes.Buffer
	tape, err := pcapfile.NewWriter(&file, packet.Ethernet)
	if err != nil {
		t.Fatalf("%v", err)
	}
	job := scan.Job{Timing: scan.Timings[3], Targets: &scan.Targets{}, TCP: []uint16{80, 81}}
	job.Targets.Add(addr.String(), nil)
	var found *whorl.Host
	err = scan.Run(context.Background(), job, scan.Config{Network: taped{n, tape}, Version: version, Host: func(h *whorl.Host) { found = h }})
	if err != nil || found == nil || len(found.Observations) != 1 {
		t.Fatalf("scan of the simulated host: %v, %+v", err, found)
	}
	if err := tape.Flush(); err != nil {
		t.Fatalf("%v", err)
	}
	return found, file.Bytes()
}

// A recording holds all that the scan knew: explain measures the same fingerprint.
func TestRecordExplain(t *testing.T) {
	host, recording := record(t)
	file := filepath.Join(t.TempDir(), "one.pcapng")
	if err := os.WriteFile(file, recording, 0o666); err != nil {
		t.Fatal(err)
	}
	var out, people strings.Builder
	if code := run(t.Context(), []string{"explain", "--json", file}, nil, &out, &people); code != exitOK {
		t.Fatalf("exit code %d: %s", code, people.String())
	}
	var replayed whorl.Host
	if err := json.Unmarshal([]byte(out.String()), &replayed); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(host.Observations[0].Print, replayed.Observations[0].Print); diff != "" {
		t.Errorf("scan and recording (-scan +recording):\n%s", diff)
	}
}
