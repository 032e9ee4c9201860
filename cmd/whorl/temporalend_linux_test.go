package main

import (
	"bytes"
	"maps"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"whorl/lab/target"
	"whorl/link"
	"whorl/link/afpacket"
	"whorl/packet"
)

// tap is a capture at the hosts of the lab: what comes there of connections whose last
// segment is left unacknowledged.
type tap struct {
	mu    sync.Mutex
	flows map[netip.AddrPort]*ended // by host and our port
	icmp  int                       // errors from our side
}

// ended is how a connection went.
type ended struct {
	began, last time.Time
	resets      int
	more        int // packets after the first RST
}

// tapped captures in the namespace of the hosts, where a server accepts, answers a request
// and closes, on port 8080.
func tapped(t *testing.T, h *target.Target) *tap {
	t.Helper()
	there := &target.Target{NS: strings.TrimSuffix(h.NS, "v") + "t"}
	var c link.Conn
	var server net.Listener
	if err := there.Do(func() error {
		r, err := link.RouteTo(netip.MustParseAddr("10.77.1.1"), link.Via{})
		if err == nil {
			c, err = afpacket.Open(afpacket.Options{Route: r})
		}
		if err == nil {
			server, err = net.Listen("tcp", ":8080")
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	go func() {
		for {
			conn, err := server.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				conn.SetReadDeadline(time.Now().Add(time.Second))
				if n, _ := conn.Read(make([]byte, 1024)); n > 0 {
					conn.Write([]byte("HTTP/1.0 200 OK\r\n\r\n"))
				}
			}()
		}
	}()
	w := &tap{flows: map[netip.AddrPort]*ended{}}
	heard := make(chan struct{})
	go func() {
		defer close(heard)
		var p packet.Packet
		buf := make([]byte, 2048)
		for {
			n, at, err := c.Recv(buf, c.Now().Add(time.Minute))
			if err != nil {
				return
			}
			p.Decode(c.LinkType(), buf[:n])
			w.take(&p, at)
		}
	}()
	t.Cleanup(func() { server.Close(); c.Close(); <-heard })
	return w
}

func (w *tap) take(p *packet.Packet, at time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if p.Transport == packet.ICMP && p.ICMP.Type == packet.ICMPUnreachable || p.Transport == packet.ICMPv6 && p.ICMP.Type == packet.ICMPv6Unreachable {
		w.icmp++
	}
	if p.Transport != packet.TCP || p.TCP.SrcPort < 10000 || p.TCP.SrcPort >= 20000 {
		return
	}
	key := netip.AddrPortFrom(p.Dst, p.TCP.SrcPort)
	f := w.flows[key]
	if f == nil {
		f = &ended{began: at}
		w.flows[key] = f
	}
	f.last = at
	if f.resets > 0 {
		f.more++
	}
	if p.TCP.Flags.Has(packet.RST) {
		f.resets++
	}
}

// begun is how many connections there are.
func (w *tap) begun() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.flows)
}

// await waits until so many connections are there.
func (w *tap) await(t *testing.T, n int) {
	t.Helper()
	for limit := time.Now().Add(30 * time.Second); w.begun() < n; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(limit) {
			t.Fatalf("%d connections, want %d", w.begun(), n)
		}
	}
}

// silences are how our kernel is kept from answering, over both versions of IP.
var silences = map[string][]string{"own": nil, "spare": {"-S", free}, "own 6": {"-6"}, "spare 6": {"-6", "-S", free6}}

// timedHosts is how many hosts the tests below time; each has three connections.
const timedHosts = 48

// timing prepares a scan of them.
func timing(way string, args ...string) *exec.Cmd {
	hosts := "198.18.0.1-48"
	if over6(way) {
		hosts = "fd77:1::ffff:0/120*48"
	}
	return exec.Command("whorl", slices.Concat([]string{"scan", "--no-system-db", "-T4", "-p", "8080,81", "--temporal", "slf"},
		silences[way], args, []string{hosts})...)
}

func over6(way string) bool { return strings.HasSuffix(way, "6") }

// Every connection ends with one RST, and not before its time, when the time is up, at an
// interrupt, and when a host is given up.
func TestTemporalEnds(t *testing.T) {
	for way := range silences {
		for _, end := range []struct {
			name string
			args []string
			code int
			stop bool          // it is interrupted
			life time.Duration // each connection lasts as long at least
		}{
			{"time", []string{"--timeout", "4"}, exitOK, false, 2 * time.Second},
			{"interrupt", []string{"--timeout", "30"}, exitInterrupted, true, 500 * time.Millisecond},
			{"host timeout", []string{"--timeout", "30", "--host-timeout", "5"}, exitOK, false, 2 * time.Second},
		} {
			if over6(way) && end.name != "time" { // the rest is the same for both
				continue
			}
			t.Run(way+" "+end.name, func(t *testing.T) {
				t.Parallel()
				h := target.Up(t, "many", "24")
				w := tapped(t, h)
				c := timing(way, end.args...)
				var people bytes.Buffer
				c.Stderr = &people
				if err := h.Start(c); err != nil {
					t.Fatal(err)
				}
				kill := time.AfterFunc(40*time.Second, func() { c.Process.Kill() })
				defer kill.Stop()
				if end.stop {
					w.await(t, 3*timedHosts)
					time.Sleep(time.Second)
					c.Process.Signal(os.Interrupt)
				}
				c.Wait()
				if code := c.ProcessState.ExitCode(); code != end.code {
					t.Errorf("exit code %d: %s", code, people.String())
				}
				time.Sleep(300 * time.Millisecond) // what is on its way
				w.mu.Lock()
				defer w.mu.Unlock()
				if len(w.flows) != 3*timedHosts || w.icmp > 0 {
					t.Errorf("%d connections, %d ICMP errors", len(w.flows), w.icmp)
				}
				for key, f := range w.flows {
					if f.resets != 1 || f.more != 0 || f.last.Sub(f.began) < end.life {
						t.Errorf("%v: %d RSTs, %d packets after the first, lasted %v", key, f.resets, f.more, f.last.Sub(f.began))
					}
				}
			})
		}
	}
}

// leftovers is what a scan could leave on the machine.
func leftovers(t *testing.T, h *target.Target) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, line := range []string{"ss -Htuanp", "ip address", "ip neighbour", "ip maddress", "ip rule", "ip route show table all", "nft list ruleset"} {
		words := strings.Fields(line)
		c := exec.Command(words[0], words[1:]...)
		var text bytes.Buffer
		c.Stdout = &text
		if err := h.Run(c); err != nil && words[0] != "nft" {
			t.Skip(err)
		}
		out[line] = text.String()
	}
	return out
}

// A scan of many hosts that is killed leaves no socket, address, neighbour, group, route or
// rule behind.
func TestTemporalKilledAmongMany(t *testing.T) {
	for way := range silences {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			h := target.Up(t, "many", "24")
			w := tapped(t, h)
			before := leftovers(t, h)
			c := timing(way, "--timeout", "30")
			if err := h.Start(c); err != nil {
				t.Fatal(err)
			}
			w.await(t, 3*timedHosts)
			during := leftovers(t, h)
			c.Process.Kill()
			c.Wait()
			if after := leftovers(t, h); !maps.Equal(before, after) {
				t.Errorf("before: %v\nafter: %v", before, after)
			}
			if listens := during["ss -Htuanp"] != before["ss -Htuanp"]; listens != strings.HasPrefix(way, "own") {
				t.Errorf("sockets while it ran: %q", during["ss -Htuanp"])
			}
			if during["ip address"] != before["ip address"] || during["nft list ruleset"] != before["nft list ruleset"] {
				t.Error("addresses or rules changed while it ran")
			}
		})
	}
}
