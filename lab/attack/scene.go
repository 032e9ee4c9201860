package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"whorl/lab/target"
)

// scene is a target with what is needed to act on it.
type scene struct {
	h                *target.Target
	scratch, program string
}

// device is the interface of the vantage point.
func (s *scene) device() string { return s.holding(s.h.NS, local) }

// far is the namespace at the other end of the vantage point's wire, and its interface
// there. Recorded is there: what is sent past the queues of an interface, as whorl and
// masscan do, is not heard on it. A target without a namespace is heard at this end.
func (s *scene) far() (ns, device string) {
	stem := strings.TrimSuffix(s.h.NS, "v")
	for _, ns := range []string{stem + "m", stem + "t"} { // a box between, the target
		if _, err := os.Stat("/run/netns/" + ns); err == nil {
			return ns, s.holding(ns, segment)
		}
	}
	return s.h.NS, s.device()
}

// holding is the first interface of a namespace with an address like that.
func (s *scene) holding(ns, addr string) string {
	out, err := exec.Command("ip", "-n", ns, "-o", "addr", "show", "to", addr).Output()
	if f := strings.Fields(string(out)); err == nil && len(f) > 1 {
		return f[1]
	}
	return ""
}

func (s *scene) output(name string, args ...string) (string, error) {
	var out strings.Builder
	c := exec.Command(name, args...)
	c.Stdout = &out
	err := s.h.Run(c)
	return out.String(), err
}

// meet has the kernels learn each other's hardware addresses before the recording begins.
func (s *scene) meet(ctx context.Context) error {
	for _, a := range []string{s.h.IP.String(), s.h.IP6.String()} {
		if a == "invalid IP" {
			continue
		}
		for range 20 {
			if _, err := s.output("busybox", "ping", "-c", "1", "-W", "1", a); err == nil || ctx.Err() != nil {
				break
			}
			time.Sleep(settle)
		}
	}
	return ctx.Err()
}

// capture starts tcpdump at the target's end. stop ends it when all that passed is written.
func (s *scene) capture(ctx context.Context, file string) (stop func() error, err error) {
	ns, device := s.far()
	c := exec.CommandContext(ctx, "ip", "netns", "exec", ns, "tcpdump", "-i", device, "-n", "-U", "--immediate-mode", "-B", "16384", "-Z", recordAs, "-w", file)
	said, err := c.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := c.Start(); err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(said)
	for lines.Scan() && !strings.Contains(lines.Text(), "listening on") {
	}
	if lines.Err() != nil || ctx.Err() != nil {
		c.Process.Kill()
		return nil, errors.Join(errors.New("tcpdump did not begin"), c.Wait())
	}
	return func() error {
		c.Process.Signal(os.Interrupt)
		io.Copy(io.Discard, said)
		return c.Wait()
	}, nil
}

// shell runs the words of a case in the namespace of the vantage point. What a tool thinks
// of its success does not matter, only that it was there and ended by itself.
func (s *scene) shell(ctx context.Context, words string) error {
	open, closed := "80", "81"
	if len(s.h.Open) > 0 {
		open, closed = strconv.Itoa(int(s.h.Open[0])), strconv.Itoa(int(s.h.Closed))
	}
	mac, err := s.output("sh", "-c", "ip neigh show "+s.h.IP.String()+" | sed -n 's/.*lladdr \\([^ ]*\\).*/\\1/p'")
	if err != nil {
		return err
	}
	words = strings.NewReplacer("{ip}", s.h.IP.String(), "{ip6}", s.h.IP6.String(), "{open}", open, "{closed}", closed,
		"{mac}", strings.TrimSpace(mac), "{dev}", s.device(), "{dir}", s.scratch, "{whorl}", s.program, "{net}", s.h.Net.String(),
		"{there}", "ip netns exec "+strings.TrimSuffix(s.h.NS, "v")+"t").Replace(words)
	// timeout ends all that the words have started.
	c := exec.CommandContext(ctx, "timeout", "-k", "2", fmt.Sprint(caseLimit.Seconds()), "sh", "-c", words)
	c.Cancel = func() error { return c.Process.Signal(syscall.SIGTERM) }
	c.WaitDelay = 3 * time.Second
	text, err := os.CreateTemp(s.scratch, "said")
	if err != nil {
		return err
	}
	defer text.Close()
	c.Stdout, c.Stderr = text, text
	err = s.h.Run(c)
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil, errors.As(err, &exit) && exit.ExitCode() == outOfTime:
		return fmt.Errorf("%q did not end in %v", words, caseLimit)
	case errors.As(err, &exit) && exit.ExitCode() == 127:
		said, _ := os.ReadFile(text.Name())
		return fmt.Errorf("%q: %s", words, strings.TrimSpace(string(said)))
	case errors.As(err, &exit):
		return nil
	}
	return err
}
