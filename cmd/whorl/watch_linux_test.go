package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"whorl"
	"whorl/lab/target"
)

// watching runs whorl watch at the target's end of the wire. done ends it with an interrupt
// and gives the records it wrote and its exit code.
func watching(t *testing.T, h *target.Target, flags ...string) (done func() ([]whorl.Contact, int)) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "contacts.json")
	c := exec.Command("ip", append([]string{"netns", "exec", strings.TrimSuffix(h.NS, "v") + "t", "whorl", "watch", "-i", "t0",
		"--no-system-db", "--home", h.IP.String(), "--json", file}, flags...)...)
	people, err := c.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	kill := time.AfterFunc(time.Minute, func() { c.Process.Kill() })
	said := bufio.NewReader(people)
	if line, err := said.ReadString('\n'); err != nil || !strings.HasPrefix(line, "whorl: listening to t0") {
		t.Fatalf("whorl watch says %q, %v", line, err)
	}
	return func() (all []whorl.Contact, code int) {
		defer kill.Stop()
		c.Process.Signal(os.Interrupt)
		rest, _ := io.ReadAll(said)
		c.Wait()
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for d := json.NewDecoder(bytes.NewReader(text)); d.More(); {
			var one whorl.Contact
			if err := d.Decode(&one); err != nil {
				t.Fatal(err)
			}
			all = append(all, one)
		}
		t.Logf("%s", rest)
		return all, c.ProcessState.ExitCode()
	}
}

// ofState is the record of fingerprinting in that state.
func ofState(t *testing.T, all []whorl.Contact, s whorl.ContactState) *whorl.Contact {
	t.Helper()
	for i := range all {
		if all[i].Class == whorl.OSFingerprint && all[i].State == s {
			return &all[i]
		}
	}
	t.Fatalf("no fingerprinting is %s in %+v", s, all)
	return nil
}

// The one who is scanned learns what the scanner learns: the same system, as sure.
func TestWatchScan(t *testing.T) {
	t.Parallel()
	h := target.Up(t, "linux")
	done := watching(t, h)
	var out bytes.Buffer
	scan := exec.Command("whorl", "scan", "--no-system-db", "--plain", "--deep", "-p", "80,81", "--json", "-", h.IP.String())
	scan.Stdout = &out
	if err := h.Run(scan); err != nil {
		t.Fatal(err)
	}
	all, code := done()
	var known whorl.Host
	if err := json.Unmarshal(out.Bytes(), &known); err != nil {
		t.Fatal(err)
	}
	c := ofState(t, all, whorl.Ended)
	switch {
	case code != exitInterrupted:
		t.Errorf("exit code %d", code)
	case c.Tool != "whorl scan" || c.Leak != whorl.LeakFull || len(c.Sources) != 1 || c.Sources[0].Addr.String() != "10.77.1.1":
		t.Errorf("told is %+v", c)
	case c.Learned == nil || len(c.Learned.Verdicts) == 0 || len(known.Verdicts) == 0:
		t.Errorf("learned is %+v, known %+v", c.Learned, known.Verdicts)
	case c.Learned.Verdicts[0].Name != known.Verdicts[0].Name:
		t.Errorf("whorl scan says %s, whorl watch %s", known.Verdicts[0].Name, c.Learned.Verdicts[0].Name)
	}
}

// nmap is known within half a second of its first probe, and by name.
func TestWatchNmap(t *testing.T) {
	if _, err := exec.LookPath("nmap"); err != nil {
		t.Skip(err)
	}
	t.Parallel()
	h := target.Up(t, "linux")
	done := watching(t, h)
	if err := h.Run(exec.Command("nmap", "-n", "-O", "--max-os-tries", "1", "-p", "80,81", h.IP.String())); err != nil {
		t.Fatal(err)
	}
	all, _ := done()
	first := ofState(t, all, whorl.Probable)
	if took := first.Seen.Last.Sub(first.Seen.First); took > 500*time.Millisecond {
		t.Errorf("probable after %v", took)
	}
	last := ofState(t, all, whorl.Ended)
	if last.ID != first.ID || last.Tool != "nmap -O" || last.Confidence < 0.94 || !last.Sources[0].Live {
		t.Errorf("told is %+v", last)
	}
	if h := last.Learned; h == nil || len(h.Verdicts) == 0 || h.Verdicts[0].Family != "Linux" {
		t.Errorf("learned is %+v", h)
	}
}

// --once ends at the first contact that is sure, with an exit code of its own.
func TestWatchOnce(t *testing.T) {
	t.Parallel()
	h := target.Up(t, "linux")
	done := watching(t, h, "--once")
	var out bytes.Buffer
	scan := exec.Command("whorl", "scan", "--no-system-db", "--plain", "-p", "80,81", h.IP.String())
	scan.Stdout = &out
	if err := h.Run(scan); err != nil {
		t.Fatal(err)
	}
	time.Sleep(2 * newsEvery)
	all, code := done()
	if code != exitFound {
		t.Errorf("exit code %d", code)
	}
	ofState(t, all, whorl.Ended)
}
