package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"

	"whorl"
	"whorl/lab/target"
	"whorl/link"
	"whorl/link/afpacket"
	"whorl/method/gen1"
	"whorl/packet"
)

// scanOf is what a scan of a target says of it.
func scanOf(t *testing.T, h *target.Target, args ...string) (host whorl.Host) {
	t.Helper()
	args = append([]string{"scan", "--no-system-db", "--json", "-p", fmt.Sprintf("%d,%d", h.Open[0], h.Closed), h.IP.String()}, args...)
	c := exec.Command("whorl", args...)
	var out, people bytes.Buffer
	c.Stdout, c.Stderr = &out, &people
	if err := h.Run(c); err != nil {
		t.Fatalf("%v: %s", err, people.String())
	}
	if err := json.Unmarshal(bytes.TrimSpace(out.Bytes()), &host); err != nil {
		t.Fatal(err)
	}
	if len(host.Verdicts) == 0 {
		t.Fatalf("no verdict: %s", out.String())
	}
	return host
}

// Both generations name the same family, alone and together, and both are in the record.
func TestGenerationsLab(t *testing.T) {
	for _, c := range []struct{ kind, family string }{
		{"linux", "Linux"}, {"gvisor", "gVisor"}, {"lwip", "lwIP"}, {"slirp", "libslirp"}, {"pasta", "pasta"},
	} {
		t.Run(c.kind, func(t *testing.T) {
			t.Parallel()
			h := target.Up(t, c.kind)
			first, second, both := scanOf(t, h, "--gen", "1"), scanOf(t, h), scanOf(t, h, "--gen", "1,2")
			for _, s := range []whorl.Host{first, second, both} {
				if v := s.Verdicts[0]; v.Family != c.family && !strings.Contains(v.Name, c.family) {
					t.Errorf("%q of %q, want %s", v.Name, v.Family, c.family)
				}
				t.Logf("%d observations: %s, %.2f, %d of %d", len(s.Observations), s.Verdicts[0].Name, s.Verdicts[0].Confidence, s.Verdicts[0].Passed, s.Verdicts[0].Compared)
			}
			if a, b := first.Verdicts[0].Family, second.Verdicts[0].Family; a != b {
				t.Errorf("the first generation says %s, the second %s", a, b)
			}
			if a, b := second.Verdicts[0].Name, both.Verdicts[0].Name; a != b {
				t.Errorf("the second generation says %s, both say %s", b, a)
			}
			methods := map[string]bool{}
			for _, o := range both.Observations {
				methods[o.Method] = true
			}
			listed := false
			for _, v := range both.Verdicts {
				listed = listed || v.Rule == whorl.RuleGen1 && v.Passed > 0 && v.Family == both.Verdicts[0].Family
			}
			if !methods["gen1"] || !methods["gen2"] || !listed {
				t.Errorf("observations %v, listed by the first generation: %v", methods, listed)
			}
		})
	}
}

// arrived is a packet as the other end of the cable saw it.
type arrived struct {
	p  *packet.Packet
	at time.Time
}

// arriving is what comes to a target while f runs, but for resets and the search of
// ports, which has no options of the first generation.
func arriving(t *testing.T, h *target.Target, f func()) (out []arrived) {
	t.Helper()
	far := *h
	far.NS = strings.TrimSuffix(h.NS, "v") + "t"
	var c link.Conn
	err := far.Do(func() (err error) {
		r, err := link.RouteTo(h.IP.Prev(), link.Via{})
		if err == nil {
			c, err = afpacket.Open(afpacket.Options{Route: r})
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	f()
	buf, in := make([]byte, 2048), packet.Packet{}
	for end := c.Now().Add(100 * time.Millisecond); ; {
		n, at, err := c.Recv(buf, end)
		if err != nil {
			return out
		}
		in.Decode(c.LinkType(), buf[:n])
		udp := in.Transport == packet.UDP && in.UDP.Length == 308
		if in.Network == packet.IPv4 && in.Dst == h.IP && (udp || in.Transport == packet.TCP && bytes.Equal(in.TCP.Options, gen1.Options)) {
			out = append(out, arrived{in.Clone(), at})
		}
	}
}

// What --gen 1 sends is what the first generation sent: a burst of eight in this order,
// then six SYNs at least 110 ms apart, all with the same options, and windows that follow
// the TTL.
func TestGen1OnTheWire(t *testing.T) {
	h := target.Up(t, "linux")
	wire := arriving(t, h, func() { scanOf(t, h, "--gen", "1") })
	if len(wire) < 14 {
		t.Fatalf("%d packets, want 14 at least", len(wire))
	}
	var burst []string
	base := wire[0].p.TCP.SrcPort - 7
	seq := wire[0].p.TCP.Seq
	for i, s := range wire {
		q := s.p
		if q.IPv4.DF || q.TOS != 0 {
			t.Errorf("packet %d: TOS %d, DF %v", i, q.TOS, q.IPv4.DF)
		}
		if q.Transport == packet.UDP {
			continue
		}
		if q.TTL < 37 || q.TTL > 59 || q.TCP.Window != 1024*(uint16(q.TTL%4)+1) || q.TCP.Ack != 0 {
			t.Errorf("packet %d: TTL %d, %+v", i, q.TTL, q.TCP)
		}
	}
	for _, s := range wire[:8] {
		q := s.p
		if q.Transport == packet.UDP {
			burst = append(burst, fmt.Sprintf("UDP+%d of %d", q.UDP.SrcPort-base, q.IPv4.TotalLen))
			continue
		}
		burst = append(burst, fmt.Sprintf("%v+%d to %d", q.TCP.Flags, q.TCP.SrcPort-base, q.TCP.DstPort))
		if q.TCP.Seq != seq {
			t.Errorf("%v has another sequence number", q.TCP)
		}
	}
	o, c := h.Open[0], h.Closed
	want := fmt.Sprintf("ES+7 to %d, +8 to %[1]d, UPSF+9 to %[1]d, A+10 to %[1]d, S+11 to %d, A+12 to %[2]d, UPF+13 to %[2]d, UDP+0 of 328", o, c)
	if got := strings.Join(burst, ", "); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if took := wire[7].at.Sub(wire[0].at); took > 20*time.Millisecond {
		t.Errorf("the burst takes %v", took)
	}
	train := wire[len(wire)-6:]
	for i, s := range train {
		if q := s.p; q.TCP.Flags != packet.SYN || q.TCP.Seq != seq+uint32(i)+1 || q.TCP.SrcPort != base+uint16(i)+1 || q.TCP.DstPort != o {
			t.Errorf("S%d: %+v", i+1, q.TCP)
		}
		if i == 0 {
			continue
		}
		if gap := s.at.Sub(train[i-1].at); gap < 109*time.Millisecond || gap > 200*time.Millisecond {
			t.Errorf("S%d comes %v after the one before", i+1, gap)
		}
	}
}
