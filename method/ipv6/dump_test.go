package ipv6

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"

	"whorl/method/methodtest"
	"whorl/packet"
)

func TestDump(t *testing.T) {
	for _, c := range []struct{ text, runs string }{
		{"", ""},
		{"00", "00"},
		{"0000", "0000"},
		{"000000", "00{3}"},
		{"60000000000018", "60" + "00{5}" + "18"},
		{strings.Repeat("XX", 32) + "0000ff", "XX{32}0000ff"},
		{"a0a0a00a0a0a0a", "a0{3}0a{4}"},
	} {
		d, err := ParseDump(c.text)
		if err != nil || string(d) != c.text || d.Runs() != c.runs {
			t.Errorf("%s became %s, %s, %v", c.text, d, d.Runs(), err)
		}
		if again, err := ParseDump(c.runs); err != nil || again != d {
			t.Errorf("%s is read as %s, %v", c.runs, again, err)
		}
		if n := len(d.Bytes()); n != len(c.text)/2 {
			t.Errorf("%s has %d bytes", c.text, n)
		}
	}
}

// No address of an answer is told, however it is cut, and nothing else is hidden.
func TestDumpHides(t *testing.T) {
	e := exchange(t, linux)
	solicitation := packet.Packet{Src: methodtest.Us6}
	e.Packet(NS, &solicitation)
	refused := quoting(packet.ICMPv6Unreachable, 3, 0, &solicitation)
	refused.Network, refused.Src, refused.Dst = packet.IPv6, methodtest.Them6, methodtest.Us6
	all := [][]byte{methodtest.Frame(refused)}
	for p := range O1 {
		if r := e.Slots[p].Reply; r != nil {
			all = append(all, r.Packet)
		}
	}
	part := hex.EncodeToString(methodtest.Them6.AsSlice()[:4])
	for _, raw := range all {
		for n := range len(raw) + 1 {
			d := NewDump(raw[:n])
			if strings.Contains(string(d), part) {
				t.Fatalf("the first %d bytes: %s", n, d)
			}
			shown := bytes.Clone(raw[:n])
			for i := range shown {
				if d[2*i:2*i+2] == hidden {
					shown[i] = 0
				}
			}
			if !bytes.Equal(shown, d.Bytes()) {
				t.Fatalf("%x became %s", raw[:n], d)
			}
		}
		d := NewDump(raw)
		if n := strings.Count(string(d), hidden); n%16 != 0 || n < 32 || n > 80 {
			t.Errorf("%d bytes are hidden in %s", n, d)
		}
	}
}
