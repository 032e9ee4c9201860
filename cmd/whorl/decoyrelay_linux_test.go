package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/vishvananda/netns"
)

// inside calls f in the network namespace of a command; what it opens stays there.
func inside(t *testing.T, c *exec.Cmd, f func() error) error {
	runtime.LockOSThread()
	here, err := netns.Get()
	if err != nil {
		t.Fatal(err)
	}
	defer here.Close()
	there, err := netns.GetFromName(c.Args[3])
	if err != nil {
		t.Fatal(err)
	}
	defer there.Close()
	if err := netns.Set(there); err != nil {
		t.Fatal(err)
	}
	failed := f()
	if netns.Set(here) == nil { // else the thread ends with its goroutine
		runtime.UnlockOSThread()
	}
	return failed
}

// serveConns answers each connection of a listener with f until the test ends.
func serveConns(t *testing.T, l net.Listener, f func(net.Conn)) {
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				f(c)
			}()
		}
	}()
}

// Real programs speak behind the stack of a decoy: ten megabytes go through one and back, one
// is told who the visitor is, one that is not there resets him; and a scan is still told what
// the record says.
func TestDecoyProxy(t *testing.T) {
	whorlIn := namespace(t, "link set lo up", "link set v0 up", "link set v1 up")
	time.Sleep(500 * time.Millisecond) // until both ends have a carrier
	var echo net.Listener
	if err := inside(t, whorlIn(), func() (err error) { echo, err = net.Listen("tcp", "127.0.0.1:2222"); return err }); err != nil {
		t.Fatal(err)
	}
	serveConns(t, echo, func(c net.Conn) {
		io.Copy(c, c)
		c.(*net.TCPConn).CloseWrite()
	})
	dir, err := os.MkdirTemp("/tmp", "whorl") // that nobody may enter, unlike those of tests
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	socket := filepath.Join(dir, "web")
	local, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(socket, 0o777); err != nil {
		t.Fatal(err)
	}
	serveConns(t, local, func(c net.Conn) {
		said := bufio.NewReader(c)
		line, err := said.ReadString('\n')
		if err != nil {
			return
		}
		if _, err := http.ReadRequest(said); err != nil { // who closes before has the visitor reset
			return
		}
		fmt.Fprintf(c, "HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(line), line)
	})
	network, contacts := filepath.Join(t.TempDir(), "net.toml"), filepath.Join(t.TempDir(), "contacts.json")
	text := "peer-rate = 0\nrate = 0\n[[host]]\nas = \"lwIP 2.1\"\naddr = \"198.18.0.6\"\nclosed = [81]\nservices = [\"22=127.0.0.1:2222\", \"23=127.0.0.1:2223\"]\n" +
		"[[host.service]]\nport = 80\nproxy = \"unix:" + socket + "\"\nproxy-header = \"v1\"\n"
	if err := os.WriteFile(network, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	d := startDecoy(t, whorlIn("decoy", network, "-i", "v1", "--no-system-db", "--json="+contacts, "--log-payload"))
	dial := func(port string) (c net.Conn, err error) {
		err = inside(t, whorlIn(), func() error { c, err = net.DialTimeout("tcp", "198.18.0.6:"+port, 10*time.Second); return err })
		return c, err
	}

	c, err := dial("22")
	if err != nil {
		t.Fatal(err)
	}
	c.SetDeadline(time.Now().Add(time.Minute))
	much := bytes.Repeat([]byte("there and back.\n"), 10<<20/16)
	go func() {
		c.Write(much)
		c.(*net.TCPConn).CloseWrite()
	}()
	begun := time.Now()
	if got, err := io.ReadAll(c); err != nil || !bytes.Equal(got, much) {
		t.Errorf("%d bytes of %d came back, %v", len(got), len(much), err)
	}
	t.Logf("10 MiB there and back in %v", time.Since(begun))
	c.Close()

	web := http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{DisableKeepAlives: true,
		DialContext: func(context.Context, string, string) (net.Conn, error) { return dial("80") }}}
	if r, err := web.Get("http://198.18.0.6/"); err != nil {
		t.Error(err)
	} else {
		said, _ := io.ReadAll(r.Body)
		r.Body.Close()
		if !strings.HasPrefix(string(said), "PROXY TCP4 198.18.0.1 198.18.0.6 ") || !strings.HasSuffix(string(said), " 80\r\n") {
			t.Errorf("the program was told %q", said)
		}
	}

	if c, err := dial("23"); err == nil {
		c.SetDeadline(time.Now().Add(20 * time.Second))
		if _, err := c.Read(make([]byte, 1)); err == nil || strings.Contains(err.Error(), "timeout") {
			t.Errorf("who meets nobody: %v", err)
		}
		c.Close()
	}

	code, out, people := outcome(t, whorlIn("scan", "--no-system-db", "-e", "v0", "-p", "22,81", "198.18.0.6"))
	if code != exitOK || !strings.Contains(out, "OS: lwIP 2.1, ") {
		t.Errorf("exit code %d, %s%s", code, out, people)
	}
	d.interrupt(t)
	if said := d.all.String(); !strings.Contains(said, "whorl: a visitor was reset: dial tcp 127.0.0.1:2223: ") || !strings.Contains(said, "visitors were reset") {
		t.Errorf("said %s", said)
	}
	kept, total := 0, 0
	for _, r := range contactRecords(t, contacts) {
		kept, total = 0, r.Counts.Said
		for _, s := range r.Dialogue {
			kept += len(s.Bytes())
		}
	}
	if kept != 4096 || total < 2*len(much) {
		t.Errorf("%d bytes of dialogue are told of %d", kept, total)
	}
}
