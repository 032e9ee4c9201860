package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// shell runs a line of bash where a command of whorl would run.
func shell(t *testing.T, whorl *exec.Cmd, line string) string {
	t.Helper()
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip(err)
	}
	whorl.Args = append(whorl.Args[:4:4], "timeout", "10", "bash", "-c", line)
	out, err := whorl.CombinedOutput()
	if err != nil {
		t.Errorf("%s: %v: %s", line, err, out)
	}
	return string(out)
}

// What a visitor says to a service stands in the log.
func TestDecoyTalk(t *testing.T) {
	whorlIn := namespace(t, "link set v0 up", "link set v1 up")
	time.Sleep(500 * time.Millisecond) // until both ends have a carrier
	eve, network := filepath.Join(t.TempDir(), "eve.json"), filepath.Join(t.TempDir(), "net.toml")
	const text = "[[host]]\nas = \"lwIP 2.1\"\naddr = \"198.18.0.6\"\n[[host.service]]\nport = 21\nbanner = \"220 ready\\r\\n\"\nend = \"\\n\"\n" +
		"[[host.service.reply]]\nexpect = \"QUIT\"\nsend = \"221 Goodbye\\r\\n\"\nclose = true\n"
	if err := os.WriteFile(network, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	d := startDecoy(t, whorlIn("decoy", network, "-i", "v1", "--no-system-db", "--eve", eve, "--log-payload"))
	heard := shell(t, whorlIn(), `exec 3<>/dev/tcp/198.18.0.6/21; read -r line <&3; printf 'USER root\r\nQUIT\r\n' >&3; echo "$line"; cat <&3`)
	if heard != "220 ready\r\n221 Goodbye\r\n" {
		t.Errorf("heard %q", heard)
	}
	d.interrupt(t)
	lines, err := os.ReadFile(eve)
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Split(strings.TrimSpace(string(lines)), "\n")
	var last struct {
		Payload   []byte
		Printable string `json:"payload_printable"`
		Stream    int
		Whorl     struct {
			Dialogue []struct {
				Answer bool
				Text   string
			}
		}
	}
	if err := json.Unmarshal([]byte(all[len(all)-1]), &last); err != nil {
		t.Fatal(err)
	}
	const said = "USER root\r\nQUIT\r\n"
	if last.Printable != said || string(last.Payload) != said || last.Stream != 1 || len(last.Whorl.Dialogue) != 3 || !last.Whorl.Dialogue[0].Answer {
		t.Errorf("logged %s", all[len(all)-1])
	}
}

// A decoy seems to be behind routers; SIGUSR1 silences it, SIGUSR2 lets it answer again.
func TestDecoyPause(t *testing.T) {
	whorlIn := namespace(t, "link set v0 up", "link set v1 up")
	if _, err := os.Stat("/dev/net/tun"); err != nil {
		t.Skip(err)
	}
	d := startDecoy(t, whorlIn("decoy", "--as", "lwIP 2.1", "--addr", "203.0.113.9", "--tun", "decoys", "--open", "22", "--no-system-db", "--hops", "3"))
	scan := func() string {
		_, out, people := outcome(t, whorlIn("scan", "--no-system-db", "-p", "22", "203.0.113.9"))
		return out + people
	}
	if out := scan(); !strings.Contains(out, "OS: lwIP 2.1, ") || !strings.Contains(out, "Network Distance: 4 hops") {
		t.Errorf("before: %s", out)
	}
	for _, step := range []struct {
		signal   os.Signal
		says     string
		answered bool
	}{{syscall.SIGUSR1, "paused, nothing is answered", false}, {syscall.SIGUSR2, "going on", true}} {
		d.Process.Signal(step.signal)
		for d.said.Scan() && !strings.Contains(d.said.Text(), step.says) {
		}
		if out := scan(); strings.Contains(out, "OS: lwIP 2.1, ") != step.answered {
			t.Errorf("%s: %s", step.says, out)
		}
	}
	if d.interrupt(t); !strings.Contains(d.all.String(), "packets were not answered or sent in a pause") {
		t.Errorf("said %s", d.all.String())
	}
}

// A record of a foreign database repeats SYN-ACKs as its family does.
func TestDecoyTimes(t *testing.T) {
	whorlIn := namespace(t, "link set v0 up", "link set v1 up")
	time.Sleep(500 * time.Millisecond) // until both ends have a carrier
	db := filepath.Join(t.TempDir(), "foreign.osdb")
	record := `Fingerprint Microsoft Windows 7
Class Microsoft | Windows | 7 | general purpose
SEQ(SP=100-10A%GCD=1-6%ISR=104-10E%TI=I%CI=I%II=I%SS=S%TS=7)
OPS(O1=M5B4NW8ST11%O2=M5B4NW8ST11%O3=M5B4NW8NNT11%O4=M5B4NW8ST11%O5=M5B4NW8ST11%O6=M5B4ST11)
WIN(W1=2000%W2=2000%W3=2000%W4=2000%W5=2000%W6=2000)
ECN(R=Y%DF=Y%T=7B-85%TG=80%W=2000%O=M5B4NW8NNS%CC=N%Q=)
T1(R=Y%DF=Y%T=7B-85%TG=80%S=O%A=S+%F=AS%RD=0%Q=)
T5(R=Y%DF=Y%T=7B-85%TG=80%W=0%S=Z%A=S+%F=AR%O=%RD=0%Q=)
U1(DF=N%T=7B-85%TG=80%IPL=164%UN=0%RIPL=G%RID=G%RIPCK=G%RUCK=G%RUD=G)
IE(DFI=N%T=7B-85%TG=80%CD=Z)
`
	if err := os.WriteFile(db, []byte(record), 0o666); err != nil {
		t.Fatal(err)
	}
	startDecoy(t, whorlIn("decoy", "--as", db+":1", "--addr", "198.18.0.6", "-i", "v1", "--open", "22", "--closed", "81", "--no-system-db", "--db", db))
	_, out, people := outcome(t, whorlIn("scan", "--no-system-db", "-e", "v0", "-p", "22,81", "--temporal", "s", "--timeout", "9", "198.18.0.6"))
	if m := regexp.MustCompile(`SYN-ACK +after (\S+) s`).FindStringSubmatch(out); m == nil || !after(m[1], 3) {
		t.Errorf("%s%s", out, people)
	}
}

// after reports whether a time in seconds is that, but for a quarter of a second, which the
// first repeat of Windows varies by.
func after(text string, want float64) bool {
	var s float64
	_, err := fmt.Sscan(text, &s)
	return err == nil && s > want-0.25 && s < want+0.25
}
