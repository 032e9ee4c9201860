package pcapfile

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"whorl/packet"
)

// stack is what a frame carries, outermost: IPv4, IPv6 or neither, and TCP or not.
type stack struct {
	network   packet.Network
	transport packet.Transport
}

// Every capture of a directory opens, and Wireshark finds IPv4, IPv6 and TCP in the
// same frames. It goes further only behind MPLS labels, where it guesses: it takes IP
// with a wrong checksum, and Ethernet.
func TestCaptures(t *testing.T) {
	dir := os.Getenv("WHORL_CAPTURES")
	if dir == "" {
		t.Skip("WHORL_CAPTURES names no directory of captures")
	}
	files, err := filepath.Glob(filepath.Join(dir, "*cap*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no captures in %s: %v", dir, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			ours, mpls := readCapture(t, file)
			if _, err := exec.LookPath("tshark"); err != nil {
				t.Skip(err)
			}
			theirs := wiresharkStacks(t, file)
			if len(theirs) != len(ours) {
				t.Fatalf("%d frames, Wireshark has %d", len(ours), len(theirs))
			}
			for i := range ours {
				switch {
				case ours[i] == theirs[i]:
				case ours[i] == stack{} && mpls[i]:
					t.Logf("frame %d: nothing behind MPLS, Wireshark has %v", i+1, theirs[i])
				default:
					t.Errorf("frame %d: %v, Wireshark has %v", i+1, ours[i], theirs[i])
				}
			}
		})
	}
}

// readCapture decodes all frames and logs what they were and what was skipped. mpls
// tells which have labels.
func readCapture(t *testing.T, file string) (stacks []stack, mpls []bool) {
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := Open(f)
	if err != nil {
		t.Fatal(err)
	}
	counts := map[string]int{}
	var p packet.Packet
	for {
		frame, link, _, err := r.Next()
		if err != nil {
			if errors.Is(err, io.ErrUnexpectedEOF) {
				t.Log(err)
			} else if err != io.EOF {
				t.Error(err)
			}
			break
		}
		p.Decode(link, frame)
		s := stack{network: p.Network}
		if p.Transport == packet.TCP {
			s.transport = packet.TCP
		}
		if p.Network == packet.ARP {
			s.network = packet.NoNetwork
		}
		stacks, mpls = append(stacks, s), append(mpls, p.EtherType == packet.EtherTypeMPLS)
		counts[fmt.Sprint(link, " ", []string{"neither IP nor ARP", "ARP", "IPv4", "IPv6"}[p.Network])]++
		if s.transport == packet.TCP {
			counts["TCP"]++
		}
		if p.Odd != 0 {
			counts["odd: "+p.Odd.String()]++
		}
	}
	t.Logf("%d frames: %v; skipped %v", len(stacks), counts, r.Skipped())
	return stacks, mpls
}

// wiresharkStacks asks Wireshark, without putting fragments together.
func wiresharkStacks(t *testing.T, file string) (all []stack) {
	cmd := exec.Command("tshark", "-n", "-r", file, "-o", "ip.defragment:FALSE", "-o", "ipv6.defragment:FALSE",
		"-o", "tcp.desegment_tcp_streams:FALSE", "-T", "fields", "-e", "frame.protocols")
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir(), "XDG_CONFIG_HOME="+t.TempDir()) // nobody's preferences
	out, _ := cmd.Output()                                                              // it fails on captures that are cut off, after telling of what is there
	for line := range strings.Lines(string(out)) {
		var s stack
		layers := strings.Split(strings.TrimSpace(line), ":")
		for i, l := range layers {
			if l != "ip" && l != "ipv6" {
				continue
			}
			s.network = map[string]packet.Network{"ip": packet.IPv4, "ipv6": packet.IPv6}[l]
			above := layers[i+1:]
			for len(above) > 0 && (strings.HasPrefix(above[0], "ipv6.") || above[0] == "ah") {
				above = above[1:]
			}
			if len(above) > 0 && above[0] == "tcp" {
				s.transport = packet.TCP
			}
			break
		}
		all = append(all, s)
	}
	return all
}
