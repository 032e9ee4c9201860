package report

import (
	"bytes"
	"encoding/json"
	"io"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"whorl"
)

// contactForms is every form of contacts in the variations that the golden files show.
var contactForms = map[string]func(io.Writer) ContactWriter{
	"text":         func(w io.Writer) ContactWriter { return NewContacts(w, TextOptions{}) },
	"verbose.text": func(w io.Writer) ContactWriter { return NewContacts(w, TextOptions{Verbose: 2, Color: true}) },
	"jsonl":        NewContactJSON,
	"eve":          func(w io.Writer) ContactWriter { return NewEVE(w, EVEOptions{}) },
	"live.eve":     func(w io.Writer) ContactWriter { return NewEVE(w, EVEOptions{Interface: "eth0"}) },
	"cef":          func(w io.Writer) ContactWriter { return NewCEF(w, "0.1.0") },
	"syslog": func(w io.Writer) ContactWriter {
		return NewSyslog(datagrams{w}, SyslogOptions{Host: "sensor 1", PID: 42})
	},
	"local.syslog": func(w io.Writer) ContactWriter { return NewSyslog(datagrams{w}, SyslogOptions{PID: 42, Local: true}) },
}

// datagrams puts each datagram on a line.
type datagrams struct{ w io.Writer }

func (l datagrams) Write(p []byte) (int, error) {
	l.w.Write(append(bytes.Clone(p), '\n'))
	return len(p), nil
}

// renderContacts writes contacts in a form.
func renderContacts(t testing.TB, form func(io.Writer) ContactWriter, all ...*whorl.Contact) []byte {
	t.Helper()
	var b bytes.Buffer
	w := form(&b)
	for _, c := range all {
		if err := w.Contact(c); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

func TestContactGolden(t *testing.T) {
	for name, form := range contactForms {
		t.Run(name, func(t *testing.T) {
			golden(t, "contacts."+name, renderContacts(t, form, contactSamples()...))
		})
	}
}

// All records of a contact have one flow, and no two contacts share it.
func TestFlowID(t *testing.T) {
	first, full := firstContact(), fullContact()
	if flowID(first) != flowID(full) {
		t.Error("two records of a contact have two flows")
	}
	later := firstContact()
	later.Seen.First = later.Seen.First.Add(time.Microsecond)
	other := firstContact()
	other.ID = 2
	if flowID(first) == flowID(later) || flowID(first) == flowID(other) || flowID(first) >= 1<<53 {
		t.Error("flows do not tell contacts apart")
	}
}

// Numbers of signatures never change: what was once given out stands here.
func TestSignatureNumbers(t *testing.T) {
	for _, tt := range []struct {
		class whorl.ContactClass
		tool  string
		id    int
	}{
		{whorl.OSFingerprint, "", 1931000}, {whorl.OSFingerprint, "nmap -O", 1931001}, {whorl.OSFingerprint, "whorl scan", 1931005},
		{whorl.OSFingerprint, "p0f-sendsyn-like", 1931013}, {whorl.OSFingerprint, "not known", 1931000},
		{whorl.OSFingerprintTiming, "", 1931100}, {whorl.PortScan, "nmap -sS", 1931214}, {whorl.PortScan, "nmap -sM", 1931227}, {whorl.VersionScan, "nmap -sV", 1931320},
		{whorl.HostDiscovery, "nmap -sn", 1931419}, {whorl.MassScan, "zmap", 1931522}, {whorl.Malformed, "", 1931600}, {whorl.DecoyContact, "", 1931700},
	} {
		if id := signatureID(&whorl.Contact{Class: tt.class, Tool: tt.tool}); id != tt.id {
			t.Errorf("%s by %q is %d, was %d", tt.class, tt.tool, id, tt.id)
		}
	}
	if len(tools) >= signatureStep {
		t.Errorf("%d tools have no room in %d numbers of a class", len(tools), signatureStep)
	}
	seen := map[string]bool{}
	for _, name := range tools {
		if seen[name] || name == "" {
			t.Errorf("%q has two numbers", name)
		}
		seen[name] = true
	}
}

func TestProbeNames(t *testing.T) {
	tests := []struct{ names, want string }{
		{"", ""}, {"S1", "S1"}, {"S1 S2 S3 IE1 IE2 U1 T2 T4", "S1-S3 IE1-IE2 U1 T2 T4"}, {"T7 T5 T6", "T7 T5-T6"}, {"SYN ACK", "SYN ACK"}, {"A0 A1", "A0 A1"},
		{"echo code 123", "echo code 123"},
	}
	for _, tt := range tests {
		var probes []whorl.ProbeSeen
		for _, name := range strings.Fields(tt.names) {
			probes = append(probes, whorl.ProbeSeen{Name: name})
		}
		if got := probeNames(probes, func(*whorl.ProbeSeen) bool { return true }); got != tt.want {
			t.Errorf("%q gives %q, want %q", tt.names, got, tt.want)
		}
	}
}

// severities of one contact in the states of its life.
func TestSeverity(t *testing.T) {
	none := fullContact()
	none.Leak = whorl.LeakNone
	for _, tt := range []struct {
		name     string
		c        *whorl.Contact
		eve, cef int
	}{
		{"probable", firstContact(), 3, 5}, {"all was given away", fullContact(), 1, 9}, {"nothing was", none, 2, 7},
		{"a scan", ipv6Contact(), 3, 4}, {"unsure", unnamedContact(), 3, 5},
	} {
		if eve, cef := eveSeverity(tt.c), cefSeverity(tt.c); eve != tt.eve || cef != tt.cef {
			t.Errorf("%s: severity %d and %d, want %d and %d", tt.name, eve, cef, tt.eve, tt.cef)
		}
	}
}

// A list of sources ends where the field does, and not within an address.
func TestSourceAddrs(t *testing.T) {
	c := decoysContact()
	for most, want := range map[int]string{27: "198.51.100.50,198.51.100.7", 26: "198.51.100.50,198.51.100.7", 25: "198.51.100.50", 12: ""} {
		if got := sourceAddrs(c, most); got != want {
			t.Errorf("%d bytes give %q, want %q", most, got, want)
		}
	}
}

// FuzzContactForms writes contacts made of arbitrary texts: each form stays what it is.
func FuzzContactForms(f *testing.F) {
	f.Add("\x1b[2J\n\xff\u202e]]>&<\"'\x00", int64(-1))
	f.Add("a=b|c\\|d\\=e", int64(7))
	f.Add("\r\n\"]\\", int64(1<<62))
	pairs := regexp.MustCompile(`^([A-Za-z0-9]+=([^=\\\n]|\\[\\=])*)( [A-Za-z0-9]+=([^=\\\n]|\\[\\=])*)*$`)
	data := regexp.MustCompile(`^<1[0-9][0-9]>1 \S+ \S+ whorl 42 contact \[whorl@32473( [a-z]+="([^"\\\]]|\\["\\\]])*")*\]`)
	f.Fuzz(func(t *testing.T, s string, n int64) {
		all := contactSamples()
		texts, next := strings.SplitAfter(s, "|"), 0
		for _, c := range all {
			fill(reflect.ValueOf(c).Elem(), func(v reflect.Value) {
				switch {
				case v.Kind() == reflect.String:
					v.SetString(texts[next%len(texts)])
					next++
				case v.CanInt():
					v.SetInt(n)
				case v.CanUint():
					v.SetUint(uint64(n))
				}
			})
		}
		for name, form := range contactForms {
			if name == "verbose.text" { // has colours
				form = func(w io.Writer) ContactWriter { return NewContacts(w, TextOptions{Verbose: 2}) }
			}
			out := renderContacts(t, form, all...)
			if r := unprintable(out, false); r != 0 {
				t.Errorf("%s carries %q", name, r)
			}
			for line := range strings.Lines(string(out)) {
				line = strings.TrimSuffix(line, "\n")
				switch name {
				case "jsonl", "eve", "live.eve":
					if !json.Valid([]byte(line)) {
						t.Errorf("not JSON: %q", line)
					}
				case "cef":
					if head := cefHead.FindString(line); head == "" || !pairs.MatchString(line[len(head):]) {
						t.Errorf("not CEF: %q", line)
					}
				case "syslog":
					if len(line) > maxSyslog || !data.MatchString(line) {
						t.Errorf("not RFC 5424: %q", line)
					}
				case "local.syslog":
					if len(line) > maxSyslog || !strings.Contains(line, " whorl[42]: ") {
						t.Errorf("not a local message: %q", line)
					}
				}
			}
		}
	})
}

// cefHead is a header of CEF: seven fields, each ended by a bar that is not escaped.
var cefHead = regexp.MustCompile(`^CEF:0\|(([^|\\]|\\[|\\])*\|){6}`)
