package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"whorl"
	"whorl/lab/target"
)

// Times name the host behind a SYN proxy, by a SYN and a request alone, and say nothing of
// two devices where one stack holds what it accepts.
func TestRelayLab(t *testing.T) {
	for _, c := range []struct {
		kind, word, states string
		behind             string // "": no SYN proxy
	}{
		{"synproxy", "", "sf", "Linux"}, {"synproxy", "gvisor", "sf", "Google gVisor"},
		{"haproxy", "", "slf", ""}, {"linux", "", "slf", ""}, {"gvisor", "", "slf", ""}, {"lwip", "", "slf", ""},
	} {
		t.Run(strings.TrimSpace(c.kind+" "+c.word), func(t *testing.T) {
			t.Parallel()
			var words []string
			if c.word != "" {
				words = []string{c.word}
			}
			h := target.Up(t, c.kind, words...)
			file := filepath.Join(t.TempDir(), "o.json")
			scan := exec.Command("whorl", "scan", "--no-system-db", "--plain", "--temporal", c.states, "--hold", "0.8",
				"--timeout", "16", "-p", "80,81", h.IP.String(), "--json="+file)
			var people bytes.Buffer
			scan.Stderr = &people
			if err := h.Run(scan); err != nil {
				t.Fatalf("%v: %s", err, people.String())
			}
			if !strings.Contains(people.String(), h.IP.String()+" after 3.5 s: ") {
				t.Errorf("no running answer in %s", people.String())
			}
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var host whorl.Host
			if err := json.Unmarshal(bytes.TrimSpace(text), &host); err != nil {
				t.Fatal(err)
			}
			if took := host.Seen.Last.Sub(host.Seen.First); took > 17*time.Second {
				t.Errorf("the host was under way for %v", took)
			}
			i := slices.IndexFunc(host.Boxes, func(b whorl.Box) bool { return b.Kind == whorl.BoxSYNProxy })
			switch {
			case c.behind == "" && i >= 0:
				t.Errorf("%+v", host.Boxes[i])
			case c.behind == "":
			case i < 0:
				t.Errorf("no SYN proxy: %+v\n%s", host.Boxes, text)
			case len(host.Boxes[i].Behind) != 1 || host.Boxes[i].Behind[0].Name != c.behind:
				t.Errorf("behind is %+v, want %s\n%s", host.Boxes[i].Behind, c.behind, text)
			}
		})
	}
}
