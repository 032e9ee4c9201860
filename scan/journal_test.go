package scan

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whorl"
)

// upHost is a host with something to say; the address tells it from others.
func upHost(last byte) *whorl.Host {
	h, e := measured()
	h.Schema, h.Addr, h.Status = whorl.Schema, netip.AddrFrom4([4]byte{10, 0, 0, last}), whorl.Status{Up: true, Reason: "echo-reply"}
	h.Seen = whorl.Span{First: epoch, Last: epoch.Add(time.Second)}
	Observe(h, e, "test")
	return h
}

// downHost never answered.
func downHost(after time.Duration) *whorl.Host {
	return &whorl.Host{Schema: whorl.Schema, Status: whorl.Status{Reason: noResponse}, Seen: whorl.Span{First: epoch.Add(after), Last: epoch.Add(after + time.Second)}}
}

// sample is a journal with every kind of record.
func sample(t testing.TB) []byte {
	var b bytes.Buffer
	j := NewJournalWriter(&b)
	head := JournalHead{Version: "test", Args: "whorl scan 10.0.0.0/24", Start: epoch, Targets: "10.0.0.0-255\n", Missed: 2,
		Options: []JournalOption{{"oX", "a.xml"}, {"verbose", "2"}}}
	err := j.Begin(head)
	for _, p := range []uint64{9, 2, 4, 3} {
		err = errors.Join(err, j.Host(p, downHost(time.Duration(p)*time.Minute)))
	}
	err = errors.Join(err, j.Host(1, upHost(1)), j.Flush(), j.Flush(), j.Host(5, upHost(5)))
	warned := downHost(0)
	warned.Addr, warned.Warnings = netip.MustParseAddr("10.0.0.6"), []string{"host timeout reached;\nscan again"}
	if err = errors.Join(err, j.Host(6, warned)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// readAll lists the records of a journal in a line each.
func readAll(t testing.TB, text []byte) (out []string, j *JournalReader) {
	j, err := NewJournalReader(bytes.NewReader(text))
	if err != nil {
		return nil, nil
	}
	for {
		r, err := j.Next()
		if err == io.EOF {
			return out, j
		}
		if err != nil {
			t.Fatal(err)
		}
		if r.Host != nil {
			out = append(out, fmt.Sprint("host ", r.Position, " ", r.Host.Addr))
		} else {
			out = append(out, fmt.Sprint("down ", r.Down, " ", r.Seen.First.Sub(epoch), " ", r.Seen.Last.Sub(epoch)))
		}
	}
}

var sampleRecords = []string{"host 1 10.0.0.1", "down [{2 4} {9 9}] 2m0s 9m1s", "host 5 10.0.0.5", "host 6 10.0.0.6"}

func TestJournal(t *testing.T) {
	text := sample(t)
	got, j := readAll(t, text)
	if d := cmp.Diff(sampleRecords, got); d != "" {
		t.Error(d)
	}
	if j.Good != int64(len(text)) || j.Broken != nil {
		t.Errorf("good to %d of %d, %v", j.Good, len(text), j.Broken)
	}
	want := JournalHead{Version: "test", Args: "whorl scan 10.0.0.0/24", Start: epoch, Targets: "10.0.0.0-255\n", Missed: 2,
		Options: []JournalOption{{"oX", "a.xml"}, {"verbose", "2"}}}
	if d := cmp.Diff(want, j.Head); d != "" {
		t.Error(d)
	}
}

// A host comes back as it was: outputs write the same of it.
func TestJournalKeepsHosts(t *testing.T) {
	var b bytes.Buffer
	j := NewJournalWriter(&b)
	h := upHost(7)
	h.Names, h.Warnings, h.Verdicts = []string{"a.example"}, []string{"\u2028 and \n"}, []whorl.Verdict{{Name: "x", Confidence: 1. / 3}}
	if err := errors.Join(j.Begin(JournalHead{}), j.Host(7, h)); err != nil {
		t.Fatal(err)
	}
	r, err := NewJournalReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	record, err := r.Next()
	if err != nil {
		t.Fatal(err)
	}
	want, _ := json.Marshal(h)
	got, _ := json.Marshal(record.Record(Target{}))
	if d := cmp.Diff(string(want), string(got)); d != "" {
		t.Error(d)
	}
	if p := fmt.Sprint(record.Position, " ", record.Host.Addr); p != "7 10.0.0.7" {
		t.Error(p)
	}
}

// A journal that was cut off anywhere gives all records that were whole, and can go on
// behind them.
func TestJournalCutOff(t *testing.T) {
	text := sample(t)
	head := bytes.Index(text, []byte("\n"))
	head += 2 + bytes.Index(text[head+1:], []byte("\n"))
	for n := range text {
		got, j := readAll(t, text[:n])
		if n < head {
			if j != nil {
				t.Fatalf("%d bytes are taken for a journal", n)
			}
			continue
		}
		whole := bytes.Count(text[head:n], []byte("\n"))
		if d := cmp.Diff(sampleRecords[:whole], got); whole > 0 && d != "" || len(got) != whole || j.Broken != nil {
			t.Fatalf("%d bytes: %s, %v", n, d, j.Broken)
		}
		var on bytes.Buffer
		on.Write(text[:j.Good])
		if err := NewJournalWriter(&on).Host(8, upHost(8)); err != nil {
			t.Fatal(err)
		}
		if got, _ := readAll(t, on.Bytes()); len(got) != whole+1 || got[whole] != "host 8 10.0.0.8" {
			t.Fatalf("%d bytes, went on: %q", n, got)
		}
	}
}

// A byte that changed costs its own line, which is named, and no other.
func TestJournalDamaged(t *testing.T) {
	text := sample(t)
	lines := bytes.SplitAfter(text, []byte("\n"))
	head := len(lines[0]) + len(lines[1])
	for i := head; i < len(text); i++ {
		bad := bytes.Clone(text)
		bad[i] ^= 0x41
		got, j := readAll(t, bad)
		if len(got) < len(sampleRecords)-2 || len(got) == len(sampleRecords) { // a line feed that is lost costs two
			t.Fatalf("byte %d: %d records", i, len(got))
		}
		first := 1 + bytes.Count(text[:i], []byte("\n"))
		if inLast := i >= len(text)-len(lines[len(lines)-2])-1; !inLast && (j.Broken == nil || !strings.HasPrefix(j.Broken.Error(), fmt.Sprintf("scan: journal: line %d: ", first))) {
			t.Fatalf("byte %d, in line %d: %v", i, first, j.Broken)
		}
	}
}

func TestJournalErrors(t *testing.T) {
	text := string(sample(t))
	for name, c := range map[string]struct{ text, want string }{
		"empty":          {"", "scan: journal: line 1 is not the beginning of a journal"},
		"something else": {"# Nmap 7.95\n", "scan: journal: line 1 is not the beginning of a journal"},
		"zeros":          {strings.Repeat("\x00", 4096), "scan: journal: line 1 is not the beginning of a journal"},
		"newer":          {strings.Replace(text, "journal 1", "journal 2", 1), `scan: journal: line 1: version "2", and only 1 can be read`},
		"no job":         {"whorl journal 1\n", "scan: journal: line 2: the job is not whole; nothing can be resumed from it"},
		"job changed":    {strings.Replace(text, "10.0.0.0-255", "10.0.0.0-254", 1), "scan: journal: line 2: the job is not whole; nothing can be resumed from it"},
		"another record": {"whorl journal 1\n" + string(sealed("down x")), "scan: journal: line 2: the job is not whole; nothing can be resumed from it"},
	} {
		if _, err := NewJournalReader(strings.NewReader(c.text)); err == nil || err.Error() != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	for record, want := range map[string]string{
		"up 1":                     `a record of kind "up"`,
		"host x {}":                `position "x" is not a number`,
		"host 1 {":                 "host 1: unexpected end of JSON input",
		"host 1 {}":                "host 1: not of the form whorl.host/1",
		"down 1":                   "1 fields where three are",
		"down a b 1":               `"a" to "b" is not a span of time`,
		"down " + times + " 2-1":   `positions "2-1" are not a range`,
		"down " + times + " 1,":    `positions "" are not a range`,
		"down " + times + " 1-2-3": `positions "1-2-3" are not a range`,
	} {
		_, j := readAll(t, []byte(text+string(sealed(record))+string(sealed("host 1 "+jsonOf(upHost(1))))))
		if j.Broken == nil || j.Broken.Error() != "scan: journal: line 7: "+want {
			t.Errorf("%s: %v", record, j.Broken)
		}
	}
	j, err := NewJournalReader(io.MultiReader(strings.NewReader(text[:len(text)-1]), &broken{}))
	for err == nil {
		_, err = j.Next()
	}
	if err.Error() != "scan: journal: line 6: disk on fire" {
		t.Errorf("a disk that fails: %v", err)
	}
}

const times = "2026-01-01T00:00:00Z 2026-01-01T00:00:01Z"

func jsonOf(h *whorl.Host) string {
	b, _ := json.Marshal(h)
	return string(b)
}

// fullDisk takes so many bytes.
type fullDisk struct{ room int }

func (d *fullDisk) Write(p []byte) (int, error) {
	if len(p) <= d.room {
		d.room -= len(p)
		return len(p), nil
	}
	n := d.room
	d.room = 0
	return n, errors.New("no space")
}

// After an error nothing is written, so that no line follows half a line.
func TestJournalFullDisk(t *testing.T) {
	j := NewJournalWriter(&fullDisk{room: 5})
	if err := j.Begin(JournalHead{}); err == nil || err.Error() != "scan: journal: no space" {
		t.Errorf("%v", err)
	}
	j.w = io.Discard
	if err := j.Host(1, upHost(1)); err == nil {
		t.Error("a host is written after an error")
	}
	if err := errors.Join(j.Host(1, downHost(0)), j.Flush()); err == nil {
		t.Error("positions are written after an error")
	}
}

// Many hosts that are down take little, and do not wait without bound.
func TestJournalIsCompact(t *testing.T) {
	var b bytes.Buffer
	j := NewJournalWriter(&b)
	h := downHost(0)
	for p := range uint64(1 << 20) {
		if err := j.Host(p^7, h); err != nil { // not quite in order
			t.Fatal(err)
		}
		if len(j.down) >= maxDown {
			t.Fatalf("%d positions wait", len(j.down))
		}
	}
	if b.Len() > 32<<10 {
		t.Errorf("%d bytes for a million positions", b.Len())
	}
}

// A line beyond all bounds is passed over without being kept.
func TestJournalLongLine(t *testing.T) {
	text := sample(t)
	long := io.LimitReader(zeros{}, 3*maxRecord)
	rest := "\n" + string(sealed("host 7 "+jsonOf(upHost(7))))
	j, err := NewJournalReader(io.MultiReader(bytes.NewReader(text), long, strings.NewReader(rest)))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for ; err == nil; n++ {
		_, err = j.Next()
	}
	if n-1 != len(sampleRecords)+1 || j.Broken == nil || j.Broken.Error() != "scan: journal: line 7: line too long" || cap(j.text) > 3*maxRecord/2 {
		t.Errorf("%d records, %v, %d bytes kept", n-1, j.Broken, cap(j.text))
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// FuzzJournal: whatever a file holds, reading ends without a crash; what is good ends
// at Good, and reads the same when the rest is cut.
func FuzzJournal(f *testing.F) {
	text := sample(f)
	f.Add(text, "")
	f.Add(text[:len(text)-20], "host 7 "+jsonOf(upHost(7)))
	f.Add([]byte("whorl journal 2\n"), "")
	f.Add(bytes.Replace(text, []byte("host 5"), []byte("host 9"), 1), "")
	f.Add(text, "down "+times+" 0-18446744073709551615\ndown "+times+" 3,1-2\nhost 1")
	f.Fuzz(func(t *testing.T, text []byte, records string) {
		for line := range strings.Lines(records) { // with a checksum that holds
			text = append(text, sealed(strings.TrimSuffix(line, "\n"))...)
		}
		got, j := readAll(t, text)
		if j == nil {
			return
		}
		if j.Good > int64(len(text)) || j.Good < int64(len(journalMagic)) {
			t.Fatalf("good to %d of %d", j.Good, len(text))
		}
		again, k := readAll(t, text[:j.Good])
		if d := cmp.Diff(got, again); d != "" || k.Good != j.Good {
			t.Fatalf("cut at %d: %s", j.Good, d)
		}
	})
}

func FuzzParseTargets(f *testing.F) {
	for _, s := range []string{"10.0.0.0-255\n", "192.0.2.80-81 two.example\n- 192.0.2.81\n", "2001:db8::/64\n", "- -", "192.0.2.80 two.example +1\n", "192.0.2.80 +1\n", "::1 a +1 +2\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		ts, err := ParseTargets(text)
		if err != nil {
			return
		}
		again, err := ParseTargets(ts.String())
		if err != nil || again.String() != ts.String() || again.Count() != ts.Count() {
			t.Errorf("%q, then %q, %v", ts, again, err)
		}
	})
}
