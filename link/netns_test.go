//go:build linux

package link

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"github.com/vishvananda/netns"
)

// inNamespace runs f on a thread in a new namespace that the ip commands have set
// up. "NS" in a command stands for the namespace.
func inNamespace(t testing.TB, commands []string, f func()) {
	t.Helper()
	if err := Capable(NetRaw, NetAdmin, 21); err != nil { // 21 is cap_sys_admin
		t.Skip(err)
	}
	if _, err := exec.LookPath("ip"); err != nil {
		t.Skip(err)
	}
	ns := fmt.Sprintf("wl%dr", os.Getpid())
	if out, err := exec.Command("ip", "netns", "add", ns).CombinedOutput(); err != nil {
		t.Skipf("no namespaces here: %v: %s", err, out)
	}
	defer exec.Command("ip", "netns", "del", ns).Run()
	for _, c := range commands {
		args := strings.Fields("-n " + ns + " " + strings.ReplaceAll(c, "NS", ns))
		if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
			t.Fatalf("ip %s: %v: %s", c, err, out)
		}
	}
	done := make(chan error)
	go func() { // the thread ends with the goroutine, because it stays locked
		runtime.LockOSThread()
		h, err := netns.GetFromName(ns)
		if err == nil {
			err = netns.Set(h)
			h.Close()
		}
		if err == nil {
			f()
		}
		done <- err
	}()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}
