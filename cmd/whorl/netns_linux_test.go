package main

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"whorl"
	"whorl/link"
)

// namespace makes a network namespace, set up by ip commands, and gives a function
// that prepares to run whorl in it. Interfaces v0 and v1 are the two ends of one
// cable; nothing leads out.
func namespace(t *testing.T, setup ...string) func(args ...string) *exec.Cmd {
	t.Helper()
	t.Parallel()
	const sysAdmin = 21 // cap_sys_admin
	if err := link.Capable(link.NetRaw, link.NetAdmin, sysAdmin); err != nil {
		t.Skip(err)
	}
	if _, err := exec.LookPath("ip"); err != nil {
		t.Skip(err)
	}
	name := fmt.Sprintf("whorl%d-%s", os.Getpid(), strings.ToLower(t.Name()[len("Test"):]))
	if out, err := exec.Command("ip", "netns", "add", name).CombinedOutput(); err != nil {
		t.Skipf("no namespaces here: %v: %s", err, out)
	}
	t.Cleanup(func() { exec.Command("ip", "netns", "del", name).Run() })
	for _, c := range append([]string{"link add v0 type veth peer name v1", "addr add 198.18.0.1/16 dev v0"}, setup...) {
		if out, err := exec.Command("ip", strings.Fields("-n "+name+" "+c)...).CombinedOutput(); err != nil {
			t.Skipf("ip %s: %v: %s", c, err, out)
		}
	}
	return func(args ...string) *exec.Cmd {
		return exec.Command("ip", append([]string{"netns", "exec", name, "whorl"}, args...)...)
	}
}

// outcome runs a command to its end.
func outcome(t *testing.T, c *exec.Cmd) (code int, stdout, stderr string) {
	t.Helper()
	var out, people bytes.Buffer
	c.Stdout, c.Stderr = &out, &people
	var exit *exec.ExitError
	if err := c.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return c.ProcessState.ExitCode(), out.String(), people.String()
}

// Where no packet can go, the reason is told, and the exit code shows it.
func TestUnreachable(t *testing.T) {
	whorl := namespace(t)
	tests := []struct{ target, want string }{
		{"203.0.113.7", "whorl: a target could not be reached: link: 203.0.113.7: no route\n"},
		{"198.18.0.7", "whorl: a target could not be reached: link: 198.18.0.7: "},
		{"203.0.113.8-9", "whorl: 2 targets could not be reached, the first: link: 203.0.113."},
	}
	for _, tt := range tests {
		code, _, people := outcome(t, whorl("scan", "--no-system-db", tt.target))
		if code != exitPartial || !strings.Contains(people, tt.want) || !strings.Contains(people, "try: ") {
			t.Errorf("%s: exit code %d, %s\nwant %q", tt.target, code, people, tt.want)
		}
	}
	if _, _, people := outcome(t, whorl("scan", "--no-system-db", "-e", "v0", "198.18.0.7")); !strings.Contains(people, "down") {
		t.Errorf("interface down: %s", people)
	}
}

// The first interrupt ends a scan of a dead network at once, and every output is
// whole.
func TestInterrupt(t *testing.T) {
	whorl := namespace(t, "link set v0 up", "link set v1 up")
	base := filepath.Join(t.TempDir(), "o")
	c := whorl("scan", "--no-system-db", "198.18.0.0/16", "-oA", base, "--json")
	var out, people bytes.Buffer
	c.Stdout, c.Stderr = &out, &people
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(1500 * time.Millisecond)
	c.Process.Signal(os.Interrupt)
	asked := time.Now()
	kill := time.AfterFunc(20*time.Second, func() { c.Process.Kill() })
	defer kill.Stop()
	c.Wait()
	took := time.Since(asked)
	if code := c.ProcessState.ExitCode(); code != exitInterrupted || took > 3*time.Second {
		t.Errorf("exit code %d after %v", code, took)
	}
	for _, want := range []string{"whorl: " + stopping + "\n", "whorl: interrupted\n"} {
		if !strings.Contains(people.String(), want) {
			t.Errorf("standard error lacks %q: %s", want, people.String())
		}
	}
	hosts := jsonHosts(t, &out)
	file, err := os.ReadFile(base + ".xml")
	if err != nil {
		t.Fatal(err)
	}
	tried := strings.Count(string(file), "<host ") + strings.Count(string(file), "<host>")
	t.Logf("%d hosts in JSON, %d in XML, stopped after %v", hosts, tried, took)
	if hosts == 0 || hosts >= 1<<16 {
		t.Errorf("%d hosts", hosts)
	}
	if err := wellFormed(file); err != nil {
		t.Errorf("XML: %v", err)
	}
	if !bytes.Contains(file, []byte(`exit="error" errormsg="interrupted"`)) {
		t.Error("XML does not tell of the interrupt")
	}
	for _, end := range []string{".nmap", ".gnmap"} {
		text, err := os.ReadFile(base + end)
		if lines := strings.Split(strings.TrimSpace(string(text)), "\n"); err != nil || !strings.HasPrefix(lines[len(lines)-1], "# Whorl interrupted at") {
			t.Errorf("%s: %v, ends in %q", end, err, lines[len(lines)-1])
		}
	}
}

// jsonHosts counts the hosts of JSON Lines, which must be whole.
func jsonHosts(t *testing.T, r io.Reader) (n int) {
	t.Helper()
	d := json.NewDecoder(r)
	for {
		var h whorl.Host
		if err := d.Decode(&h); err == io.EOF {
			return n
		} else if err != nil {
			t.Fatalf("JSON of host %d: %v", n, err)
		}
		if h.Schema != whorl.Schema || !h.Addr.IsValid() {
			t.Fatalf("host %d: %+v", n, h)
		}
		n++
	}
}

func wellFormed(text []byte) error {
	d := xml.NewDecoder(bytes.NewReader(text))
	for {
		if _, err := d.Token(); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}
