package main

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"whorl"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// sound is a line of whorl listen --json: a print of a method, heard before noon.
func sound(addr, method, print string, before time.Duration) string {
	return fmt.Sprintf(`{"schema":"whorl.host/1","addr":%q,"observations":[{"method":%q,"print":%q,"conditions":{"at":%q,"answered":1}}]}`+"\n",
		addr, method, print, noon.Add(-before).Format(time.RFC3339))
}

// hearing reads a file at noon.
func hearing(t *testing.T, text string) (m *heard, file string) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "heard.json")
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	m = newHeard(defaultHeardAge)
	m.now = func() time.Time { return noon }
	if err := m.open(t.Context(), &app{}, file); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.close)
	return m, file
}

func prints(list []whorl.Observation) string {
	var all []string
	for _, o := range list {
		all = append(all, o.Print)
	}
	return strings.Join(all, " ")
}

// Of an address the newest record counts, of handshakes and of claims each, unless it is too
// old, from the future, or of a link.
func TestHeardOf(t *testing.T) {
	const h = time.Hour
	m, file := hearing(t, sound("192.0.2.1", "syn", "new", 1*h)+sound("192.0.2.1", "syn", "old", 2*h)+
		sound("192.0.2.1", "claim", "says", 3*h)+sound("192.0.2.1", "gen2", "not heard", 1*h)+
		sound("192.0.2.2", "syn", "yesterday", 24*h)+sound("192.0.2.3", "syn", "before that", 25*h)+
		sound("192.0.2.4", "syn", "a minute off", -time.Minute)+sound("192.0.2.5", "syn", "tomorrow", -24*h)+
		sound("fe80::1", "syn", "of some link", 1*h)+sound("2001:db8::1", "syn", "six", 1*h)+
		sound("::ffff:192.0.2.6", "syn", "mapped", 1*h))
	for addr, want := range map[string]string{
		"192.0.2.1": "new says", "192.0.2.2": "yesterday", "192.0.2.3": "", "192.0.2.4": "a minute off", "192.0.2.5": "",
		"192.0.2.6": "mapped", "192.0.2.7": "", "fe80::1": "", "fe80::1%eth0": "", "2001:db8::1": "six",
	} {
		for range 2 { // counted once
			got := m.of(netip.MustParseAddr(addr))
			if prints(got) != want {
				t.Errorf("%s: %q, want %q", addr, prints(got), want)
			}
			for _, o := range got {
				if o.Conditions.Heard != file {
					t.Errorf("%s: heard at %q", addr, o.Conditions.Heard)
				}
			}
		}
	}
	var people strings.Builder
	if err := m.sum(&people); err != nil {
		t.Error(err)
	}
	want := "whorl: heard before: hosts of this scan: 5\n" +
		"whorl: heard longer ago than 24h and left out: 1; --heard-age takes older ones too\n" +
		"whorl: heard in the future and left out: 1; compare the clocks of both machines\n"
	if people.String() != want {
		t.Errorf("%s\nwant\n%s", people.String(), want)
	}
}

// What cannot be read is told with its line, and costs only itself.
func TestHeardBadLines(t *testing.T) {
	long := `{"schema":"` + strings.Repeat("x", 2*maxHeardLine) + `"}` + "\n"
	m, file := hearing(t, "\n{}\n"+sound("192.0.2.1", "syn", "one", 0)+"{\"schema\"\n"+long+
		`{"schema":"whorl.host/1"}`+"\n"+sound("192.0.2.2", "syn", "two", 0)+sound("192.0.2.3", "syn", "last", 0)+`{"schema`)
	for addr, want := range map[string]string{"192.0.2.1": "one", "192.0.2.2": "two", "192.0.2.3": "last"} {
		if got := prints(m.of(netip.MustParseAddr(addr))); got != want {
			t.Errorf("%s: %q, want %q", addr, got, want)
		}
	}
	var people strings.Builder
	if err := m.sum(&people); exitCode(err) != exitPartial {
		t.Errorf("error %v", err)
	}
	for _, want := range []string{file + ":2: schema \"\", want whorl.host/1", file + ":4: ", file + ":5: longer than 1048576 bytes",
		file + ":6: no address", file + ":9: unexpected end of JSON input"} {
		if !strings.Contains(people.String(), "whorl: --heard: "+want) {
			t.Errorf("%q is not in\n%s", want, people.String())
		}
	}
}

// The file of a listener that goes on is read on; half a line waits for its end, and a file
// that is begun anew is read anew.
func TestHeardReadOn(t *testing.T) {
	m, name := hearing(t, sound("192.0.2.1", "syn", "one", time.Hour))
	now := noon
	m.now = func() time.Time { now = now.Add(readOnEvery); return now }
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	second := sound("192.0.2.2", "syn", "two", 0)
	expect := func(addr, want string) {
		t.Helper()
		if got := prints(m.of(netip.MustParseAddr(addr))); got != want {
			t.Errorf("%s: %q, want %q", addr, got, want)
		}
	}
	file.WriteString(second[:40])
	expect("192.0.2.2", "")
	file.WriteString(second[40:])
	expect("192.0.2.2", "two")
	file.WriteString(sound("192.0.2.1", "syn", "one again", 0) + strings.TrimSuffix(sound("192.0.2.3", "syn", "no line feed", 0), "\n"))
	expect("192.0.2.1", "one again")
	expect("192.0.2.3", "no line feed")
	file.WriteString("\n" + sound("192.0.2.4", "syn", "goes on", 0))
	expect("192.0.2.4", "goes on")
	if err := os.Truncate(name, 0); err != nil {
		t.Fatal(err)
	}
	expect("192.0.2.4", "goes on")
	file.WriteString(sound("192.0.2.5", "syn", "anew", 0))
	expect("192.0.2.5", "anew")
	var people strings.Builder
	if err := m.sum(&people); err != nil {
		t.Errorf("%v: %s", err, people.String())
	}
}

// A line without end is not read again and again.
func TestHeardEndlessLine(t *testing.T) {
	m, _ := hearing(t, "{"+strings.Repeat(" ", 3*maxHeardLine))
	if g := m.growing[0]; g.at != 3*maxHeardLine+1 || m.bad != 1 {
		t.Errorf("read up to %d, problems %v", g.at, m.problems)
	}
}

// A capture is listened to.
func TestHeardCapture(t *testing.T) {
	_, recording := record(t)
	m, file := hearing(t, string(recording))
	if s := m.hosts[netip.MustParseAddr("192.0.2.7")]; s == nil || len(s.handshakes) == 0 || !strings.HasPrefix(s.handshakes[0].Print, "SynAck(") ||
		s.handshakes[0].Conditions.Heard != file {
		t.Errorf("%+v", m.hosts)
	}
	m = newHeard(time.Hour)
	if err := m.open(t.Context(), &app{in: strings.NewReader("no records\n")}, "-"); err == nil || !strings.Contains(err.Error(), "neither records nor a capture") {
		t.Errorf("error %v", err)
	}
	if err := m.open(t.Context(), &app{in: strings.NewReader(sound("192.0.2.9", "syn", "in", 0))}, "-"); err != nil || len(m.hosts) != 1 || len(m.growing) != 0 {
		t.Errorf("error %v, %+v", err, m.hosts)
	}
	if err := m.open(t.Context(), &app{in: strings.NewReader("")}, "-"); err != nil {
		t.Errorf("an empty input: %v", err)
	}
}

// Whatever a file holds is read within bounds and without an end in between.
func FuzzHeardRecords(f *testing.F) {
	f.Add(sound("192.0.2.1", "syn", "Syn(V=4)", 0) + "x\n")
	f.Add("{\n\n\"")
	f.Fuzz(func(t *testing.T, text string) {
		m := newHeard(time.Hour)
		if err := m.open(t.Context(), &app{in: strings.NewReader("{" + text)}, "-"); err != nil {
			t.Fatal(err)
		}
		for addr := range m.hosts {
			for _, o := range m.of(addr) {
				if o.Conditions.Heard == "" || o.Conditions.Sent > 0 {
					t.Errorf("%+v", o)
				}
			}
		}
	})
}
