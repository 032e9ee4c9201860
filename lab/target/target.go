package target

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// Target is a stack that answers, as lab/up describes it.
type Target struct {
	NS     string       // network namespace from which it is seen
	IP     netip.Addr   // its address
	IP6    netip.Addr   // its IPv6 address, the zero Addr if it has none
	Open   []uint16     // open TCP ports, none if no port answers
	Closed uint16       // a closed TCP port, 0 if no port answers
	Net    netip.Prefix // many: all of its addresses
	Net6   netip.Prefix // many: the same for IPv6
	Spare  netip.Addr   // many: a source address that the target knows and no kernel owns

	// Release is what uname -r says on a qemu target.
	Release string

	prefix string
}

// ErrLacking says that this machine lacks something that the target needs; the text of
// the wrapping error says what.
var ErrLacking = errors.New("target: not available on this machine")

// lacking is the exit status of lab/up for ErrLacking.
const lacking = 77

// Up starts a target that lives as long as the test. It skips the test if the machine
// lacks something, unless the environment has LAB_REQUIRE, for runs where a skip is a
// failure.
func Up(t testing.TB, kind string, words ...string) *Target {
	t.Helper()
	h, err := Start(t.Context(), kind, words...)
	if errors.Is(err, ErrLacking) && os.Getenv("LAB_REQUIRE") == "" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Stop(); err != nil {
			t.Error(err)
		}
	})
	return h
}

// started counts targets, so that each has its own prefix within the process.
var started atomic.Uint32

// Start runs lab/up with the words. The caller ends the target with Stop.
func Start(ctx context.Context, kind string, words ...string) (*Target, error) {
	prefix := fmt.Sprintf("w%d-%d", os.Getpid(), started.Add(1))
	out, err := script(ctx, prefix, "up", append([]string{kind}, words...)...)
	if err != nil {
		return nil, err
	}
	h, err := parse(out)
	if err != nil {
		return nil, errors.Join(err, (&Target{prefix: prefix}).Stop())
	}
	h.prefix = prefix
	return h, nil
}

// Stop ends the processes of the target and removes its namespaces.
func (h *Target) Stop() error {
	_, err := script(context.Background(), h.prefix, "down")
	return err
}

// script runs one of the commands in the lab directory and gives its standard output.
func script(ctx context.Context, prefix, name string, args ...string) (string, error) {
	dir, err := labDir()
	if err != nil {
		return "", err
	}
	var stdout, stderr bytes.Buffer
	c := exec.CommandContext(ctx, filepath.Join(dir, name), args...)
	c.Env = append(os.Environ(), "LAB_PREFIX="+prefix)
	c.Stdout, c.Stderr = &stdout, &stderr
	// Asked to end, lab/up cleans up; killed, it could not.
	c.Cancel = func() error { return c.Process.Signal(syscall.SIGTERM) }
	c.WaitDelay = 10 * time.Second
	err = c.Run()
	text := strings.TrimSpace(stderr.String())
	switch {
	case err == nil:
		return stdout.String(), nil
	case c.ProcessState != nil && c.ProcessState.ExitCode() == lacking:
		return "", fmt.Errorf("%w: %s", ErrLacking, text)
	}
	return "", fmt.Errorf("target: lab/%s %s: %w: %s", name, strings.Join(args, " "), err, text)
}

// labDir finds the lab directory of the checkout that the working directory is in.
func labDir() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("target: %w", err)
	}
	for at := dir; ; at = filepath.Dir(at) {
		lab := filepath.Join(at, "lab")
		if _, err := os.Stat(filepath.Join(lab, "up")); err == nil {
			return lab, nil
		}
		if at == filepath.Dir(at) {
			return "", fmt.Errorf("target: no lab/up in %s or above it", dir)
		}
	}
}

// parse reads the line of key=value words that lab/up prints. Unknown keys are ignored.
func parse(line string) (*Target, error) {
	var h Target
	for _, word := range strings.Fields(line) {
		key, value, _ := strings.Cut(word, "=")
		var err error
		switch key {
		case "ns":
			h.NS = value
		case "ip":
			h.IP, err = netip.ParseAddr(value)
		case "ip6":
			h.IP6, err = netip.ParseAddr(value)
		case "spare":
			h.Spare, err = netip.ParseAddr(value)
		case "net":
			h.Net, err = netip.ParsePrefix(value)
		case "net6":
			h.Net6, err = netip.ParsePrefix(value)
		case "open":
			h.Open, err = parsePorts(value)
		case "closed":
			var ports []uint16
			if ports, err = parsePorts(value); err == nil {
				h.Closed = ports[0]
			}
		case "release":
			h.Release = value
		}
		if err != nil {
			return nil, fmt.Errorf("target: lab/up said %q: %w", word, err)
		}
	}
	if h.NS == "" || !h.IP.IsValid() || (len(h.Open) == 0) != (h.Closed == 0) {
		return nil, fmt.Errorf("target: lab/up said %q, which lacks ns, ip, open or closed", line)
	}
	return &h, nil
}

func parsePorts(s string) ([]uint16, error) {
	var ports []uint16
	for _, w := range strings.Split(s, ",") {
		p, err := strconv.ParseUint(w, 10, 16)
		if err != nil {
			return nil, err
		}
		ports = append(ports, uint16(p))
	}
	return ports, nil
}
