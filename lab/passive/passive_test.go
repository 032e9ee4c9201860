package main

import (
	"bytes"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"whorl/data"
	"whorl/link/pcapfile"
	"whorl/osdb"
	"whorl/packet"
	"whorl/verdict"
)

// start is when the captures of tests begin.
var start = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

// tcp is a packet of a handshake between port 40000 of 192.0.2.1 and port 80 of others.
func tcp(from, to string, ttl uint8, df bool, id uint16, flags packet.Flags, window uint16, options string) packet.Packet {
	p := packet.Packet{
		Link: packet.Raw, Network: packet.IPv4, TTL: ttl, Proto: packet.ProtoTCP, Transport: packet.TCP,
		Src: netip.MustParseAddr(from), Dst: netip.MustParseAddr(to), IPv4: packet.IPv4Header{DF: df, ID: id},
		TCP: packet.TCPHeader{SrcPort: 40000, DstPort: 80, Seq: 1000, Flags: flags, Window: window, Options: []byte(options)},
	}
	if flags.Has(packet.ACK) {
		p.TCP.SrcPort, p.TCP.DstPort, p.TCP.Ack = 80, 40000, 1001
	}
	return p
}

// handshake writes a capture: the client asks two servers, the first of which is Linux and
// the second something near the client.
func handshake(t *testing.T, dir string) {
	t.Helper()
	var b bytes.Buffer
	w, err := pcapfile.NewWriter(&b, packet.Raw)
	if err != nil {
		t.Fatal(err)
	}
	const windows = "\x02\x04\x05\xb4\x01\x03\x03\x08\x01\x01\x04\x02"
	for _, p := range []packet.Packet{
		tcp("192.0.2.1", "192.0.2.2", 128, true, 7, packet.SYN, 64240, windows),
		tcp("192.0.2.2", "192.0.2.1", 60, true, 0, packet.SYN|packet.ACK, 64240, "\x02\x04\x05\xb4\x01\x01\x04\x02\x01\x03\x03\x07"),
		tcp("192.0.2.1", "192.0.2.3", 128, true, 8, packet.SYN, 64240, windows),
		tcp("192.0.2.3", "192.0.2.1", 64, false, 9, packet.SYN|packet.ACK, 65535, "\x02\x04\x05\xb4"),
	} {
		frame, err := p.Append(nil)
		if err != nil {
			t.Fatal(err)
		}
		w.Write(packet.Raw, frame, start, pcapfile.Unknown)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	write(t, dir, "a.pcapng", b.String())
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

const head = "pcap\tip\trole\tos_family\tos_version_or_blank\tevidence\tsource_repo\tstrength\tdoubt\n"

func TestRun(t *testing.T) {
	dir := t.TempDir()
	handshake(t, dir)
	write(t, dir, labelsFile, head+
		"a.pcapng\t192.0.2.1\tclient\tWindows\t10 or newer\tx\ty\t4\t\n"+
		"a.pcapng\t192.0.2.2\tserver\tFreeBSD\t\tx\ty\t2\tfront-end-possible\n"+
		"a.pcapng\t192.0.2.9\tserver\tLinux\t\tx\ty\t2\n")
	write(t, dir, boxesFile, head+"a.pcapng\t192.0.2.3\tserver\tLinux\tUbuntu\tx\ty\t2\n")
	set, _ := osdb.Load(osdb.Config{Embedded: data.Files})
	var out bytes.Buffer
	if err := run(&out, dir, set, options{verbose: true, disturb: true, leaveOut: true}); err != nil {
		t.Fatal(err)
	}
	fields := func(line string) string { return strings.Join(strings.Fields(line), " ") }
	var got []string
	for line := range strings.Lines(out.String()) {
		got = append(got, fields(line))
	}
	text := strings.Join(got, "\n")
	for _, want := range []string{
		"whorl client all 1 1 (100.0 %) 1 (100.0 %) 0 0 0 1",
		"whorl server all 1 1 (100.0 %) 0 (0.0 %) 1 0 0 0",
		"whorl server not doubted 0 - - 0 0 0 0",
		"middlebox: a.pcapng 192.0.2.3 server: no answer, SynAck(V=4%TTL=40%H=2C%DF=N%ID=N%W=FFFF%MSS=5B4%O=M%SO=WS%SM=5B4)",
		"nothing 1 0 0 1",
		" 1 1 (100.0 %) 0 1 1 (100.0 %) 1 1\n", // left out: of the client's name the family is right, the server wrong
		"wrong: a.pcapng 192.0.2.2 server: FreeBSD , doubted: front-end-possible",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

func TestCompare(t *testing.T) {
	tests := []struct {
		family, version string
		answer          *answer
		want            mark
	}{
		{"Linux", "", nil, unseen},
		{"Linux", "", &answer{}, unanswered},
		{"Linux", "", &answer{family: "Windows"}, wrong},
		{"Android", "9", &answer{family: "Linux"}, rightFamily},
		{"iOS", "10.2", &answer{family: "Apple"}, rightFamily},
		{"Windows", "", &answer{family: "Windows", gens: []string{"XP"}}, rightFamily},
		{"Windows", "10 or newer (build 19041)", &answer{family: "Windows", gens: []string{"7", "10"}}, rightVersion},
		{"Windows", "10 or newer", &answer{family: "Windows", gens: []string{"7", "8.1"}}, tooOld},
		{"Windows", "XP", &answer{family: "Windows", gens: []string{"7", "8.1"}}, otherVersion},
	}
	for _, tt := range tests {
		l := label{family: tt.family, version: tt.version}
		if got := l.compare(tt.answer); got != tt.want {
			t.Errorf("%s %s: %v, want %v", tt.family, tt.version, got, tt.want)
		}
	}
}

func TestParseLabelErrors(t *testing.T) {
	for _, line := range []string{"", "a\t192.0.2.1\tclient", "a\t192.0.2.1\tpeer\tLinux\t\t\t\t", "a\t192.0.2\tclient\tLinux\t\t\t\t"} {
		if l, err := parseLabel(line); err == nil {
			t.Errorf("%q: %+v", line, l)
		}
	}
}

// On the captures for development: what is asked of the method, as far as these can tell.
func TestCaptures(t *testing.T) {
	dir := captures(t)
	labels, err := readLabels(dir, labelsFile)
	if err != nil {
		t.Fatal(err)
	}
	set, _ := osdb.Load(osdb.Config{Embedded: data.Files})
	rows, err := judgeAll(&bytes.Buffer{}, dir, verdict.NewHandshakes(set, verdict.Options{}), labels, false)
	if err != nil {
		t.Fatal(err)
	}
	var seen, answered [len(roleNames)]int
	var wrongs, plain, older int
	for i := range rows {
		r := &rows[i]
		m := r.mark(false)
		if m == unseen {
			continue
		}
		seen[r.role]++
		if m != unanswered {
			answered[r.role]++
		}
		if r.doubt == "" {
			plain++
			if m == wrong {
				wrongs++
			}
		}
		if m == tooOld {
			older++
		}
	}
	for r, least := range [...]float64{0.9, 0.75} {
		if share := float64(answered[r]) / float64(seen[r]); share < least {
			t.Errorf("%v: %.1f %% answered, want %.0f %%", role(r), 100*share, 100*least)
		}
	}
	if float64(wrongs) > 0.02*float64(plain) || older > 0 {
		t.Errorf("%d of %d rows without doubt are wrong, %d newer Windows called older ones", wrongs, plain, older)
	}
}
