package ipv6

import (
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whorl/method"
	"whorl/method/gen2"
)

// nmapRun is what Nmap said of a target: see testdata/README.
type nmapRun struct {
	name   string
	vector []float64
	text   string // wrapped
}

func nmapRuns(t testing.TB) (runs []nmapRun) {
	t.Helper()
	files, err := filepath.Glob("testdata/nmap793-*.txt")
	if err != nil || len(files) < 3 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		first, text, _ := strings.Cut(string(b), "\n")
		runs = append(runs, nmapRun{file, readVector(t, first), text})
	}
	return runs
}

// readVector reads "v = {40, 0, ...};".
func readVector(t testing.TB, line string) (v []float64) {
	t.Helper()
	body, ok := strings.CutPrefix(strings.TrimRight(line, "}; \r\n"), "v = {")
	if !ok {
		t.Fatalf("no vector: %.40s", line)
	}
	for word := range strings.FieldsFuncSeq(body, func(r rune) bool { return r == ',' || r == ' ' }) {
		n, err := strconv.ParseFloat(word, 64)
		if err != nil {
			t.Fatal(err)
		}
		v = append(v, n)
	}
	return v
}

// differences are the places at which two vectors differ, the ISR left out.
func differences(t testing.TB, a, b []float64) (places []int) {
	t.Helper()
	if len(a) != vectorLen || len(b) != vectorLen {
		t.Fatalf("%d and %d numbers", len(a), len(b))
	}
	for i := range a {
		if i != vectorISR && math.Abs(a[i]-b[i]) > 1e-4*math.Abs(b[i]) {
			places = append(places, i)
		}
	}
	return places
}

// Nmap's text is read and written as it was, and holds all that its classifier gets.
func TestNmapText(t *testing.T) {
	for _, run := range nmapRuns(t) {
		p, err := Parse("Host is up.\nTCP/IP fingerprint:\n" + run.text + "\nNetwork Distance: 1 hop\n")
		if err != nil {
			t.Errorf("%s: %v", run.name, err)
			continue
		}
		if d := cmp.Diff(run.text, p.Wrapped()); d != "" {
			t.Errorf("%s: %s", run.name, d)
		}
		v := vector(&p)
		for _, i := range differences(t, v, run.vector) {
			t.Errorf("%s: number %d is %v, Nmap has %v", run.name, i, v[i], run.vector[i])
		}
		if ours, theirs := v[vectorISR], run.vector[vectorISR]; math.Abs(ours-theirs) > 1e-3*theirs {
			t.Errorf("%s: ISR %v, Nmap has %v", run.name, ours, theirs)
		}
		back, err := Parse(p.Nmap())
		if d := cmp.Diff(p, back); err != nil || d != "" {
			t.Errorf("%s: %v %s", run.name, err, d)
		}
	}
}

// What Nmap's text tells of our tests: all but relations to numbers that it does not have.
func TestMeasureText(t *testing.T) {
	p := exchange(t, linux).Print()
	want := linuxPrint
	for _, told := range []string{"%RUCK=G"} {
		want = strings.ReplaceAll(want, told, "")
	}
	want = strings.ReplaceAll(want, "%W=0%S=A%", "%W=0%")
	p.Scan = Scan(gen2.ScanInfo{Version: "7.93", Platform: "x", OpenTCP: 80, ClosedTCP: 81, ClosedUDP: 40000, Distance: 1, DistanceMethod: "D", Time: time.Unix(1800000000, 0).UTC()})
	for name, text := range map[string]string{"wrapped": p.Wrapped(), "lines": p.Nmap(), "XML": xml(p.Wrapped())} {
		got, err := Parse(text)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if d := cmp.Diff(want, got.Tests.String()); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

func xml(wrapped string) string {
	return `<os><osfingerprint fingerprint="` + strings.ReplaceAll(wrapped, "\n", "&#xa;") + `"/></os>`
}

// Of a part of a text the answers alone tell which ports there were, and silence tells
// nothing.
func TestMeasureAnswersAlone(t *testing.T) {
	p := exchange(t, without(S3)).Print()
	p.Tests = nil
	got, err := Parse(p.Nmap())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"OPS6", "WIN6", "ECN6", "T1_6", "T5_6", "U1_6"} {
		if _, ok := got.Tests.Test(name); !ok {
			t.Errorf("%s is missing", name)
		}
	}
	if _, ok := got.Tests.Test("T2_6"); ok {
		t.Error("silence is taken for an observation")
	}
	if l, _ := got.Tests.Test("ECN6"); l.Attrs[1] != (method.Attr{Name: "HLG", Value: "40"}) {
		t.Errorf("%v", l)
	}
}

// The whole print is read as it was written, and gives the tests that it tells.
func TestPrint(t *testing.T) {
	p := exchange(t, linux).Print()
	got, err := Parse(p.String())
	if d := cmp.Diff(p, got); err != nil || d != "" {
		t.Errorf("%v %s", err, d)
	}
	if !strings.HasPrefix(p.String(), linuxPrint) || !strings.HasSuffix(p.String(), "EXTRA(FL=12345)\n") {
		t.Error(p)
	}
	if n := len(p.String()); n > 4000 {
		t.Errorf("%d bytes", n)
	}
}

// Whatever else a text has is passed over, prints of the second generation too.
func TestFind(t *testing.T) {
	four := "SCAN(V=7.93%E=4%OT=80)\nSEQ(SP=105%GCD=1)\nT2(R=N)\nT4(R=Y%DF=Y)\nU1(R=N)\nIE(R=N)\n"
	six := exchange(t, linux).Print()
	text := four + "\n" + six.String() + "\nOS details: none\n" + six.Wrapped() + "\n" + four
	found, problems := Find(text)
	if len(problems) > 0 || len(found) != 2 || found[0].Line != 8 {
		t.Fatalf("%d prints, %v", len(found), problems)
	}
	others, problems4 := gen2.Find(text)
	if len(others) != 2 || len(problems4) > 0 || len(others[0].Tests) != 5 || others[1].String() != four {
		t.Errorf("package gen2 finds %v, %v", others, problems4)
	}
}

func TestFindErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                                     "ipv6: no print in the text; it should have lines like SEQ6(...) or S1(P=...)",
		"NS6(R=Y)\n\nNS6(R=N)":                 "ipv6: line 3: a second print begins",
		"NS6(R=Y)\nNS6(R=N)":                   "ipv6: line 2: NS6 stands twice",
		"NS6(X=1)":                             `ipv6: line 1: NS6 has no attribute "X"`,
		"NS6(R)":                               `ipv6: line 1: method: NS6: bad attribute "R", want NAME=value`,
		"NS6(R=Y":                              "ipv6: line 1: NS6(R=Y...: closing parenthesis is missing",
		"S1(P=60%ST=0%RT=0)\nS1(P=60)":         "ipv6: line 2: S1 stands twice",
		"S1(P=6g)":                             `ipv6: line 1: S1: P: "6g" is no byte; want two digits of 0-9a-f, or XX`,
		"S1(P=600)":                            `ipv6: line 1: S1: P: "0" is no byte; want two digits of 0-9a-f, or XX`,
		"S1(P=60{x})":                          `ipv6: line 1: S1: P: "{x}" is no count; want {N} behind a byte`,
		"S1(P=60{0})":                          `ipv6: line 1: S1: P: "{0}" is no count; want {N} behind a byte`,
		"S1(P=60{5)":                           `ipv6: line 1: S1: P: "{5" is no count; want {N} behind a byte`,
		"S1(P=60{8193})":                       "ipv6: line 1: S1: P: the packet has more than 8192 bytes",
		"S1(P=60{9}60{9999})":                  "ipv6: line 1: S1: P: the packet has more than 8192 bytes",
		"S1(P=60%ST=-1)":                       `ipv6: line 1: S1: ST: "-1" is no time in seconds`,
		"S1(P=60%RT=NaN)":                      `ipv6: line 1: S1: RT: "NaN" is no time in seconds`,
		"S1(P=60%RT=1e99)":                     `ipv6: line 1: S1: RT: "1e99" is no time in seconds`,
		"S1(P=60%QT=1)":                        `ipv6: line 1: S1: QT: unknown attribute "QT"`,
		"S1(P=60%ST=0%RT=0)EXTRA(FL=1234)":     "ipv6: line 1: EXTRA(FL=1234): want EXTRA(FL=12345), five digits of 0-9a-f",
		"S1(P=60%ST=0%RT=0)EXTRA(F=1)":         "ipv6: line 1: EXTRA(F=1): want EXTRA(FL=12345), five digits of 0-9a-f",
		"S1(P=60%ST=0%RT=0)EXTRA(FL=1234567})": "ipv6: line 1: EXTRA(FL=1234567}): want EXTRA(FL=12345), five digits of 0-9a-f",
	} {
		if _, err := Parse(text); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

// FuzzFind: no text crashes, and what was found is written so that it reads the same, but
// for times beyond six digits.
func FuzzFind(f *testing.F) {
	for _, run := range nmapRuns(f) {
		f.Add(run.text)
	}
	p := exchange(f, linux).Print()
	f.Add(p.String())
	f.Add(p.Nmap())
	f.Add(xml(p.Wrapped()))
	f.Add("SCAN(E=6%OT=80%DS=3%DC=I)\nS1(P=6000{4}1406XX{34}01bb%ST=1e-05%RT=0)NS(P=60%ST=1%RT=2)\nEXTRA(FL=00000)")
	f.Fuzz(func(t *testing.T, text string) {
		found, _ := Find(text)
		for _, l := range found {
			got, err := Parse(l.Print.String())
			if err != nil {
				t.Fatalf("%s: %v", l.Print, err)
			}
			if d := cmp.Diff(l.Print.String(), got.String()); d != "" {
				t.Fatal(d)
			}
		}
	})
}

// On this machine an answer may be stamped before its probe was: its time is the probe's.
func TestPrintOfAnswerBeforeProbe(t *testing.T) {
	e := exchange(t, linux)
	for which := range O1 {
		if r := e.Slots[which].Reply; r != nil {
			r.At = e.Slots[which].Sent.Add(-ms)
		}
	}
	p := e.Print()
	if _, err := Parse(p.String()); err != nil || len(p.Responses) != 15 {
		t.Errorf("%d answers, %v", len(p.Responses), err)
	}
	for _, r := range p.Responses {
		if r.Received != r.Sent {
			t.Errorf("%v: asked at %v, answered at %v", r.Probe, r.Sent, r.Received)
		}
	}
}
