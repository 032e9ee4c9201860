package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"whorl"
	"whorl/link"
)

// decoyRun is a whorl decoy that answers.
type decoyRun struct {
	*exec.Cmd
	said *bufio.Scanner
	all  strings.Builder // what it has told people
}

// startDecoy starts whorl decoy and returns when it answers.
func startDecoy(t *testing.T, c *exec.Cmd) *decoyRun {
	t.Helper()
	d := &decoyRun{Cmd: c}
	people, err := c.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	d.said = bufio.NewScanner(people)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	kill := time.AfterFunc(time.Minute, func() { c.Process.Kill() })
	t.Cleanup(func() { kill.Stop(); c.Process.Kill(); c.Wait() })
	for d.said.Scan() {
		fmt.Fprintln(&d.all, d.said.Text())
		if strings.Contains(d.said.Text(), "addresses that answer") {
			return d
		}
	}
	t.Fatalf("it has ended: %s", d.all.String())
	return nil
}

// interrupt ends it and gives its exit code.
func (d *decoyRun) interrupt(t *testing.T) int {
	t.Helper()
	d.Process.Signal(os.Interrupt)
	for d.said.Scan() {
		fmt.Fprintln(&d.all, d.said.Text())
	}
	d.Wait()
	return d.ProcessState.ExitCode()
}

// A decoy on a segment is what its record says, has no privileges left, tells of who scans
// it, and leaves alone what others have.
func TestDecoy(t *testing.T) {
	whorlIn := namespace(t, "link set v0 up", "link set v1 up", "addr add 198.18.9.1/32 dev v0")
	time.Sleep(500 * time.Millisecond) // until both ends have a carrier
	dir := t.TempDir()
	contacts, eve := filepath.Join(dir, "contacts.json"), filepath.Join(dir, "eve.json")
	d := startDecoy(t, whorlIn("decoy", "--as", "lwIP 2.1", "--addr", "198.18.0.6-7", "--addr", "198.18.9.1", "-i", "v1", "--open", "22",
		"--closed", "81", "--no-system-db", "--json="+contacts, "--eve", eve))
	if !strings.Contains(d.all.String(), "198.18.9.1 is an address of this machine; no decoy is put there") {
		t.Errorf("said %s", d.all.String())
	}
	if s := processStatus(t, d.Process.Pid); !strings.Contains(s, "CapEff:\t0000000000000000") || !strings.Contains(s, "CapPrm:\t0000000000000000") {
		t.Errorf("capabilities are left: %s", s)
	}
	code, out, people := outcome(t, whorlIn("scan", "--no-system-db", "-e", "v0", "-p", "22,81", "198.18.0.6-8"))
	if code != exitOK || strings.Count(out, "OS: lwIP 2.1, ") != 2 || strings.Contains(out, "198.18.0.8") {
		t.Errorf("exit code %d, %s%s", code, out, people)
	}
	if code := d.interrupt(t); code != exitInterrupted {
		t.Errorf("exit code %d", code)
	}
	for _, want := range []string{"whorl: contacts: 1; packets for decoys: ", "decoys that answered: 2\n", "whorl: interrupted\n"} {
		if !strings.Contains(d.all.String(), want) {
			t.Errorf("said %s, which lacks %q", d.all.String(), want)
		}
	}
	records := contactRecords(t, contacts)
	last := records[len(records)-1]
	if records[0].State != whorl.Probable || last.State != whorl.Ended || last.Class != whorl.OSFingerprint || last.Persona != "lwIP 2.1" ||
		last.Counts.Targets != 2 || last.Counts.Answered == 0 || last.Learned == nil || len(last.Learned.Verdicts) == 0 {
		t.Errorf("last of %d contacts %+v", len(records), last)
	}
	if text, err := os.ReadFile(eve); err != nil || strings.Count(string(text), `"event_type":"alert"`) != len(records) {
		t.Errorf("EVE %v: %s", err, text)
	}
}

// Decoys on a TUN are behind this machine.
func TestDecoyTUN(t *testing.T) {
	whorlIn := namespace(t, "link set v0 up", "link set v1 up")
	if _, err := os.Stat("/dev/net/tun"); err != nil {
		t.Skip(err)
	}
	d := startDecoy(t, whorlIn("decoy", "--as", "lwIP 2.1", "--addr", "203.0.113.0/28", "--tun", "decoys", "--open", "22", "--no-system-db"))
	code, out, people := outcome(t, whorlIn("scan", "--no-system-db", "-p", "22,81", "203.0.113.9"))
	if code != exitOK || !strings.Contains(out, "OS: lwIP 2.1, ") {
		t.Errorf("exit code %d, %s%s", code, out, people)
	}
	if code := d.interrupt(t); code != exitInterrupted {
		t.Errorf("exit code %d", code)
	}
	if code, _, people := outcome(t, whorlIn("decoy", "--as", "lwIP 2.1", "--addr", "198.18.3.0/24", "--tun", "decoys", "--no-system-db")); code != exitUsage ||
		!strings.Contains(people, "decoys would be in 198.18.0.0/16, the network of v0") {
		t.Errorf("exit code %d, %s", code, people)
	}
	if code, _, people := outcome(t, whorlIn("decoy", "--as", "lwIP 2.1", "--addr", "203.0.113.7", "--tun", "lo", "--no-system-db")); code != exitPartial ||
		!strings.Contains(people, "lo: not a TUN or TAP interface") {
		t.Errorf("exit code %d, %s", code, people)
	}
}

func processStatus(t *testing.T, pid int) string {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// contactRecords reads JSON Lines.
func contactRecords(t *testing.T, file string) (all []whorl.Contact) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	for {
		var c whorl.Contact
		if err := d.Decode(&c); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, c)
	}
	if len(all) < 2 {
		t.Fatalf("contacts %s", text)
	}
	return all
}

// Who may not open the link is told how he may.
func TestDecoyNotOpened(t *testing.T) {
	for _, c := range []struct {
		err  error
		code int
		hint string
	}{
		{&link.CapabilityError{Missing: []link.Capability{link.NetAdmin}}, exitNoPrivilege, ""},
		{fmt.Errorf("tun: d0: /dev/net/tun: %w", fs.ErrPermission), exitNoPrivilege, "sudo"},
		{errors.New("tun: d0: another program is at its far end"), exitPartial, "ip link"},
	} {
		err := notOpened(c.err)
		var said *coded
		if hint := errors.As(err, &said); exitCode(err) != c.code || hint != (c.hint != "") || hint && !strings.HasPrefix(said.hint, c.hint) {
			t.Errorf("%v: exit code %d, %+v", c.err, exitCode(err), said)
		}
	}
}
