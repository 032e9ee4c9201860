package target

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"whorl/packet"
)

// answer is what a TCP port says to one SYN, as text: the fields in which the stacks of
// the lab differ.
func answer(p *packet.Packet) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%v ttl=%d win=%d", p.TCP.Flags, p.TTL, p.TCP.Window)
	if p.IPv4.DF {
		b.WriteString(" DF")
	}
	if mss, ok := p.TCP.MSS(); ok {
		fmt.Fprintf(&b, " mss=%d", mss)
	}
	if shift, ok := p.TCP.WScale(); ok {
		fmt.Fprintf(&b, " scale=%d", shift)
	}
	if p.TCP.SACKPermitted() {
		b.WriteString(" sack")
	}
	if _, _, ok := p.TCP.Timestamp(); ok {
		b.WriteString(" ts")
	}
	return b.String()
}

// ask sends one SYN with the usual options from a raw socket and returns the answer. The
// kernel ends the connection by itself.
func ask(dst netip.Addr, port uint16) (string, error) {
	src, err := sourceFor(dst)
	if err != nil {
		return "", err
	}
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_RAW, unix.IPPROTO_TCP)
	if err != nil {
		return "", err
	}
	defer unix.Close(fd)
	if err := unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_HDRINCL, 1); err != nil {
		return "", err
	}
	wait := unix.NsecToTimeval(int64(100 * time.Millisecond))
	if err := unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &wait); err != nil {
		return "", err
	}
	syn := packet.Packet{
		Link: packet.Raw, Network: packet.IPv4, Src: src, Dst: dst, TTL: 64, Transport: packet.TCP,
		TCP: packet.TCPHeader{
			SrcPort: 49152, DstPort: port, Seq: 1, Flags: packet.SYN, Window: 64240,
			Options: []byte{2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7},
		},
	}
	frame, err := syn.Append(nil)
	if err != nil {
		return "", err
	}
	if err := unix.Sendto(fd, frame, 0, &unix.SockaddrInet4{Addr: dst.As4()}); err != nil {
		return "", err
	}
	buf := make([]byte, 2048)
	for end := time.Now().Add(2 * time.Second); time.Now().Before(end); {
		n, _, err := unix.Recvfrom(fd, buf, 0)
		if err != nil { // the time is up, or a signal came
			continue
		}
		var p packet.Packet
		p.Decode(packet.Raw, buf[:n])
		if p.Transport == packet.TCP && p.Src == dst && p.TCP.SrcPort == port && p.TCP.DstPort == syn.TCP.SrcPort {
			return answer(&p), nil
		}
	}
	return "", fmt.Errorf("no answer from %v port %d", dst, port)
}

// sourceFor is the address that the kernel would use towards dst.
func sourceFor(dst netip.Addr) (netip.Addr, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
	if err != nil {
		return netip.Addr{}, err
	}
	defer unix.Close(fd)
	if err := unix.Connect(fd, &unix.SockaddrInet4{Addr: dst.As4(), Port: 9}); err != nil {
		return netip.Addr{}, err
	}
	sa, err := unix.Getsockname(fd)
	if err != nil {
		return netip.Addr{}, err
	}
	return netip.AddrFrom4(sa.(*unix.SockaddrInet4).Addr), nil
}

// Each target shows the marks by which its stack, or the box before it, is known.
// An expectation ends at a space where the rest depends on the kernel or its memory.
func TestStacks(t *testing.T) {
	tests := []struct {
		words  string
		open   []string
		closed string
	}{
		{"linux", []string{"AS ttl=64 win=65160 DF mss=1460 scale="}, "AR ttl=64 win=0 DF"},
		{"linux net.ipv4.ip_default_ttl=128 net.ipv4.tcp_timestamps=0", []string{"AS ttl=128 win=64240 DF mss=1460 scale="}, "AR ttl=128 win=0 DF"},
		{"linux mtu=1400", []string{"AS ttl=64 win=64704 DF mss=1360 scale="}, "AR ttl=64 win=0 DF"},
		{"gvisor", []string{"AS ttl=64 win=29184 DF mss=1460 scale=7 sack ts"}, "AR ttl=64 win=0"},
		{"lwip", []string{"AS ttl=255 win=65535 mss=1460 scale=1"}, "AR ttl=255 win=65407"},
		{"slirp", []string{"AS ttl=64 win=65535 mss=1460"}, "AR ttl=64 win=65535"},
		{"pasta", []string{"AS ttl=255 win="}, "R ttl=255 win="},
		{"synproxy", []string{"AS ttl=64 win=0 DF mss=1460 scale=9 sack ts"}, "AR ttl=63 win=0 DF"},
		{"nat", []string{"AS ttl=63 win=65160 DF", "AS ttl=127 win=64240 DF mss=1460 sack"}, "AR ttl=64 win=0 DF"},
		{"rst", []string{"AS ttl=63 win=65160 DF"}, "AR ttl=64 win=0 DF"},
		{"haproxy", []string{"AS ttl=64 win=65160 DF"}, "AR ttl=64 win=0 DF"},
		{"delay delay=30ms jitter=5ms", []string{"AS ttl=64 win=65160 DF"}, "AR ttl=64 win=0 DF"},
		{"many 16", []string{"AS ttl=64 win=65160 DF"}, "AR ttl=64 win=0 DF"},
	}
	for _, c := range tests {
		t.Run(c.words, func(t *testing.T) {
			words := strings.Fields(c.words)
			h := Up(t, words[0], words[1:]...)
			if len(h.Open) != len(c.open) {
				t.Fatalf("%d open ports, want %d", len(h.Open), len(c.open))
			}
			check := func(port uint16, want string) {
				var got string
				err := h.Do(func() (err error) { got, err = ask(h.IP, port); return err })
				if err != nil || !strings.HasPrefix(got, want) {
					t.Errorf("port %d: %q, %v; want %q", port, got, err, want)
				}
			}
			for i, want := range c.open {
				check(h.Open[i], want)
			}
			check(h.Closed, c.closed)
		})
	}
}

// The boot firmware answers pings, and no port answers.
func TestOnlyPings(t *testing.T) {
	h := Up(t, "ipxe")
	if len(h.Open) != 0 || h.Closed != 0 {
		t.Errorf("ports %d and %d, want none", h.Open, h.Closed)
	}
	out := new(strings.Builder)
	c := exec.Command("busybox", "ping", "-c", "3", "-W", "2", h.IP.String())
	c.Stdout = out
	if err := h.Run(c); err != nil || !strings.Contains(out.String(), "ttl=64") {
		t.Errorf("%v: %s", err, out)
	}
	var answer string
	if err := h.Do(func() (err error) { answer, err = ask(h.IP, 80); return err }); err == nil {
		t.Errorf("port 80 answers %s", answer)
	}
}

// The far end of the line is as far away as it was told to be.
func TestDelay(t *testing.T) {
	h := Up(t, "delay", "delay=40ms")
	start := time.Now()
	if err := h.Do(func() error { _, err := ask(h.IP, h.Closed); return err }); err != nil {
		t.Fatal(err)
	}
	if rtt := time.Since(start); rtt < 80*time.Millisecond || rtt > 200*time.Millisecond {
		t.Errorf("round trip %v, want a little over 80 ms", rtt)
	}
}

// Every address of a crowd answers, the last one too.
func TestMany(t *testing.T) {
	h := Up(t, "many", "16", "stock")
	for _, a := range []string{"198.18.0.1", "198.18.77.7", "198.18.255.254"} {
		addr := netip.MustParseAddr(a)
		if !h.Net.Contains(addr) {
			t.Errorf("%v is not in %v", addr, h.Net)
		}
		if err := h.Do(func() error { _, err := ask(addr, 80); return err }); err != nil {
			t.Error(err)
		}
	}
	if !h.Spare.IsValid() || !h.Net6.IsValid() {
		t.Errorf("spare %v, net6 %v", h.Spare, h.Net6)
	}
}

// Run and Start put commands where the target is seen; Stop leaves nothing behind.
func TestCommandsAndStop(t *testing.T) {
	h, err := Start(t.Context(), "linux")
	if errors.Is(err, ErrLacking) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	out := new(strings.Builder)
	c := exec.Command("ip", "-br", "address")
	c.Stdout = out
	if err := h.Run(c); err != nil || !strings.Contains(out.String(), "10.77.1.1/24") {
		t.Errorf("ip address says %q, %v", out, err)
	}
	state := filepath.Join("/run/whorl-lab", h.prefix)
	processes, err := os.ReadFile(filepath.Join(state, "processes"))
	if err != nil || len(processes) == 0 {
		t.Errorf("processes: %q, %v", processes, err)
	}
	if err := h.Stop(); err != nil {
		t.Error(err)
	}
	for _, path := range []string{state, "/run/netns/" + h.NS, "/run/netns/" + h.prefix + "-t"} {
		if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s is still there: %v", path, err)
		}
	}
	for line := range strings.Lines(string(processes)) {
		pid, _, _ := strings.Cut(line, " ")
		if cmd, _ := os.ReadFile(filepath.Join("/proc", pid, "cmdline")); strings.Contains(string(cmd), "httpd") {
			t.Errorf("process %s still runs: %q", pid, cmd)
		}
	}
	if err := h.Stop(); err != nil {
		t.Errorf("second Stop: %v", err)
	}
}

// A run that is given up while it comes up leaves nothing behind either.
func TestCancel(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	h, err := Start(ctx, "slirp")
	if errors.Is(err, ErrLacking) {
		t.Skip(err)
	}
	if err == nil {
		h.Stop()
		t.Skip("came up in 20 ms")
	}
	left, err := filepath.Glob(fmt.Sprintf("/run/netns/w%d-%d-*", os.Getpid(), started.Load()))
	if err != nil || len(left) > 0 {
		t.Errorf("left: %q, %v", left, err)
	}
}

func TestErrors(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	tests := []struct{ words, want string }{
		{"nosuch", "no target nosuch"},
		{"linux net.ipv4.nosuch=1", "net.ipv4.nosuch=1"},
		{"linux nosuch", "unknown word nosuch"},
		{"qemu /nonexistent", "no kernel directory /nonexistent"},
	}
	for _, c := range tests {
		words := strings.Fields(c.words)
		h, err := Start(t.Context(), words[0], words[1:]...)
		if errors.Is(err, ErrLacking) {
			t.Skip(err)
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", c.words, err, c.want)
		}
		if h != nil {
			t.Errorf("%s came up", c.words)
		}
	}
}

// t.Fatal and the like inside Do end it with an error instead of waiting for ever.
func TestDoOfFunctionThatDoesNotReturn(t *testing.T) {
	h := Up(t, "linux")
	err := h.Do(func() error { runtime.Goexit(); return nil })
	if err == nil {
		t.Error("no error")
	}
}
