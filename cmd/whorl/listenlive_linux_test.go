package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
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

// The socket answers while the interface is heard, and is gone after SIGTERM.
func TestListenLiveAPI(t *testing.T) {
	whorl := namespace(t, "link set v0 up", "link set v1 up")
	path := filepath.Join(t.TempDir(), "p0f.sock")
	c := whorl("listen", "--no-system-db", "-i", "v1", "--api", path, "--api-mode", "0660")
	var people said
	c.Stderr = &people
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	kill := time.AfterFunc(20*time.Second, func() { c.Process.Kill() })
	defer kill.Stop()
	people.await(t, "listening to v1")
	if i, err := os.Lstat(path); err != nil || i.Mode() != os.ModeSocket|0o660 {
		t.Errorf("%v, %v", i, err)
	}
	b := ask(t, dialAPI(t, path), apiQuery(p0fQueryMagic, 4, apiHost))
	if word(b[:], 4) != uint32(p0fNoMatch) {
		t.Errorf("a stranger: %x", b)
	}
	c.Process.Signal(syscall.SIGTERM)
	c.Wait()
	if code := c.ProcessState.ExitCode(); code != exitInterrupted {
		t.Errorf("exit code %d, %q", code, people.String())
	}
	if left, _ := os.ReadDir(filepath.Dir(path)); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
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
