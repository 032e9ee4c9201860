package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"whorl"
	"whorl/data"
	"whorl/method/ipv6"
	"whorl/osdb"
)

// told6 are the embedded records that tell of IPv6.
func told6(t *testing.T) (names []string) {
	set, _ := osdb.Load(osdb.Config{Embedded: data.Files})
	for _, e := range set.Entries() {
		if r, _ := ipv6.NewReference(e.Extra); len(r) > 0 {
			names = append(names, e.Name)
		}
	}
	if len(names) < 4 {
		t.Fatalf("records of IPv6: %v", names)
	}
	return names
}

// Decoys over IPv6 are what their records say, to whorl and to Nmap; they answer pings, speak
// HTTP, have a second address, tell of who knocks, and leave alone what others have.
func TestDecoy6(t *testing.T) {
	whorlIn := namespace(t, "link set v0 up", "link set v1 up", "addr add fd77:9::1/64 dev v0 nodad", "addr add fd77:9::99/64 dev v0 nodad preferred_lft 0")
	time.Sleep(500 * time.Millisecond) // until both ends have a carrier
	names, dir := told6(t), t.TempDir()
	text := "interface = \"v1\"\nkey = \"test\"\nrate = 1e9\npeer-rate = 1e9\n"
	for i, name := range names {
		text += fmt.Sprintf("[[host]]\nas = %q\naddr = \"fd77:9::%d\"\nalso = \"198.18.0.%d\"\nopen = [80]\nservices = \"http:8080\"\n", name, i+10, i+10)
	}
	text += "[[host]]\nas = \"lwIP 2.1\"\naddr = \"fd77:9::99\"\n" // v0 has it
	file, contacts, eve := filepath.Join(dir, "six.toml"), filepath.Join(dir, "contacts.json"), filepath.Join(dir, "eve.json")
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	d := startDecoy(t, whorlIn("decoy", file, "--no-system-db", "--json="+contacts, "--eve", eve))
	if !strings.Contains(d.all.String(), "fd77:9::99 is an address of this machine; no decoy is put there") {
		t.Errorf("said %s", d.all.String())
	}
	for i, name := range names {
		code, out, people := outcome(t, whorlIn("scan", "--no-system-db", "-p", "80,81", fmt.Sprintf("fd77:9::%d", i+10), fmt.Sprintf("198.18.0.%d", i+10)))
		if code != exitOK || !strings.Contains(out, " as 198.18.0.") && !strings.Contains(out, " as fd77:9::") || strings.Count(out, "\nOS: "+wordOf(name)) != 2 {
			t.Errorf("%s: exit code %d, %s%s", name, code, out, people)
		}
	}
	tools(t, whorlIn, len(names))
	if code := d.interrupt(t); code != exitInterrupted {
		t.Errorf("exit code %d", code)
	}
	last := map[string]whorl.Contact{}
	for _, c := range contactRecords(t, contacts) {
		last[c.Sources[0].Addr.String()] = c
	}
	if c := last["fd77:9::1"]; c.Class != whorl.OSFingerprint || !c.Sources[0].Live || c.Counts.Targets != len(names) || c.Learned == nil {
		t.Errorf("contact %+v", c)
	}
	if log, err := os.ReadFile(eve); err != nil || !strings.Contains(string(log), `"src_ip":"fd77:9::1","dest_ip":"fd77:9::1`) {
		t.Errorf("EVE %v: %s", err, log)
	}
}

// wordOf is what a verdict begins with that cannot tell near versions apart.
func wordOf(name string) string {
	if word := firstWord(name); word == "Linux" {
		return word
	}
	return name
}

// tools has others look at the decoys, as far as they are here.
func tools(t *testing.T, whorlIn func(...string) *exec.Cmd, decoys int) {
	at := strings.TrimSuffix(strings.Join(whorlIn().Args, " "), " whorl")
	run := func(words ...string) string {
		t.Helper()
		if _, err := exec.LookPath(words[0]); err != nil {
			t.Logf("without %s: %v", words[0], err)
			return ""
		}
		all := append(strings.Fields(at), words...)
		out, err := exec.Command(all[0], all[1:]...).CombinedOutput()
		if err != nil {
			t.Errorf("%v: %v: %s", words, err, out)
		}
		return string(out)
	}
	if out := run("busybox", "ping6", "-c", "2", "fd77:9::10"); out != "" && !strings.Contains(out, "2 packets received") {
		t.Errorf("ping: %s", out)
	}
	if out := run("curl", "-6", "-sS", "-i", "--max-time", "10", "http://[fd77:9::10]:8080/"); out != "" && !strings.HasPrefix(out, "HTTP/1.1 ") {
		t.Errorf("HTTP: %s", out)
	}
	for i := range decoys {
		out := run("nmap", "-6", "-O", "-n", "--max-os-tries", "1", "-p", "80,81", fmt.Sprintf("fd77:9::%d", i+10))
		if out != "" && !strings.Contains(out, "OS details: ") && !strings.Contains(out, "S1(P=6") {
			t.Errorf("Nmap prints nothing: %s", out)
		}
	}
}

// A kernel that has an address keeps it, is told when it asks for one of ours, and gets the
// one that it takes all the same.
func TestDecoyTaken6(t *testing.T) {
	far := fmt.Sprintf("whorl%d-taken6far", os.Getpid())
	if out, err := exec.Command("ip", "netns", "add", far).CombinedOutput(); err != nil {
		t.Skipf("no namespaces here: %v: %s", err, out)
	}
	t.Cleanup(func() { exec.Command("ip", "netns", "del", far).Run() })
	ip := func(words string) string {
		t.Helper()
		out, err := exec.Command("ip", append([]string{"-n", far}, strings.Fields(words)...)...).CombinedOutput()
		if err != nil {
			t.Fatalf("ip %s: %v: %s", words, err, out)
		}
		return string(out)
	}
	whorlIn := namespace(t, "link set v1 netns "+far, "link set v0 up")
	ip("link set v1 up")
	ip("addr add fd77:9::66/64 dev v1 nodad")
	time.Sleep(2 * time.Second) // until it has an address of the link
	d := startDecoy(t, whorlIn("decoy", "--as", "lwIP 2.1", "--addr", "fd77:9::66-68", "-i", "v0", "--no-system-db"))
	ip("addr add fd77:9::67/64 dev v1")
	time.Sleep(2500 * time.Millisecond) // it asks within a second, and waits for one
	if said := ip("-6 addr show dev v1"); !strings.Contains(said, "fd77:9::67/64 scope global dadfailed") {
		t.Errorf("the kernel says %s", said)
	}
	ip("addr add fd77:9::68/64 dev v1 nodad")
	exec.Command("ip", "netns", "exec", far, "busybox", "ping6", "-c", "1", "-w", "1", "-I", "fd77:9::68", "fd77:9::67").Run()
	time.Sleep(100 * time.Millisecond)
	d.interrupt(t)
	for _, want := range []string{"fd77:9::66 belongs to ", "addresses that answer on v0: 2", "fd77:9::68 is used by "} {
		if !strings.Contains(d.all.String(), want) {
			t.Errorf("said %s, which lacks %q", d.all.String(), want)
		}
	}
}
