package gen2

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whorl/method"
	"whorl/method/methodtest"
)

const linuxScan = "SCAN(V=7.93%E=4%D=1/2%OT=80%CT=81%CU=40000%PV=Y%DS=1%DC=D%G=Y%M=0277AB%TM=6955B900%P=x86_64-pc-linux-gnu)"

func TestScanLine(t *testing.T) {
	at := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		info ScanInfo
		want string
	}{
		{ScanInfo{Version: "7.93", Platform: "x86_64-pc-linux-gnu", OpenTCP: 80, ClosedTCP: 81, ClosedUDP: 40000, Private: true,
			Distance: 1, DistanceMethod: "D", Good: true, MAC: "0277AB", Time: at}, linuxScan},
		{ScanInfo{Distance: -1, Time: at}, "SCAN(V=%E=4%D=1/2%OT=%CT=%CU=%PV=N%G=N%TM=69570A80%P=)"},
		{ScanInfo{Distance: 0, DistanceMethod: "L", Time: at.In(time.FixedZone("", -3600))},
			"SCAN(V=%E=4%D=1/1%OT=%CT=%CU=%PV=N%DS=0%DC=L%G=N%TM=69570A80%P=)"},
	} {
		if got := strings.Replace(c.info.Line().String(), "TM=69570A80%P=x", "TM=6955B900%P=x", 1); got != c.want {
			t.Errorf("%s\nwant\n%s", got, c.want)
		}
	}
}

func whole(t testing.TB) Fingerprint {
	t.Helper()
	scan, err := method.ParseLine(linuxScan)
	if err != nil {
		t.Fatal(err)
	}
	return Fingerprint{scan, methodtest.Lines(t, linuxPrint)}
}

// The wrapped form is 75 characters a line with OS: in front; all forms read the same.
func TestPrintForms(t *testing.T) {
	f := whole(t)
	wrapped := strings.SplitAfter(f.Wrapped(), "\n")
	for i, l := range wrapped[:len(wrapped)-1] {
		if !strings.HasPrefix(l, "OS:") || len(l) != 76 && i < len(wrapped)-2 || len(l) > 76 {
			t.Errorf("line %d has %d characters: %s", i+1, len(l)-1, l)
		}
	}
	if want := "OS:SCAN(V=7.93%E=4%D=1/2%OT=80%CT=81%CU=40000%PV=Y%DS=1%DC=D%G=Y%M=0277AB%T\n"; wrapped[0] != want {
		t.Errorf("first line %q, want %q", wrapped[0], want)
	}
	flat := strings.ReplaceAll(f.String(), "\n", "")
	for name, text := range map[string]string{
		"unwrapped":            f.String(),
		"wrapped":              f.Wrapped(),
		"flat":                 flat,
		"with spaces before":   strings.ReplaceAll(f.String(), "\n", "\n   "),
		"wrapped with spaces":  "  " + strings.ReplaceAll(f.Wrapped(), "\n", "\n  "),
		"with CRLF":            strings.ReplaceAll(f.Wrapped(), "\n", "\r\n"),
		"without the last \\n": strings.TrimSuffix(f.Wrapped(), "\n"),
	} {
		got, err := Parse(text)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if d := cmp.Diff(f, got); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
	f.Scan = method.Line{}
	for _, headline := range []string{"", "OS: Linux 6.1\n"} {
		if got, err := Parse(headline + f.Wrapped()); err != nil || cmp.Diff(f, got) != "" {
			t.Errorf("without SCAN, after %q: %v, %s", headline, err, cmp.Diff(f, got))
		}
	}
}

// Whole outputs can be given. Their other lines are passed over.
func TestFind(t *testing.T) {
	f := whole(t)
	xml := strings.ReplaceAll(f.Wrapped(), "\n", "&#xa;")
	wrapped, unwrapped := strings.Count(f.Wrapped(), "\n"), strings.Count(f.String(), "\n")
	for _, c := range []struct {
		name, text string
		lines      []int
	}{
		{"normal output", "Nmap scan report for 192.0.2.2\nHost is up (0.00010s latency).\nNot shown: 998 closed tcp ports (reset)\n" +
			"No exact OS matches for host (If you know what OS is running on it, see https://nmap.org/submit/ ).\nTCP/IP fingerprint:\n" +
			f.Wrapped() + "\nNetwork Distance: 1 hop\n\nOS detection performed. Please report any incorrect results at https://nmap.org/submit/ .\n", []int{6}},
		{"XML", "<os><portused state=\"open\" proto=\"tcp\" portid=\"80\"/>\n<osfingerprint fingerprint=\"" + xml + "\"/>\n</os>\n", []int{2}},
		{"XML, unwrapped", "<osfingerprint fingerprint=\"" + strings.ReplaceAll(f.String(), "\n", "&#10;") + "\"/>\n", []int{1}},
		{"two wrapped", f.Wrapped() + f.Wrapped(), []int{1, wrapped + 1}},
		{"two with a gap", f.Wrapped() + "\n" + f.Wrapped(), []int{1, wrapped + 2}},
		{"two unwrapped", f.String() + f.String(), []int{1, unwrapped + 1}},
		{"two XML hosts", "<osfingerprint fingerprint=\"" + xml + "\"/>\n<osfingerprint fingerprint=\"" + xml + "\"/>\n", []int{1, 2}},
		{"our own headline", "OS: Linux 5.6 - 6.18 (98 %)\n" + f.Wrapped(), []int{2}},
		{"our own headline after it", f.Wrapped() + "OS: Linux 5.6 - 6.18\n" + f.Wrapped(), []int{1, wrapped + 2}},
		{"headline with a test in its words", "OS: T1 (an odd name)\n" + f.String(), []int{2}},
		{"nothing", "OS: Linux 6.1\nDevice type: general purpose\nOS CPE: cpe:/o:linux:linux_kernel:6\n", nil},
		{"empty", "", nil},
	} {
		found, problems := Find(c.text)
		if len(problems) > 0 {
			t.Errorf("%s: %v", c.name, problems)
		}
		var lines []int
		for _, l := range found {
			lines = append(lines, l.Line)
			if d := cmp.Diff(f, l.Fingerprint); d != "" {
				t.Errorf("%s: line %d: %s", c.name, l.Line, d)
			}
		}
		if d := cmp.Diff(c.lines, lines); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
	}
}

// A bad test loses itself and nothing else.
func TestProblems(t *testing.T) {
	found, problems := Find("some words\nSCAN(V=1)\nT1(R=Y%R=N)\nT2(R=N)\nT3(R=N\nT4(R)\nT5(R=Y)\n")
	var got []string
	for _, p := range problems {
		got = append(got, p.Error())
	}
	want := []string{
		"gen2: line 3: method: T1: attribute R stands twice",
		"gen2: line 5: T3(R=N...: closing parenthesis is missing",
		`gen2: line 6: method: T4: bad attribute "R", want NAME=value`,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	var tests []string
	for _, f := range found {
		for _, l := range f.Tests {
			tests = append(tests, l.String())
		}
	}
	if d := cmp.Diff([]string{"T2(R=N)", "T5(R=Y)"}, tests); d != "" {
		t.Error(d)
	}
	for text, want := range map[string]string{
		"":                                  "gen2: no fingerprint in the text; it should begin with SCAN( or SEQ(",
		"SCAN(V=1)\nT2(R=N)\n\nT2(R=N)":     "gen2: line 4: a second fingerprint begins",
		"SCAN(V=1)\nT2(R=N)\nT3(R=N%R=N)\n": "gen2: line 3: method: T3: attribute R stands twice",
	} {
		if _, err := Parse(text); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

// Of several rounds matching takes the first of each test.
func TestRoundsInOnePrint(t *testing.T) {
	f, err := Parse("SEQ(SP=1)\nSEQ(SP=2)\nT1(R=Y%S=O)\nT1(R=N)\nT2(R=N)")
	if err != nil || len(f.Tests) != 5 {
		t.Fatal(f, err)
	}
	if d := cmp.Diff(methodtest.Lines(t, "SEQ(SP=1) T1(R=Y%S=O) T2(R=N)"), f.First()); d != "" {
		t.Error(d)
	}
	if l, ok := f.Test("T1"); !ok || l.String() != "T1(R=Y%S=O)" {
		t.Error(l, ok)
	}
	if _, ok := f.Test("IE"); ok {
		t.Error("IE is there")
	}
}

// Text is bounded in what it costs: endless wrapped lines are cut into pieces.
func TestEndlessText(t *testing.T) {
	text := strings.Repeat("OS:"+strings.Repeat("A", 72)+"\n", 20_000)
	start := time.Now()
	if found, _ := Find(text); len(found) != 0 {
		t.Error(len(found))
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("took %v", took)
	}
}

// FuzzParse: what can be read is written, wrapped or not, so that it reads the same.
func FuzzParse(f *testing.F) {
	f.Add(linuxScan + "\n" + linuxPrint)
	f.Add("OS:SEQ(SP=105%GCD=1%ISR\nOS:=10A)T2(R=N)\n")
	f.Add("SCAN(V=1)\nT1(R=N")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := Parse(text)
		if err != nil {
			return
		}
		forms := []string{p.String()}
		if !strings.ContainsAny(p.String(), " \t\v\f\u0085\u00a0\\&") && printable(p.String()) {
			forms = append(forms, p.Wrapped()) // cutting may put a space where it does not count
		}
		for _, text := range forms {
			again, err := Parse(text)
			if err != nil {
				t.Fatalf("%v in %q", err, text)
			}
			if d := cmp.Diff(p, again); d != "" {
				t.Errorf("%q: %s", text, d)
			}
		}
	})
}

// printable reports whether a print is in the characters that prints are made of.
func printable(s string) bool {
	for _, c := range s {
		if c != '\n' && (c <= ' ' || c > '~') {
			return false
		}
	}
	return true
}

// FuzzFind: every text is read or complained of, with lines that it has.
func FuzzFind(f *testing.F) {
	f.Add("OS: Linux 6.1\nOS:SEQ(SP=105%GCD=1%ISR\nOS:=10A)T2(R=N)\n")
	f.Add("<osfingerprint fingerprint=\"OS:SCAN(V=1)&#xa;OS:T1(R=N)&#xa;\"/>")
	f.Add("SCAN(V=1)\nT1(R=Y%R=N)\nT2(R=N\nT2(R=N)")
	f.Fuzz(func(t *testing.T, text string) {
		found, problems := Find(text)
		lines := strings.Count(text, "\n") + 1
		for _, l := range found {
			if l.Line < 1 || l.Line > lines || len(l.Tests) == 0 {
				t.Errorf("line %d of %d, %d tests", l.Line, lines, len(l.Tests))
			}
			if _, err := Parse(l.String()); err != nil {
				t.Errorf("%q is found and cannot be read again: %v", l.String(), err)
			}
		}
		for _, p := range problems {
			if p.Line < 1 || p.Line > lines || p.Err == nil {
				t.Errorf("line %d of %d: %v", p.Line, lines, p.Err)
			}
		}
	})
}

func ExampleFind() {
	found, problems := Find("OS details: unknown\nTCP/IP fingerprint:\nOS:SEQ(SP=105%GC\nOS:D=1)T2(R=N)\n\n")
	fmt.Println(len(found), problems, found[0].Line)
	fmt.Print(found[0])
	// Output:
	// 1 [] 3
	// SEQ(SP=105%GCD=1)
	// T2(R=N)
}

// Prints over IPv6 name their probes alike, and are none of ours.
func TestFindPassesOverPackets(t *testing.T) {
	text := "SCAN(V=7.93%E=6%OT=80)U1(P=6000{4}XX{32}%ST=0.7%RT=0.8)T4(P=60%ST=1%RT=1)EXTRA(FL=12345)\n\nT2(R=N)\n"
	found, problems := Find(text)
	if len(found) != 1 || found[0].Line != 3 || found[0].String() != "T2(R=N)\n" || len(problems) > 0 {
		t.Errorf("%v, %v", found, problems)
	}
}
