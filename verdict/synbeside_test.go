package verdict

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"whorl"
	"whorl/method"
	"whorl/method/methodtest"
)

// silence is what the probes find of a host that drops them.
const silence = "ECN(R=N)\nT1(R=N)\nT2(R=N)\nT3(R=N)\nT4(R=N)\nT5(R=N)\nT6(R=N)\nT7(R=N)\nU1(R=N)\nIE(R=N)\n"

// linuxSynAck answers the SYN of a search, which offers an MSS alone.
const linuxSynAck = "SynAck(V=4%TTL=3F%H=2C%DF=Y%ID=Z%W=FAF0%MSS=5B4%O=M%SO=%SM=5B4)\nSeen(N=1%F=1%L=1%P=50)\n"

var (
	scanned = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	earlier = scanned.Add(-3 * time.Hour)
)

// seenAndHeard is a host of which probes found a print (empty: it is down), a listener has
// heard some kinds of packets, and the search saw SYN-ACKs, an empty line between (empty: none).
func seenAndHeard(print string, heard []string, at time.Time, accepted string) *whorl.Host {
	h := &whorl.Host{Seen: whorl.Span{First: scanned, Last: scanned.Add(time.Second)}}
	if print != "" {
		h.Status.Up = true
		h.Observations = append(h.Observations, whorl.Observation{Method: "gen2", Print: print})
	}
	for print := range strings.SplitSeq(accepted, "\n\n") {
		if print != "" {
			h.Observations = append(h.Observations, whorl.Observation{Method: "syn", Print: print, Conditions: whorl.Conditions{Sent: 1, Answered: 1}})
		}
	}
	for _, line := range heard {
		h.Observations = append(h.Observations, whorl.Observation{Method: "syn", Print: line,
			Conditions: whorl.Conditions{At: at, Answered: 1, Heard: "office.json"}})
	}
	return h
}

// closedOnly are the tests of a print but those that need an open port.
func closedOnly(lines []method.Line) string {
	var b strings.Builder
	for _, l := range lines {
		if strings.Contains("T5 T6 T7 U1 IE", l.Test) {
			fmt.Fprintln(&b, l)
		} else if l.Test == "T1" {
			b.WriteString("T1(R=N)\n")
		}
	}
	return b.String()
}

// What was heard fills what probes leave open; of what contradicts them it warns.
func TestBesideProbes(t *testing.T) {
	linux, windows := fmt.Sprintf(linuxSyn, 63), fmt.Sprintf(windowsSyn, 127)
	complete := hostOf(methodtest.Lines(t, linux618)).Observations[0].Print
	closed := closedOnly(methodtest.Lines(t, linux618))
	turns := []string{linux + "\nSeen(N=5%F=1%L=9%P=50)\n", windows + "\nSeen(N=4%F=2%L=8%P=50)\n"}
	later := scanned.Add(500 * time.Millisecond)
	judges := NewJudges(embedded(t), Options{})
	for _, tt := range []struct {
		name     string
		print    string
		heard    []string
		at       time.Time
		accepted string

		want    string // beginning of the headline
		rests   bool   // on what was heard
		warning string
		boxes   int
	}{
		{"down", "", []string{windows}, earlier, "", "Microsoft Windows", true, "", 0},
		{"down, several systems", "", turns, earlier, "", "unknown", true, "", 1},
		{"silent", silence, []string{linux}, earlier, "", "Linux 4.15 - 7.3", true, "", 0},
		{"silent, heard while it was asked", silence, []string{linux}, later, "", "Linux 4.15 - 7.3", true, "", 0},
		{"silent, and its answers were heard", silence, []string{linuxSynAck}, later, "", "unknown", false, "", 0},
		{"a closed port, the same", closed, []string{linux}, earlier, "", "Linux 4.15 - 7.3", true, "", 0},
		{"a closed port, another", closed, []string{windows}, earlier, "", "unknown", false, "another system than then, or several behind a NAT", 0},
		{"complete, the same", complete, []string{linux}, earlier, "", "Linux 6.1", false, "", 0},
		{"complete, another", complete, []string{windows}, earlier, "", "Linux 6.1", false,
			"heard 2026-11-21 09:00 UTC (office.json) as Microsoft Windows", 0},
		{"complete, several systems", complete, turns, earlier, "", "Linux 6.1", false, "", 1},
		{"complete, no record fits", everything, []string{linux}, earlier, "", "unknown", false, "fits no record", 0},
		{"accepts", silence, nil, earlier, linuxSynAck, "Linux", false, "", 0},
		{"accepts, heard the same", silence, []string{linux}, earlier, linuxSynAck, "Linux 4.15 - 7.3", true, "", 0},
		{"accepts, heard another", silence, []string{windows}, earlier, linuxSynAck, "Linux", false, "several behind a NAT", 0},
		{"accepts, not asked else", "", nil, earlier, linuxSynAck, "Linux", false, "", 0},
		{"accepts, and a print", complete, nil, earlier, linuxSynAck, "Linux 6.1", false, "", 0},
		{"accepts, nothing that is known", silence, nil, earlier,
			"SynAck(V=4%TTL=3F%H=2C%DF=N%ID=N%W=123%MSS=123%O=M%SO=%SM=5B4)\n", "unknown", false, "", 0},
		{"accepts, over IPv6 too", silence, nil, earlier, "SynAck(V=6%TTL=40%H=40%FL=Z%W=1%O=%SO=%SM=5A0)\n\n" + linuxSynAck, "Linux", false, "", 0},
		{"a bad print", silence, []string{"Syn(V=4"}, earlier, "", "unknown", false, "", 0},
	} {
		h := seenAndHeard(tt.print, tt.heard, tt.at, tt.accepted)
		j := judges.New()
		j.Judge(h)
		j.Explain(h, 3)
		v := headline(h)
		if !strings.HasPrefix(v.Name, tt.want) || (v.Heard != nil) != tt.rests || len(h.Boxes) != tt.boxes ||
			!strings.Contains(strings.Join(h.Warnings, "\n"), tt.warning) || tt.warning == "" && len(h.Warnings) > 0 {
			t.Errorf("%s: %s, heard %v, %q, boxes %+v", tt.name, v.Name, v.Heard, h.Warnings, h.Boxes)
		}
		if tt.rests && (*v.Heard != whorl.Heard{At: tt.at, Where: "office.json"}) {
			t.Errorf("%s: heard %v", tt.name, v.Heard)
		}
		if (v.Heard != nil || tt.name == "accepts") && v.Name != whorl.Unknown && (len(v.Evidence) == 0 || v.Evidence[0].Method != "syn") {
			t.Errorf("%s: evidence %+v", tt.name, v.Evidence)
		}
		again := *h
		j.Judge(&again)
		j.Explain(&again, 3)
		if d := cmp.Diff(h, &again, cmpopts.EquateComparable(netip.Addr{})); d != "" {
			t.Errorf("%s: -once +judged again\n%s", tt.name, d)
		}
		memo, remembered := NewMemo(judges.New(), 3, true), seenAndHeard(tt.print, tt.heard, tt.at, tt.accepted)
		for range 2 {
			remembered = seenAndHeard(tt.print, tt.heard, tt.at, tt.accepted)
			memo.Judge(remembered)
		}
		remembered.Next, h.Next = nil, nil // a memo takes them as they are without a name
		if d := cmp.Diff(h, remembered, cmpopts.EquateComparable(netip.Addr{})); d != "" {
			t.Errorf("%s: -judge +memo\n%s", tt.name, d)
		}
	}
}

// The SYN-ACK of a port that contradicts what closed ports show leaves no name.
func TestAcceptedAgainstRest(t *testing.T) {
	const windows = "SynAck(V=4%TTL=7F%H=2C%DF=Y%ID=N%W=2000%MSS=5B4%O=M%SO=%SM=5B4)\n"
	h := seenAndHeard(closedOnly(methodtest.Lines(t, linux618)), nil, earlier, windows)
	ours(t).Judge(h)
	if v := headline(h); v.Name != whorl.Unknown || !strings.Contains(v.Source.Text, "Microsoft Windows") || len(h.Verdicts) < 3 {
		t.Errorf("%+v", h.Verdicts)
	}
}

// Who judges by Nmap's points alone gets no name by one SYN-ACK, but what was heard of a
// host that has no points.
func TestBesidePoints(t *testing.T) {
	j := NewJudges(embedded(t), Options{NmapOnly: true}).New()
	linux := fmt.Sprintf(linuxSyn, 63)
	silent, heard := seenAndHeard(silence, nil, earlier, linuxSynAck), seenAndHeard(silence, []string{linux}, earlier, linuxSynAck)
	j.Judge(silent)
	j.Judge(heard)
	if len(silent.Verdicts) > 0 || len(heard.Verdicts) == 0 || heard.Verdicts[0].Heard == nil {
		t.Errorf("%+v, heard %+v", silent.Verdicts, heard.Verdicts)
	}
}

// Systems differ if they have no family in common and neither is a mere device.
func TestDiffers(t *testing.T) {
	of := func(vendor, family string) *whorl.Verdict { return &whorl.Verdict{Vendor: vendor, Family: family} }
	tie := &whorl.Verdict{Classes: []whorl.Class{{Vendor: "Linux", Family: "Linux"}, {Vendor: "FreeBSD", Family: "FreeBSD"}}}
	for _, tt := range []struct {
		a, b *whorl.Verdict
		want bool
	}{
		{of("Linux", "Linux"), of("Microsoft", "Windows"), true},
		{of("Linux", "Linux"), of("Google", "Android"), false},
		{of("Linux", "Linux"), of("AXIS", "embedded"), false},
		{of("Linux", "Linux"), tie, false},
		{of("Microsoft", "Windows"), tie, true},
		{of("Linux", "Linux"), &whorl.Verdict{Name: "x"}, false},
		{of("Linux", "Linux"), &whorl.Verdict{Vendor: "Nmap", Family: "Nmap", DeviceType: programType}, false},
	} {
		if differs(tt.a, tt.b) != tt.want || differs(tt.b, tt.a) != tt.want {
			t.Errorf("%+v and %+v: want %v", tt.a, tt.b, tt.want)
		}
	}
}
