package report

import (
	"encoding/xml"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whorl"
)

// blockOf is what the Nmap block says of a host.
func blockOf(h *whorl.Host, o TextOptions) []string {
	var p page
	p.nmapBlock(h, o)
	return strings.Split(strings.Trim(p.String(), "\n"), "\n")
}

// matched is a host with matches of the given accuracies, named a, b, c and so on.
func matched(notIdeal string, accuracies ...whorl.Fraction) *whorl.Host {
	h := &whorl.Host{Observations: gen2(notIdeal)}
	h.Observations[0].Print = "SCAN(V=1%G=Y)\nT2(R=N)"
	for i, a := range accuracies {
		h.Verdicts = append(h.Verdicts, whorl.Verdict{
			Name: fmt.Sprintf("%c", 'a'+i), Accuracy: a,
			Vendor: "V", Family: "F", Generation: fmt.Sprintf("%d.X", i+1), DeviceType: "router", CPE: []string{fmt.Sprintf("cpe:/o:%d", i+1)},
		})
	}
	return h
}

const (
	submit  = " (If you know what OS is running on it, see https://nmap.org/submit/ )."
	wrapped = "OS:SCAN(V=1%G=Y)T2(R=N)"
)

func TestNmapBlock(t *testing.T) {
	for _, tt := range []struct {
		name string
		host *whorl.Host
		o    TextOptions
		want []string
	}{
		{"nothing measured", &whorl.Host{}, TextOptions{}, []string{""}},
		{"perfect", matched("", 1), TextOptions{}, []string{
			"Device type: router", "Running: V F 1.X", "OS CPE: cpe:/o:1", "OS details: a"}},
		{"two perfect, guesses are not named", matched("", 1, 1, 0.99), TextOptions{Guess: true}, []string{
			"Device type: router", "Running: V F 1.X|2.X", "OS CPE: cpe:/o:1 cpe:/o:2", "OS details: a, b"}},
		{"ranked by points, not by probability", matched("", 0.9, 1), TextOptions{}, []string{
			"Device type: router", "Running: V F 2.X", "OS CPE: cpe:/o:2", "OS details: b"}},
		{"perfect, -vv shows the print", matched("", 1), TextOptions{Verbose: 2}, []string{
			"Device type: router", "Running: V F 1.X", "OS CPE: cpe:/o:1", "OS details: a", "TCP/IP fingerprint:", wrapped}},
		{"guesses not asked for", matched("", 0.95), TextOptions{}, []string{
			"No exact OS matches for host" + submit, "TCP/IP fingerprint:", wrapped}},
		{"guesses asked for", matched("", 0.95, 0.9), TextOptions{Guess: true}, []string{
			"Device type: router", "Running (JUST GUESSING): V F 1.X|2.X (95%)", "OS CPE: cpe:/o:1 cpe:/o:2",
			"Aggressive OS guesses: a (95%), b (90%)",
			"No exact OS matches for host" + submit, "TCP/IP fingerprint:", wrapped}},
		{"a guess 0.10 below the best is none", matched("", 0.96, 0.859), TextOptions{Guess: true}, []string{
			"Device type: router", "Running (JUST GUESSING): V F 1.X (96%)", "OS CPE: cpe:/o:1", "Aggressive OS guesses: a (96%)",
			"No exact OS matches for host" + submit, "TCP/IP fingerprint:", wrapped}},
		{"bad conditions make us guess", matched("too late", 0.95), TextOptions{}, []string{
			"Device type: router", "Running (JUST GUESSING): V F 1.X (95%)", "OS CPE: cpe:/o:1", "Aggressive OS guesses: a (95%)",
			"No exact OS matches for host (test conditions non-ideal)."}},
		{"bad conditions, -vv", matched("too late", 0.95), TextOptions{Verbose: 2}, []string{
			"Device type: router", "Running (JUST GUESSING): V F 1.X (95%)", "OS CPE: cpe:/o:1",
			"OS fingerprint not ideal because: too late", "Aggressive OS guesses: a (95%)",
			"No exact OS matches for host (test conditions non-ideal).", "TCP/IP fingerprint:", "SCAN(V=1%G=N)", "T2(R=N)"}},
		{"85 % is just enough", matched("", 0.85), TextOptions{}, []string{
			"No exact OS matches for host" + submit, "TCP/IP fingerprint:", wrapped}},
		{"ten classes of guesses at most", matched("late", slices.Repeat([]whorl.Fraction{0.9}, 12)...), TextOptions{}, []string{
			"Device type: router", "Running (JUST GUESSING): V F 1.X|2.X|3.X|4.X|5.X|6.X|7.X|8.X|9.X|10.X (90%)",
			"OS CPE: cpe:/o:1 cpe:/o:2 cpe:/o:3 cpe:/o:4 cpe:/o:5 cpe:/o:6 cpe:/o:7 cpe:/o:8",
			"Aggressive OS guesses: a (90%), b (90%), c (90%), d (90%), e (90%), f (90%), g (90%), h (90%), i (90%), j (90%)",
			"No exact OS matches for host (test conditions non-ideal)."}},
		{"no match", matched("", 0.8), TextOptions{}, []string{
			"No OS matches for host" + submit, "TCP/IP fingerprint:", wrapped}},
		{"no match, bad conditions", matched("too late", 0.8), TextOptions{}, []string{
			"OS fingerprint not ideal because: too late", "No OS matches for host"}},
		{"too many", matched("", slices.Repeat([]whorl.Fraction{1}, 9)...), TextOptions{}, []string{
			"Device type: router", "Running: V F 1.X|2.X|3.X|4.X|5.X|6.X|7.X|8.X|9.X",
			"OS CPE: cpe:/o:1 cpe:/o:2 cpe:/o:3 cpe:/o:4 cpe:/o:5 cpe:/o:6 cpe:/o:7 cpe:/o:8",
			"Too many fingerprints match this host to give specific OS details"}},
		{"too many, -vv", matched("", slices.Repeat([]whorl.Fraction{1}, 9)...), TextOptions{Verbose: 2}, []string{
			"Device type: router", "Running: V F 1.X|2.X|3.X|4.X|5.X|6.X|7.X|8.X|9.X",
			"OS CPE: cpe:/o:1 cpe:/o:2 cpe:/o:3 cpe:/o:4 cpe:/o:5 cpe:/o:6 cpe:/o:7 cpe:/o:8",
			"Too many fingerprints match this host to give specific OS details", "TCP/IP fingerprint:", "SCAN(V=1%G=N)", "T2(R=N)"}},
		{"IPv6 prints are not wrapped", &whorl.Host{Observations: []whorl.Observation{{Method: "ipv6", Print: "SCAN(E=6)\nS1(P=60)"}}},
			TextOptions{}, []string{"No OS matches for host" + submit, "TCP/IP fingerprint:", "SCAN(E=6)", "S1(P=60)"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, blockOf(tt.host, tt.o)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestMoreThan36Perfect(t *testing.T) {
	h := matched("", slices.Repeat([]whorl.Fraction{1}, 37)...)
	want := []string{"Too many fingerprints match this host to give specific OS details"}
	if diff := cmp.Diff(want, blockOf(h, TextOptions{})); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestLacksPorts(t *testing.T) {
	open := whorl.Port{Proto: "tcp", Number: 1, State: whorl.Open}
	closed := whorl.Port{Proto: "tcp", Number: 2, State: whorl.Closed}
	unfiltered := whorl.Port{Proto: "tcp", Number: 3, State: whorl.Unfiltered}
	udp := whorl.Port{Proto: "udp", Number: 4, State: whorl.Closed}
	for _, tt := range []struct {
		ports []whorl.Port
		want  bool
	}{
		{nil, false}, // no scan, no complaint
		{[]whorl.Port{open}, true},
		{[]whorl.Port{closed}, true},
		{[]whorl.Port{open, udp}, true},
		{[]whorl.Port{open, closed}, false},
		{[]whorl.Port{open, unfiltered}, false},
	} {
		if got := (&nmapView{ports: tt.ports}).lacksPorts(); got != tt.want {
			t.Errorf("lacksPorts(%v) = %v, want %v", tt.ports, got, tt.want)
		}
	}
}

func TestClasses(t *testing.T) {
	h := matched("", 0.97, 0.96, 0.95)
	h.Verdicts[0].Classes = []whorl.Class{
		{Vendor: "Linux", Family: "Linux", Generation: "2.6.X", DeviceType: "WAP"},
		{Vendor: "Linux", Family: "Linux", Generation: "2.6", DeviceType: "WAP"}, // part of 2.6.X
		{Vendor: "Linux", Family: "Linux", Generation: "3.X", DeviceType: "WAP"},
		{Vendor: "Linux", Family: "Linux", Generation: "3.X", DeviceType: "WAP"}, // seen
		{Vendor: "Acme", Family: "embedded", DeviceType: "webcam"},
	}
	got := viewAsNmap(h).classes(true)
	want := classBlock{
		types:    []string{"WAP", "webcam", "router"},
		running:  []string{"Linux 2.6.X|3.X (97%)", "Acme embedded (97%)", "V F 2.X|3.X (96%)"},
		cpes:     []string{"cpe:/o:2", "cpe:/o:3"},
		guessing: true,
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(classBlock{})); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// What our own answer covers is told whole, in all forms: generations within each other's
// words ("2.6.X", "6.X") and more CPE than a guess may have.
func TestClassesOfRange(t *testing.T) {
	h := matched("", 1)
	v := &h.Verdicts[0]
	v.Name, v.Rule, v.Confidence = "Linux 2.4.X - 7.3", whorl.RuleWhorl, 0.95
	generations := []string{"2.4.X", "2.6.X", "3.X", "4.X", "5.X", "6.X", "7.X"}
	for _, g := range generations {
		v.Classes = append(v.Classes, whorl.Class{Vendor: "Linux", Family: "Linux", Generation: g, DeviceType: "general purpose",
			CPE: []string{"cpe:/o:linux:linux_kernel:" + strings.TrimSuffix(g, ".X"), "cpe:/o:example:linux:" + g}})
	}
	h.Status.Up = true
	b := viewAsNmap(h).classes(true)
	if want := "Linux " + strings.Join(generations, "|"); len(b.running) != 1 || b.running[0] != want || len(b.cpes) != 2*len(generations) {
		t.Errorf("running %q, want %q; %d CPE", b.running, want, len(b.cpes))
	}
	var doc struct {
		Classes []struct {
			Generation string `xml:"osgen,attr"`
		} `xml:"host>os>osmatch>osclass"`
	}
	if err := xml.Unmarshal(render(t, forms["xml"], h), &doc); err != nil {
		t.Fatal(err)
	}
	for i, c := range doc.Classes {
		if c.Generation != generations[i] {
			t.Errorf("osclass %d is of %s, want %s", i, c.Generation, generations[i])
		}
	}
	if text := string(render(t, forms["text"], h)); len(doc.Classes) != len(generations) || !strings.Contains(text, "Running: "+b.running[0]+"\n") {
		t.Errorf("%d classes in XML, and in text:\n%s", len(doc.Classes), text)
	}
}

func TestDifficulty(t *testing.T) {
	for index, want := range map[int]string{
		0: "Trivial joke", 2: "Trivial joke", 3: "Easy", 5: "Easy", 6: "Medium", 10: "Medium",
		11: "Formidable", 12: "Worthy challenge", 15: "Worthy challenge", 16: "Good luck!", 260: "Good luck!",
	} {
		if got := difficulty(index); got != want {
			t.Errorf("difficulty(%d) = %q, want %q", index, got, want)
		}
	}
}

func TestIPIDPhrase(t *testing.T) {
	for _, tt := range []struct {
		class string
		ids   []uint16
		local bool
		want  string
	}{
		{"Z", []uint16{0, 0, 0}, false, "All zeros"},
		{"I", []uint16{1, 2, 4}, false, "Incremental"},
		{"I", []uint16{65534, 0, 2}, false, "Incrementing by 2"},
		{"I", []uint16{1, 3, 5}, true, "Incremental"},
		{"I", []uint16{1, 4, 7}, true, "Incrementing by 2"},
		{"BI", []uint16{256, 512, 768}, false, "Broken little-endian incremental"},
		{"RD", []uint16{9, 40000, 3}, false, "Randomized"},
		{"RI", []uint16{9, 4000, 9000}, false, "Random positive increments"},
		{"1A2B", []uint16{0x1a2b, 0x1a2b, 0x1a2b}, false, "Duplicated ipid (!)"},
		{"", []uint16{1, 40, 50}, false, "Busy server or unknown class"},
	} {
		if got := ipidPhrase(tt.class, tt.ids, tt.local); got != tt.want {
			t.Errorf("ipidPhrase(%q, %v, %v) = %q, want %q", tt.class, tt.ids, tt.local, got, tt.want)
		}
	}
}

func TestSeriesNeedsAnswers(t *testing.T) {
	h := &whorl.Host{Sequences: sequences()}
	h.Sequences.ISN, h.Sequences.IPID, h.Sequences.Timestamps = h.Sequences.ISN[:3], h.Sequences.IPID[:2], h.Sequences.Timestamps[:2]
	if got, want := seriesOf(h), (series{clock: "1000HZ"}); got != want {
		t.Errorf("with 3 answers: %+v, want %+v", got, want)
	}
	h.Sequences.ISN = h.Sequences.ISN[:2]
	if got, want := seriesOf(h), (series{}); got != want {
		t.Errorf("with 2 answers: %+v, want %+v", got, want)
	}
}

// A record with all points is a guess if our own answer is that there is none.
func TestUnknownHasOnlyGuesses(t *testing.T) {
	h := &whorl.Host{Observations: []whorl.Observation{{Method: "gen2", Print: "IE(R=Y%DFI=N%T=40%CD=S)\n"}}, Verdicts: []whorl.Verdict{
		{Name: whorl.Unknown, Rule: whorl.RuleWhorl, Source: whorl.Source{Text: "too little answered"}},
		{Name: "Linux 4.4", Rule: whorl.RuleNmap, Accuracy: 1},
	}}
	if v := viewAsNmap(h); v.perfect != 0 || len(v.listed()) != 1 {
		t.Errorf("%d perfect, %d listed", v.perfect, len(v.listed()))
	}
	h.Verdicts = h.Verdicts[1:]
	if v := viewAsNmap(h); v.perfect != 1 {
		t.Errorf("by Nmap's rule alone: %d perfect", v.perfect)
	}
}
