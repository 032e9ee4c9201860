package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"whorl"
	"whorl/lab/target"
	"whorl/link"
	"whorl/link/afpacket"
	"whorl/packet"
)

// kernelResets counts the RSTs that our kernel sends to a target, by whether they are of
// connections of package backoff, until stop is called. Frames of the scan itself are not
// heard.
func kernelResets(t *testing.T, h *target.Target) (stop func() (timed, others int)) {
	t.Helper()
	var c link.Conn
	if err := h.Do(func() error {
		r, err := link.RouteTo(h.IP, link.Via{})
		if err == nil {
			c, err = afpacket.Open(afpacket.Options{Route: r, Outgoing: true})
		}
		return err
	}); err != nil {
		t.Skip(err)
	}
	done, found := make(chan struct{}), make(chan [2]int)
	go func() {
		var n [2]int
		var p packet.Packet
		buf := make([]byte, 2048)
		for {
			select {
			case <-done:
				found <- n
				return
			default:
			}
			size, _, err := c.Recv(buf, c.Now().Add(50*time.Millisecond))
			if err != nil {
				continue
			}
			p.Decode(c.LinkType(), buf[:size])
			if p.Transport != packet.TCP || p.Dst != h.IP && p.Dst != h.IP6 || !p.TCP.Flags.Has(packet.RST) {
				continue
			}
			if p.TCP.SrcPort >= 10000 && p.TCP.SrcPort < 20000 {
				n[0]++
			} else {
				n[1]++
			}
		}
	}()
	return func() (timed, others int) {
		close(done)
		defer c.Close()
		n := <-found
		return n[0], n[1]
	}
}

// A real stack is named from its times, our kernel resets no connection that is timed,
// though it does all others, and the answer is there in time.
func TestTemporalLab(t *testing.T) {
	t.Parallel()
	h := target.Up(t, "linux")
	stop := kernelResets(t, h)
	c := exec.Command("whorl", "scan", "--no-system-db", "--cron-OS", "slf", "--timeout", "8", h.IP.String(), "--json="+t.TempDir()+"/o.json")
	file := strings.TrimPrefix(c.Args[len(c.Args)-1], "--json=")
	var out, people bytes.Buffer
	c.Stdout, c.Stderr = &out, &people
	if err := h.Run(c); err != nil {
		t.Fatalf("%v: %s", err, people.String())
	}
	if timed, others := stop(); timed != 0 || others == 0 {
		t.Errorf("the kernel sent %d resets where nothing is to be answered, and %d others", timed, others)
	}
	for _, want := range []string{"CronOS_Syn(nbPkt=", "CronOS_LastAck(nbPkt=", "CronOS_FinWait(nbPkt=", "Remote OS guesses: ", "success/"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %s in %s", want, out.String())
		}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var host whorl.Host
	if err := json.Unmarshal(bytes.TrimSpace(text), &host); err != nil {
		t.Fatal(err)
	}
	if took := host.Seen.Last.Sub(host.Seen.First); took > 9*time.Second {
		t.Errorf("took %v", took)
	}
	rows := 0
	for _, e := range host.Verdicts[0].Evidence {
		if e.Method == "backoff" && e.Agrees {
			rows++
		}
	}
	if !strings.Contains(host.Verdicts[0].Name, "Linux") || rows < 2 {
		t.Errorf("%s by %d rows: %s", host.Verdicts[0].Name, rows, text)
	}
	if len(host.Warnings) > 0 {
		t.Error(host.Warnings)
	}
}

// A scan that is killed leaves no socket behind.
func TestTemporalKilled(t *testing.T) {
	t.Parallel()
	h := target.Up(t, "linux")
	sockets := func() int {
		ss := exec.Command("ss", "-Htln")
		var out bytes.Buffer
		ss.Stdout = &out
		if err := h.Run(ss); err != nil {
			t.Skip(err)
		}
		n := 0
		for line := range strings.Lines(out.String()) {
			var port int
			f := strings.Fields(line)
			if len(f) > 3 {
				fmt.Sscanf(f[3][strings.LastIndexByte(f[3], ':')+1:], "%d", &port)
			}
			if port >= 10000 && port < 20000 {
				n++
			}
		}
		return n
	}
	c := exec.Command("whorl", "scan", "--no-system-db", "--temporal", "slf", "--timeout", "30", h.IP.String())
	if err := h.Start(c); err != nil {
		t.Fatal(err)
	}
	limit := time.Now().Add(10 * time.Second)
	for sockets() == 0 && time.Now().Before(limit) {
		time.Sleep(50 * time.Millisecond)
	}
	held := sockets()
	c.Process.Kill()
	c.Wait()
	if left := sockets(); held == 0 || left != 0 {
		t.Errorf("%d silent ports, %d left", held, left)
	}
}
