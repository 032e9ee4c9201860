package main

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"
)

// said is what a process writes while it runs.
type said struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (s *said) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.Write(p)
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.String()
}

// await waits until it has a text.
func (s *said) await(t *testing.T, want string) {
	t.Helper()
	for range 200 {
		if strings.Contains(s.String(), want) {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("no %q in %q", want, s.String())
}

// What begins a connection is named while the interface is heard, unless a filter keeps it
// out, and the sum follows on the interrupt.
func TestListenLive(t *testing.T) {
	whorl := namespace(t, "link set v0 up", "link set v1 up", "neigh add 198.18.0.7 lladdr 02:00:00:00:00:07 dev v0 nud permanent")
	connect := func() {
		c := whorl()
		c.Args = append(c.Args[:len(c.Args)-1], "timeout", "0.3", "bash", "-c", "</dev/tcp/198.18.0.7/80")
		c.Run() // nobody answers
	}
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip(err)
	}
	for name, tt := range map[string]struct {
		bpf   string
		heard bool
	}{"all": {"1,6 0 0 262144", true}, "nothing": {"1,6 0 0 0", false}} {
		c := whorl("listen", "--no-system-db", "-i", "v1", "--bpf", tt.bpf)
		var out, people said
		c.Stdout, c.Stderr = &out, &people
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		kill := time.AfterFunc(20*time.Second, func() { c.Process.Kill() })
		people.await(t, "listening to v1")
		connect()
		if tt.heard {
			out.await(t, "198.18.0.1       Linux")
		}
		c.Process.Signal(os.Interrupt)
		c.Wait()
		kill.Stop()
		sum := "hosts: 0, named 0,"
		if tt.heard {
			sum = "hosts: 1, named 1,"
		}
		if code := c.ProcessState.ExitCode(); code != exitInterrupted || !strings.Contains(people.String(), sum) || out.String() == "" == tt.heard {
			t.Errorf("%s: exit code %d, %q, %q", name, code, out.String(), people.String())
		}
	}
}
