package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whorl"
	"whorl/lab/target"
)

// judgedAgain are the hosts of recordings, as whorl explain gives them.
func judgedAgain(t *testing.T, h *target.Target, files ...string) (found []*whorl.Host) {
	t.Helper()
	var out, people bytes.Buffer
	c := exec.Command("whorl", append([]string{"explain", "--no-system-db", "--json"}, files...)...)
	c.Stdout, c.Stderr = &out, &people
	if err := h.Run(c); err != nil {
		t.Fatalf("%v: %s", err, people.String())
	}
	for d := json.NewDecoder(&out); d.More(); {
		host := new(whorl.Host)
		if err := d.Decode(host); err != nil {
			t.Fatal(err)
		}
		found = append(found, host)
	}
	return found
}

// A recorded scan over IPv6 is measured and judged as it was live.
func TestRecordingIPv6Lab(t *testing.T) {
	for _, kind := range []string{"linux", "gvisor", "lwip"} {
		h := target.Up(t, kind)
		file := filepath.Join(t.TempDir(), "six.pcapng")
		live := recordsOf(t, h, "-p", "80,81", "--deep", "--record", file, h.IP6.String())[h.IP6.String()]
		again := judgedAgain(t, h, file)
		if live == nil || len(again) != 1 || len(live.Observations) != 2 || len(again[0].Observations) != 2 {
			t.Fatalf("%s: %+v, %+v in the recording", kind, live, again)
		}
		for i, o := range live.Observations {
			if d := cmp.Diff(o.Print, again[0].Observations[i].Print); d != "" {
				t.Errorf("%s, %s (-live +recorded): %s", kind, o.Method, d)
			}
		}
		if l, r := live.Verdicts[0], again[0].Verdicts[0]; l.Name != r.Name || l.Confidence != r.Confidence {
			t.Errorf("%s: live %s with %v, recorded %s with %v", kind, l.Name, l.Confidence, r.Name, r.Confidence)
		}
		if d := cmp.Diff(live.Ports, again[0].Ports); d != "" || live.MAC != again[0].MAC {
			t.Errorf("%s: MAC %s and %s, ports (-live +recorded): %s", kind, live.MAC, again[0].MAC, d)
		}
	}
}

// A machine that was recorded over both versions of IP is judged by both.
func TestRecordingOfBothVersionsLab(t *testing.T) {
	h := target.Up(t, "linux")
	file := filepath.Join(t.TempDir(), "both.pcapng")
	recordsOf(t, h, "-p", "80,81", "--record", file, h.IP.String(), h.IP6.String())
	again := judgedAgain(t, h, file)
	if len(again) != 2 || len(again[0].Also) != 0 || len(again[1].Also) != 1 || again[1].Also[0] != again[0].Addr {
		t.Fatalf("%d hosts: %+v", len(again), again)
	}
	if v := again[1].Verdicts; len(v) == 0 || v[0].Family != "Linux" || len(v[0].Evidence) == 0 {
		t.Errorf("%+v", v)
	}
}

// What Nmap asks over IPv6, and the answers, are an exchange in anybody's capture.
func TestCaptureOfNmapIPv6Lab(t *testing.T) {
	for _, name := range []string{"nmap", "tcpdump"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skip(err)
		}
	}
	h := target.Up(t, "linux")
	file := filepath.Join(t.TempDir(), "nmap.pcap")
	dump := exec.Command("tcpdump", "-U", "-Z", "root", "-i", "v0", "-w", file, "ip6")
	said, err := dump.StderrPipe()
	if err == nil {
		err = h.Start(dump)
	}
	if err != nil {
		t.Fatal(err)
	}
	said.Read(make([]byte, 1)) // it says that it listens
	c := exec.Command("nmap", "-6", "-n", "-Pn", "-O", "--max-os-tries", "1", "-p", "80,81", h.IP6.String())
	if err := h.Run(c); err != nil {
		t.Error(err)
	}
	time.Sleep(200 * time.Millisecond) // the last answer is on its way to the file
	dump.Process.Signal(syscall.SIGINT)
	io.Copy(io.Discard, said)
	if err := dump.Wait(); err != nil {
		t.Error(err)
	}
	found := judgedAgain(t, h, file)
	if len(found) != 1 {
		t.Fatalf("%d hosts", len(found))
	}
	r := found[0]
	o := r.Observations[0]
	if r.Addr != h.IP6 || r.MAC == "" || o.Method != "ipv6" || o.Conditions.Probes != 17 || o.Conditions.Answered != 15 {
		t.Errorf("%v, MAC %s: %s, %+v", r.Addr, r.MAC, o.Method, o.Conditions)
	}
	if len(r.Verdicts) == 0 || r.Verdicts[0].Family != "Linux" {
		t.Errorf("verdicts %+v", r.Verdicts)
	}
}
