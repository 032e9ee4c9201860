package pcapfile

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"whorl/packet"
)

// Wireshark's tools must read what we write: times, link types, directions, comment.
func TestAgainstWireshark(t *testing.T) {
	file := filepath.Join(t.TempDir(), "out.pcapng")
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	w, _ := NewWriter(f, packet.Ethernet, `{"rate":1000}`)
	frame := make([]byte, 60)
	frame[12], frame[13] = 0x88, 0xb5
	w.Write(packet.Ethernet, frame, t0, Out)
	w.Write(packet.Raw, []byte{0x45, 0, 0, 20, 0, 1, 0, 0, 64, 253, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1}, t0.Add(time.Nanosecond), In)
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	f.Close()

	run := func(t *testing.T, name string, args ...string) string {
		t.Helper()
		if _, err := exec.LookPath(name); err != nil {
			t.Skip(err)
		}
		cmd := exec.Command(name, args...)
		cmd.Env = append(os.Environ(), "HOME="+t.TempDir(), "XDG_CONFIG_HOME="+t.TempDir()) // nobody's preferences
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		return string(out)
	}
	t.Run("tshark", func(t *testing.T) {
		out := run(t, "tshark", "-r", file, "-T", "fields", "-E", "separator=,",
			"-e", "frame.time_epoch", "-e", "frame.len", "-e", "frame.encap_type", "-e", "frame.packet_flags_direction", "-e", "ip.proto")
		for i, line := range strings.Split(strings.TrimSpace(out), "\n") {
			// 1 is Ethernet and 7 raw IP in Wireshark's own numbers.
			want := []string{"1795244889.123456789,60,1,0x00000002,", "1795244889.123456790,20,7,0x00000001,253"}[i]
			alt := strings.NewReplacer("0x00000002", "2", "0x00000001", "1").Replace(want)
			if line != want && line != alt {
				t.Errorf("frame %d: %s, want %s", i+1, line, want)
			}
		}
	})
	t.Run("capinfos", func(t *testing.T) {
		out := run(t, "capinfos", file)
		for _, want := range []string{`{"rate":1000}`, "whorl", "nanoseconds"} {
			if !strings.Contains(out, want) {
				t.Errorf("no %q in\n%s", want, out)
			}
		}
		if strings.Contains(out, "cut short") {
			t.Error(out)
		}
	})
}
