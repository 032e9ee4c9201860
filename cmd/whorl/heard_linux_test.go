package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A host that answers nothing is named by the connections that it began, which a listener
// beside the scan has heard and still writes down.
func TestHeardLive(t *testing.T) {
	const silent = "198.18.0.9"
	whorl := namespace(t, "link set v0 up")
	near := strings.Fields(whorl().String())[3] // ip netns exec NAME
	far := near + "b"
	ip := func(args string) {
		t.Helper()
		if out, err := exec.Command("ip", strings.Fields(args)...).CombinedOutput(); err != nil {
			t.Fatalf("ip %s: %v: %s", args, err, out)
		}
	}
	ip("netns add " + far)
	t.Cleanup(func() { exec.Command("ip", "netns", "del", far).Run() })
	ip("-n " + near + " link set v1 netns " + far)
	ip("-n " + far + " addr add " + silent + "/16 dev v1")
	ip("-n " + far + " link set v1 up")

	file := filepath.Join(t.TempDir(), "live.json")
	listener := whorl("listen", "-i", "v0", "--json="+file, "--no-system-db")
	if err := listener.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Process.Signal(os.Interrupt); listener.Wait() })
	heard := func() bool { text, _ := os.ReadFile(file); return bytes.Contains(text, []byte(silent)) }
	for end := time.Now().Add(20 * time.Second); !heard(); time.Sleep(200 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the listener hears nothing")
		}
		exec.Command("ip", "netns", "exec", far, "bash", "-c", "echo > /dev/tcp/198.18.0.1/9").Run() // it is refused
	}
	ip("-n " + far + " link set v1 arp off")
	code, out, people := outcome(t, whorl("scan", "--no-system-db", "--heard", file, silent, "198.18.0.10", "-oX", file+".xml", "-oN", "-"))
	if code != exitOK || !strings.Contains(people, "whorl: heard before: hosts of this scan: 1\n") {
		t.Errorf("exit code %d: %s", code, people)
	}
	said := strings.Join(strings.Fields(out), " ") // lines are folded
	for _, want := range []string{"Whorl scan report for " + silent + " Host did not answer (no-response). OS: Linux ",
		fmt.Sprintf(" s ago (%s); it answers nothing", file), "(0 hosts up)"} {
		if !strings.Contains(said, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	if strings.Contains(out, "report for 198.18.0.10") {
		t.Errorf("a host that nobody heard is reported: %s", out)
	}
	if text, err := os.ReadFile(file + ".xml"); err != nil || !bytes.Contains(text, []byte(`<elem key="heard">`)) || wellFormed(text) != nil {
		t.Errorf("%v: %s", err, text)
	}
}
