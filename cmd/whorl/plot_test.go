package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"whorl"
)

// sampled is a host with something to draw.
func sampled(addr string) *whorl.Host {
	h := &whorl.Host{Sequences: &whorl.Sequences{ISN: []uint32{1, 2, 3}}}
	h.Addr, _ = netip.ParseAddr(addr)
	return h
}

// Each host has a file of its own, named by its address; hosts with nothing to draw have
// none.
func TestPlotNames(t *testing.T) {
	dir := t.TempDir()
	p := newPlots(&app{}, plotFile(filepath.Join(dir, "p.v2.svg")), nil)
	for _, addr := range []string{"192.0.2.1", "192.0.2.2", "192.0.2.2", "2001:db8::1", ""} {
		if err := p.Host(&whorl.Host{Addr: netip.MustParseAddr("192.0.2.9")}); err != nil {
			t.Fatal(err)
		}
		if err := p.Host(sampled(addr)); err != nil {
			t.Fatal(err)
		}
	}
	var names []string
	files, _ := os.ReadDir(dir)
	for _, f := range files {
		names = append(names, f.Name())
	}
	want := "p.v2-192.0.2.2-3.svg p.v2-192.0.2.2.svg p.v2-2001-db8--1.svg p.v2-5.svg p.v2.svg"
	if got := strings.Join(names, " "); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if err := p.told(io.Discard); err != nil {
		t.Error(err)
	}
}

// There is an end to pictures, which is told; none at all is an error.
func TestPlotBounds(t *testing.T) {
	dir := t.TempDir()
	p := newPlots(&app{}, plotFile(filepath.Join(dir, "p.svg")), nil)
	if err := p.told(io.Discard); exitCode(err) != exitPartial || !strings.Contains(err.Error(), "nothing to draw") {
		t.Errorf("%v", err)
	}
	for i := range maxPictures + 3 {
		if err := p.Host(sampled(fmt.Sprintf("192.0.2.%d", i))); err != nil {
			t.Fatal(err)
		}
	}
	var people bytes.Buffer
	if err := p.told(&people); err != nil || !strings.Contains(people.String(), "64 hosts were drawn and 3 more were not; draw those with whorl explain --plot") {
		t.Errorf("%v, %s", err, people.String())
	}
	if files, _ := os.ReadDir(dir); len(files) != maxPictures {
		t.Errorf("%d files", len(files))
	}
	if err := (*plots)(nil).told(io.Discard); err != nil {
		t.Error(err)
	}
}

// What stood in a file stays until its successor is whole, and nothing is left of one that
// failed.
func TestWriteWhole(t *testing.T) {
	name := filepath.Join(t.TempDir(), "f")
	put := func(text string, err error) func(io.Writer) error {
		return func(w io.Writer) error { io.WriteString(w, text); return err }
	}
	if err := writeWhole(name, put("old", nil)); err != nil {
		t.Fatal(err)
	}
	if err := writeWhole(name, put("ha", io.ErrShortWrite)); err == nil {
		t.Error("a failure is hidden")
	}
	text, _ := os.ReadFile(name)
	if files, _ := os.ReadDir(filepath.Dir(name)); string(text) != "old" || len(files) != 1 {
		t.Errorf("%s, %d files", text, len(files))
	}
}

// FuzzFindRecords: any text is read without harm, and what it holds can be drawn.
func FuzzFindRecords(f *testing.F) {
	const record = `{"schema":"whorl.host/1","addr":"192.0.2.1","sequences":{"isn":[1,4294967295,7],"sent_ns":[0,-1,9223372036854775807]},` +
		`"observations":[{"method":"backoff","print":"SynRcvd(G=1,2,4%E=rst%T=8)\nHeld(G=%E=none%T=86400%R=86400)"}],"verdicts":[{"name":"<&>"}]}`
	f.Add(record + "\nnonsense\n\n{}\n")
	f.Add(strings.Replace(record, "192.0.2.1", "fe80::1%eth0", 1))
	f.Fuzz(func(t *testing.T, text string) {
		found, _ := findRecords("f", text)
		dir := t.TempDir()
		p := newPlots(&app{}, plotFile(filepath.Join(dir, "p.svg")), nil)
		for _, h := range found {
			if _, err := json.Marshal(h.Host); err != nil {
				t.Error(err)
			}
			if err := p.draw(h.Host, h.where); err != nil {
				t.Error(err)
			}
		}
	})
}
