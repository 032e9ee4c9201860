package main

import (
	"os/exec"
	"strings"
	"testing"

	"golang.org/x/net/bpf"

	"whorl/packet"
)

// port80 is "tcp dst port 80" over IPv4 without options, for frames of IP alone.
const port80 = "8\n48 0 0 0\n21 0 5 69\n48 0 0 9\n21 0 3 6\n40 0 0 22\n21 0 1 80\n6 0 0 262144\n6 0 0 0\n"

// passes is how many bytes of a frame a filter passes.
func passes(t testing.TB, f []bpf.Instruction, frame []byte) int {
	t.Helper()
	vm, err := bpf.NewVM(f)
	if err != nil {
		t.Fatal(err)
	}
	n, err := vm.Run(frame)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// A filter narrows what is listened to, and never widens it.
func TestBPF(t *testing.T) {
	for _, text := range []string{port80, strings.ReplaceAll(strings.TrimSpace(port80), "\n", ",")} {
		f, err := parseBPF(text)
		if err != nil {
			t.Fatal(err)
		}
		both := passBoth(f, listenFilter(packet.Raw))
		for _, tt := range []struct {
			transport packet.Transport
			dport     uint16
			pass      bool
		}{{packet.TCP, 80, true}, {packet.TCP, 443, false}, {packet.UDP, 80, false}, {packet.UDP, 5353, false}} {
			n := passes(t, both, spoken(t, packet.Raw, "192.0.2.1", tt.transport, 40000, tt.dport, "PAYLOAD"))
			if n > 0 != tt.pass || n > hearSnap {
				t.Errorf("%v to port %d: %d bytes pass", tt.transport, tt.dport, n)
			}
		}
	}
}

func TestBPFErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                           "is empty",
		"tcp port 80":                `begins with "tcp port 80"`,
		"3\n6 0 0 0":                 "of which there are 1",
		"0":                          "0 instructions",
		"1\n6 0 0":                   "want four numbers",
		"1\n6 0 0 4294967296":        "want a number of 32 bits",
		"1\n6 256 0 0":               "want a number of 8 bits",
		"1\n65535 0 0 0":             "not known",
		"1\n40 0 0 12":               "behind the last",
		"2\n21 1 0 0\n6 0 0 0":       "line 2: leads behind",
		"2\n5 0 0 4294967295\n6 0 0": "four numbers",
		"1\n22 0 0 0":                "returns the accumulator",
	} {
		if _, err := parseBPF(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

// What tcpdump makes of an expression is read.
func TestBPFOfTcpdump(t *testing.T) {
	tcpdump, err := exec.LookPath("tcpdump")
	if err != nil {
		t.Skip(err)
	}
	for expression, want := range map[string]bool{
		"tcp port 80":                  true,
		"net 192.0.2.0/24":             true,
		"not host 192.0.2.1":           false,
		"ip6":                          false,
		"tcp[tcpflags] & tcp-syn != 0": false,
		"host 192.0.2.9 and (port 81 or port 80)": true,
	} {
		for name, link := range map[string]packet.LinkType{"EN10MB": packet.Ethernet, "RAW": packet.Raw} {
			text, err := exec.Command(tcpdump, "-y", name, "-ddd", expression).Output()
			if err != nil {
				t.Fatalf("%s: %v", expression, err)
			}
			f, err := parseBPF(string(text))
			if err != nil {
				t.Errorf("%s: %v", expression, err)
				continue
			}
			frame := spoken(t, link, "192.0.2.1", packet.TCP, 40000, 80, "PAYLOAD")
			if n := passes(t, passBoth(f, listenFilter(link)), frame); n > 0 != want {
				t.Errorf("%s, %s: %d bytes pass", expression, name, n)
			}
		}
	}
}

// Whatever is read can be joined and passes what both filters pass.
func FuzzBPF(f *testing.F) {
	f.Add(port80, []byte("\x45\x00\x00\x28\x00\x00\x40\x00\x40\x06\x00\x00\xc0\x00\x02\x01\xc0\x00\x02\x09\x9c\x40\x00\x50"))
	f.Add("1,6 0 0 1", []byte{0x60})
	f.Fuzz(func(t *testing.T, text string, frame []byte) {
		first, err := parseBPF(text)
		if err != nil {
			return
		}
		second := listenFilter(packet.Raw)
		a, errA := bpf.NewVM(first)
		both, errBoth := bpf.NewVM(passBoth(first, second))
		b, err := bpf.NewVM(second)
		if err != nil {
			t.Fatal(err)
		}
		if errA != nil || errBoth != nil { // what the kernel knows and this machine does not
			return
		}
		n, errA := a.Run(frame)
		want, errB := b.Run(frame)
		got, errBoth := both.Run(frame)
		if errA != nil || errB != nil || errBoth != nil {
			return
		}
		if n == 0 {
			want = 0
		}
		if got != want {
			t.Errorf("%q passes %d bytes of %x, want %d", text, got, frame, want)
		}
	})
}
