package ipv6_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"whorl/data"
	"whorl/lab/target"
	"whorl/method"
	"whorl/method/ipv6"
	"whorl/osdb"
	"whorl/packet"
)

// nmapVector is what Nmap makes of a target for its classifier.
func nmapVector(t *testing.T, h *target.Target) []float64 {
	t.Helper()
	var out bytes.Buffer
	c := exec.Command("nmap", "-6", "-O", "-n", "-Pn", "-d3", "-p", fmt.Sprintf("%d,%d", h.Open[0], h.Closed), h.IP6.String())
	c.Stdout = &out
	if err := h.Run(c); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(out.String()) {
		if strings.HasPrefix(line, "v = {") {
			return ipv6.ReadVector(t, line)
		}
	}
	t.Fatalf("nmap prints no vector: %s", out.String())
	return nil
}

// Nmap's classifier would get of our answers what it gets of its own.
func TestReferee(t *testing.T) {
	if _, err := exec.LookPath("nmap"); err != nil {
		t.Skip(err)
	}
	for _, words := range []string{"linux", "linux mtu=1400", "linux net.ipv4.tcp_timestamps=0", "linux net.ipv4.tcp_sack=0 net.ipv4.tcp_window_scaling=0", "gvisor", "lwip"} {
		t.Run(words, func(t *testing.T) {
			w := strings.Fields(words)
			h := target.Up(t, w[0], w[1:]...)
			ours := probe(t, h, 1)
			v, theirs := ipv6.Vector(&ours), nmapVector(t, h)
			for _, i := range ipv6.Differences(t, v, theirs) {
				t.Errorf("number %d is %v, Nmap has %v", i, v[i], theirs[i])
			}
			t.Logf("\n%s", ours.Tests)
		})
	}
}

// records are those of the embedded database.
func records(t *testing.T) osdb.Set {
	t.Helper()
	set, problems := osdb.Load(osdb.Config{Embedded: data.Files})
	for _, p := range problems {
		t.Error(p)
	}
	return set
}

// judge compares a target, asked twice, with the record that tells of it.
func judge(t *testing.T, h *target.Target, record *osdb.Entry) {
	t.Helper()
	for seed := range byte(2) {
		agrees(t, record, probe(t, h, seed).Tests)
	}
}

// agrees compares a record with what was seen.
func agrees(t *testing.T, record *osdb.Entry, seen method.Lines) {
	t.Helper()
	reference, errs := ipv6.NewReference(record.Extra)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	score, evidence := reference.Score(seen)
	t.Logf("%s: %d of %d points\n%s", record.Name, score.Num, score.Den, seen)
	for _, e := range evidence {
		if !e.Agrees {
			t.Errorf("%s.%s: want %s, got %s", e.Test, e.Attr, e.Want, e.Got)
		}
	}
	if score.Den < 3000 {
		t.Errorf("only %d points are compared", score.Den)
	}
}

// Stacks of the lab are measured as their records say.
func TestLab(t *testing.T) {
	set := records(t)
	for _, c := range []struct{ words, record string }{
		{"linux", "Linux 6.1 - 7.3"},
		{"linux net.ipv4.tcp_timestamps=0", "Linux 6.1 - 7.3"},
		{"linux net.ipv4.tcp_timestamps=0 net.ipv4.tcp_sack=0 net.ipv4.tcp_window_scaling=0", "Linux 6.1 - 7.3"},
		{"linux net.ipv4.tcp_ecn=0 net.ipv6.auto_flowlabels=0 net.ipv4.tcp_rmem=4096,8192,16384", "Linux 6.1 - 7.3"},
		{"linux net.ipv6.flowlabel_reflect=7 net.ipv6.conf.all.forwarding=1", "Linux 6.1 - 7.3"},
		{"gvisor", "gVisor netstack"},
		{"lwip", "lwIP 2.1"},
	} {
		t.Run(c.words, func(t *testing.T) {
			words := strings.Fields(c.words)
			judge(t, target.Up(t, words[0], words[1:]...), set.Find(c.record)[0])
		})
	}
}

// So are older and newer kernels than that of this machine, and Nmap's classifier gets the
// same of them. LAB_KERNELS names a directory that lab/kernel has filled.
func TestKernels(t *testing.T) {
	dir := os.Getenv("LAB_KERNELS")
	kernels, err := filepath.Glob(filepath.Join(dir, "[0-9]*"))
	if dir == "" || err != nil {
		t.Skip("no LAB_KERNELS")
	}
	set := records(t)
	for _, k := range kernels {
		t.Run(filepath.Base(k), func(t *testing.T) {
			h := target.Up(t, "qemu", k)
			p := probe(t, h, 9)
			v, theirs := ipv6.Vector(&p), nmapVector(t, h)
			for _, i := range ipv6.Differences(t, v, theirs) {
				t.Errorf("number %d is %v, Nmap has %v", i, v[i], theirs[i])
			}
			record := "Linux 4.15 - 6.19"
			if l, _ := p.Tests.Test("SEQ6"); slices.ContainsFunc(l.Attrs, func(a method.Attr) bool { return a.Name == "TS" && a.Value != "A" }) {
				record = "Linux 6.1 - 7.3"
			}
			judge(t, h, set.Find(record)[0])
		})
	}
}

// Nmap sends what Probes says: all of it, and nothing else under its flow label.
func TestProbesAreNmaps(t *testing.T) {
	if _, err := exec.LookPath("nmap"); err != nil {
		t.Skip(err)
	}
	h := target.Up(t, "linux")
	sent := map[string]int{}
	var replay ipv6.Replay
	for _, m := range heard(t, h, func() { nmapVector(t, h) }) {
		if replay.Add(m.p, m.at); m.p.Dst == h.IP6 && m.p.IPv6.FlowLabel == ipv6.FlowLabel {
			sent[shapeOf(t, m.p)]++
		}
	}
	for which := range ipv6.O1 {
		if name := ipv6.Probes[which].Name; sent[name] == 0 {
			t.Errorf("Nmap does not send %s", name)
		}
	}
	found := replay.Exchanges()
	if len(found) != 1 {
		t.Fatalf("%d exchanges are found in what Nmap sends", len(found))
	}
	agrees(t, records(t).Find("Linux 6.1 - 7.3")[0], found[0].Measure())
}

// shapeOf is the name of the probe that has the form of a packet.
func shapeOf(t *testing.T, p *packet.Packet) string {
	t.Helper()
	for which := range ipv6.O1 {
		s := &ipv6.Probes[which]
		var q packet.Packet
		s.Packet6(&method.Fields{Dst: p.Dst, PortBase: p.TCP.SrcPort - s.PortPlus, Seq: p.TCP.Seq - s.SeqPlus, Ack: p.TCP.Ack, EchoID: p.ICMP.ID(), TTL: p.TTL}, &q)
		q.TCP.DstPort, q.TCP.Checksum, q.UDP, q.ICMP.Checksum = p.TCP.DstPort, p.TCP.Checksum, p.UDP, p.ICMP.Checksum
		if s.NoAck && p.TCP.Ack != 0 {
			continue
		}
		if q.Transport == p.Transport && q.TTL == p.TTL && q.TOS == p.TOS && bytes.Equal(q.IPv6.Extensions, p.IPv6.Extensions) &&
			reflect.DeepEqual(q.TCP, p.TCP) && q.ICMP == p.ICMP && bytes.Equal(q.Payload, p.Payload) {
			return s.Name
		}
	}
	t.Errorf("no probe is like %v TCP %+v ICMP %+v %x %x", p.Transport, p.TCP, p.ICMP, p.IPv6.Extensions, p.Payload)
	return ""
}
