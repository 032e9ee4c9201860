package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whorl"
)

// A scan that is killed again and again, without a chance to write anything, gives in
// the end what one gives that is left alone.
func TestKilled(t *testing.T) {
	whorl := namespace(t, "link set lo up", "link set v0 up", "link set v1 up")
	dir := t.TempDir()
	state, out := filepath.Join(dir, "state"), filepath.Join(dir, "out.json")
	flags := []string{"scan", "--no-system-db", "-p", "7,9", "--max-rate", "3000", "127.0.1.0/26", "198.18.8.0/24"}

	if code, _, people := outcome(t, whorl(append(flags, "--json="+out)...)); code != exitOK {
		t.Fatalf("exit code %d: %s", code, people)
	}
	want := addresses(t, out)
	if len(want) != 64+256 {
		t.Fatalf("%d hosts", len(want))
	}

	const step = 200_000 // bytes, of which a host that is up takes some thousand
	args, kills := append(flags, "--json="+out, "--state", state), 0
	for size := int64(0); kills < 4; kills++ {
		c := whorl(args...)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- c.Wait() }()
		more := grows(state, size+step, ended)
		c.Process.Kill()
		if !more {
			break
		}
		<-ended
		if info, err := os.Stat(state); err == nil {
			size = info.Size()
		}
		args = []string{"scan", "--resume", state}
	}
	if code, _, people := outcome(t, whorl("scan", "--resume", state)); code != exitOK {
		t.Fatalf("exit code %d: %s", code, people)
	}
	if d := cmp.Diff(want, addresses(t, out)); d != "" {
		t.Errorf("after %d kills: %s", kills, d)
	}
	if kills < 2 {
		t.Errorf("killed only %d times", kills)
	}
}

// grows waits until a file has that size; it is false if the process ends before.
func grows(file string, size int64, ended <-chan error) bool {
	for {
		if info, err := os.Stat(file); err == nil && info.Size() >= size {
			return true
		}
		select {
		case <-ended:
			return false
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// addresses lists the hosts of JSON Lines, each with what is the same in all scans.
func addresses(t *testing.T, file string) (out []string) {
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var h whorl.Host
		if err := json.Unmarshal(lines.Bytes(), &h); err != nil {
			t.Fatalf("%v: %.200s", err, lines.Bytes())
		}
		out = append(out, fmt.Sprint(h.Addr, " ", h.Status, " ", len(h.Observations)))
	}
	slices.Sort(out)
	return out
}

// Two processes do not write one journal.
func TestStateIsLocked(t *testing.T) {
	whorl := namespace(t, "link set v0 up", "link set v1 up")
	state := filepath.Join(t.TempDir(), "state")
	c := whorl("scan", "--no-system-db", "--state", state, "198.18.0.0/16")
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	defer c.Wait()
	defer c.Process.Kill()
	ended := make(chan error)
	if !grows(state, 100, ended) {
		t.Fatal("no journal")
	}
	code, _, people := outcome(t, whorl("scan", "--resume", state))
	if want := "whorl: --resume: " + state + " is used by another scan: resource temporarily unavailable\ntry: another file, or wait for that scan to end\n"; code != exitUsage || people != want {
		t.Errorf("exit code %d: %s", code, people)
	}
}
