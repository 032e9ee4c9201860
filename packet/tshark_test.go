package packet_test

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	. "whorl/packet"
)

// ngFile is a pcapng file with an interface for each frame
// (draft-ietf-opsawg-pcapng sections 4.1, 4.2 and 4.4).
func ngFile(all []carrier) []byte {
	le := binary.LittleEndian
	var file []byte
	block := func(kind uint32, body ...byte) {
		body = append(body, make([]byte, -len(body)&3)...)
		length := le.AppendUint32(nil, uint32(len(body)+12))
		file = append(le.AppendUint32(file, kind), length...)
		file = append(append(file, body...), length...)
	}
	block(0x0a0d0d0a, append(rows("4d3c2b1a", "01000000"), bytes.Repeat([]byte{0xff}, 8)...)...)
	for _, c := range all {
		block(1, append(le.AppendUint16(nil, uint16(c.link)), 0, 0, 0, 0, 0, 0)...)
	}
	for i, c := range all {
		frame := c.frame()
		body := append(le.AppendUint32(nil, uint32(i)), make([]byte, 8)...)
		body = le.AppendUint32(body, uint32(len(frame)))
		body = le.AppendUint32(body, uint32(len(frame)))
		block(6, append(body, frame...)...)
	}
	return file
}

// Wireshark knows all link types: it must find the same packet in the same place, and
// the same addresses, tags and labels before it.
func TestAgainstWireshark(t *testing.T) {
	if _, err := exec.LookPath("tshark"); err != nil {
		t.Skip(err)
	}
	file := filepath.Join(t.TempDir(), "carriers.pcapng")
	if err := os.WriteFile(file, ngFile(carriers), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"-r", file, "-T", "fields", "-E", "separator=,", "-E", "occurrence=f"}
	for _, f := range []string{"ip.src", "ip.dst", "icmp.seq", "icmp.ident", "ieee8021ad.id", "vlan.id", "eth.src", "sll.src.eth", "wlan.sa"} {
		args = append(args, "-e", f)
	}
	cmd := exec.Command("tshark", args...)
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir(), "XDG_CONFIG_HOME="+t.TempDir()) // nobody's preferences
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("tshark: %v: %s", err, complaint.String())
	}
	lines := strings.Split(strings.TrimRight(string(out), "\n"), "\n")
	if len(lines) != len(carriers) {
		t.Fatalf("%d lines for %d frames:\n%s", len(lines), len(carriers), out)
	}
	for i, c := range carriers {
		var p Packet
		p.Decode(c.link, c.frame())
		field := strings.Split(lines[i], ",")
		theirs := fmt.Sprintf("%s %s %s %s %s %s", field[0], field[1], field[2], field[3], cmp.Or(field[4], field[5]), strings.Join(field[6:], ""))
		ours := fmt.Sprintf("%v %v %d %d %s %s", p.Src, p.Dst, p.ICMP.Seq(), p.ICMP.ID(), text(p.VLANs > 0, p.VLAN[0]), text(!p.SrcMAC.IsZero(), p.SrcMAC))
		if ours != theirs {
			t.Errorf("%s:\nours   %s\ntheirs %s", c.name, ours, theirs)
		}
	}
}

func text(there bool, v any) string {
	if !there {
		return ""
	}
	return fmt.Sprint(v)
}
