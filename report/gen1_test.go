package report

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whorl"
)

// olden is a host that the first generation has asked, with records of those accuracies
// on Nmap's list of the time.
func olden(notIdeal, headline string, accuracies ...whorl.Fraction) *whorl.Host {
	h := &whorl.Host{
		Observations: []whorl.Observation{{Method: "gen1", Print: "SInfo(V=1%O=80%C=-1)\nTSeq(Class=RI%gcd=1%SI=FA0%IPID=Z)\n", Conditions: whorl.Conditions{NotIdeal: notIdeal}}},
		Verdicts:     []whorl.Verdict{{Name: headline, Rule: whorl.RuleWhorl, Confidence: 0.9, Accuracy: 1}},
	}
	for i, a := range accuracies {
		h.Verdicts = append(h.Verdicts, whorl.Verdict{Name: fmt.Sprintf("%c", 'a'+i), Rule: whorl.RuleGen1, Accuracy: a, Passed: 17, Compared: 20,
			Vendor: "V", Family: "F", Generation: fmt.Sprintf("%d.X", i+1), DeviceType: "router", CPE: []string{"cpe:/o:1"}})
	}
	return h
}

// The lines of Nmap 3.8, to the letter.
func TestGen1Block(t *testing.T) {
	const (
		hint  = " (If you know what OS is running on it, see https://nmap.org/submit/)."
		bad   = " (test conditions non-ideal)."
		print = "TCP/IP fingerprint:"
		info  = "SInfo(V=1%O=80%C=-1)"
		tseq  = "TSeq(Class=RI%gcd=1%SI=FA0%IPID=Z)"
	)
	warned := olden("no closed port", "a")
	warned.Ports = []whorl.Port{{Proto: "tcp", Number: 80, State: whorl.Open}}
	warned.Observations[0].Conditions.Unsettled = []string{"TSeq: RST from port 80 -- is this port really open?", "T5-T7: no closed TCP port found"}
	few := olden("", "a", 1)
	few.Observations[0].Conditions.Unsettled = []string{"TSeq: Insufficient responses for TCP sequencing (3), OS detection may be less accurate"}
	aged := olden("", "a", 1)
	aged.Uptime = &whorl.Uptime{Seconds: 86400 * 1.5, LastBoot: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	for _, tt := range []struct {
		name string
		host *whorl.Host
		o    TextOptions
		want []string
	}{
		{"perfect", olden("", "a", 1, 1, 0.9), TextOptions{}, []string{"Device type: router", "Running: V F 1.X|2.X", "OS details: a, b"}},
		{"too many", olden("", whorl.Unknown, slices.Repeat([]whorl.Fraction{1}, 9)...), TextOptions{}, []string{
			"Device type: router", "Running: V F 1.X|2.X|3.X|4.X|5.X|6.X|7.X|8.X|9.X", "Too many fingerprints match this host to give specific OS details"}},
		{"more than the list holds", olden("", whorl.Unknown, slices.Repeat([]whorl.Fraction{1}, 37)...), TextOptions{}, []string{
			"Too many fingerprints match this host to give specific OS details"}},
		{"not exact", olden("", "a", 0.9), TextOptions{}, []string{"No exact OS matches for host" + hint, print, info, tseq}},
		{"guesses", olden("", "a", 0.95, 0.9), TextOptions{Guess: true}, []string{
			"Device type: router", "Running (JUST GUESSING) : V F 1.X|2.X (95%)", "Aggressive OS guesses: a (95%), b (90%)",
			"No exact OS matches for host" + hint, print, info, tseq}},
		{"not ideal", olden("no closed port", "a", 0.9), TextOptions{}, []string{
			"Device type: router", "Running (JUST GUESSING) : V F 1.X (90%)", "Aggressive OS guesses: a (90%)", "No exact OS matches for host" + bad}},
		{"none", olden("", whorl.Unknown), TextOptions{}, []string{"No OS matches for host" + hint, print, info, tseq}},
		{"what we do not believe", olden("", whorl.Unknown, 1), TextOptions{}, []string{
			"Device type: router", "Running: V F 1.X", "No exact OS matches for host" + hint, print, info, tseq}},
		{"warned", warned, TextOptions{}, []string{
			"Warning:  OS detection will be MUCH less reliable because we did not find at least 1 open and 1 closed TCP port",
			"WARNING:  RST from port 80 -- is this port really open?", "No OS matches for host" + bad}},
		{"few SYN-ACKs", few, TextOptions{}, []string{"Insufficient responses for TCP sequencing (3), OS detection may be less accurate",
			"Device type: router", "Running: V F 1.X", "OS details: a"}},
		{"verbose", aged, TextOptions{Verbose: 1}, []string{"Device type: router", "Running: V F 1.X", "OS details: a",
			"Uptime 1.500 days (since Thu Jan  1 00:00:00 2026)", "TCP Sequence Prediction: Class=random positive increments",
			"                         Difficulty=4000 (Formidable)", "IPID Sequence Generation: All zeros"}},
	} {
		if diff := cmp.Diff(tt.want, blockOf(tt.host, tt.o)); diff != "" {
			t.Errorf("%s: -want +got:\n%s", tt.name, diff)
		}
	}
}

func TestGen1Difficulty(t *testing.T) {
	for index, want := range map[uint64]string{0: "Trivial joke", 10: "Easy", 80: "Medium", 3000: "Formidable", 5000: "Worthy challenge", 9999999: "Good luck!"} {
		if got := gen1Difficulty(index); got != want {
			t.Errorf("%d: %s, want %s", index, got, want)
		}
	}
}

// Beside the second generation, the list of the first is none of Nmap's lines, and its
// figures and tests are told apart.
func TestBothGenerations(t *testing.T) {
	h := olden("", "a", 0.9)
	h.Observations = append(h.Observations, gen2("")...)
	if v := viewAsNmap(h); v.gen1 || len(v.matches) != 1 || v.matches[0].Name != "a" || v.matches[0].Rule != whorl.RuleWhorl {
		t.Errorf("%+v", v)
	}
	if got := figures(&h.Verdicts[1]); !strings.Contains(got, "17 of 20 attributes") {
		t.Error(got)
	}
	if got := testName(&whorl.Evidence{Method: "gen1", Test: "T1", Attr: "W"}); got != "Gen1 T1.W" {
		t.Error(got)
	}
}
