package verdict

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"whorl"
	"whorl/method/syn"
	"whorl/osdb"
)

const handshakeRecords = `Fingerprint Linux 4.15 - 7.3
Class Linux | Linux | 6.X | general purpose
Syn(TTL=40%DF=Y%ID=N%W=44*MSS%WS=7%O=MSTNW%FL=N)

Fingerprint Linux 3.10 - 4.19
Class Linux | Linux | 3.X | general purpose
Syn(TTL=40%DF=Y%ID=N%W=20*MSS%WS=7%O=MSTNW%FL=N)

Fingerprint Google Android 9 - 10
Class Google | Android | 9 | phone
Syn(TTL=40%DF=Y%ID=N%W=FFFF%WS=8%O=MSTNW%FL=N)

Fingerprint Microsoft Windows 10
Class Microsoft | Windows | 10 | general purpose
Syn(TTL=80%DF=Y%ID=N%W=FAF0%WS=8%O=MNWNNS)
SynAck(TTL=80%DF=Y%ID=N%W=FFFF%WS=8%O=MNWST)

Fingerprint Microsoft Windows 2000
Class Microsoft | Windows | 2000 | general purpose
Syn(TTL=80%DF=Y%ID=N%W=FAF0%WS=8%O=MNWNNS)

Fingerprint Example printer
Class Example | embedded || printer
SynAck(TTL=0-80%DF=N%ID=N%W=1000%O=M)

`

func handshakeJudge(t testing.TB) *Handshakes {
	t.Helper()
	db, problems := osdb.Read(strings.NewReader(handshakeRecords), osdb.Embedded, "test.osdb")
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return NewHandshakes(osdb.Set{db}, Options{}).Explained()
}

const (
	linuxSyn   = "Syn(V=4%%TTL=%X%%H=3C%%DF=Y%%ID=N%%W=FAF0%%MSS=5B4%%WS=7%%O=MSTNW)"
	windowsSyn = "Syn(V=4%%TTL=%X%%H=34%%DF=Y%%ID=N%%W=FAF0%%MSS=5B4%%WS=8%%O=MNWNNS)"
)

// heardHost is a host with prints, each with a count and the first and last number.
func heardHost(lines ...string) *whorl.Host {
	h := &whorl.Host{}
	for _, l := range lines {
		h.Observations = append(h.Observations, whorl.Observation{Method: "syn", Print: l})
	}
	return h
}

func TestHandshakes(t *testing.T) {
	j := handshakeJudge(t)
	linux, windows := fmt.Sprintf(linuxSyn, 60), fmt.Sprintf(windowsSyn, 128)
	seen := func(line string, n, first, last int) string {
		return fmt.Sprintf("%s\nSeen(N=%X%%F=%X%%L=%X%%P=50)\n", line, n, first, last)
	}
	tests := []struct {
		name    string
		prints  []string
		want    string // beginning of the headline
		boxes   int
		warning string
	}{
		{"one packet", []string{linux}, "Linux 4.15 - 7.3", 0, ""},
		{"another window", []string{strings.Replace(linux, "W=FAF0", "W=7210", 1)}, "Linux 3.10 - 4.19", 0, ""},
		{"no range of names", []string{windows}, "Microsoft Windows 2000|10", 0, ""},
		{"times alone", []string{"Again(T=3E8)\n"}, "", 0, ""},
		{"nothing like it", []string{"Syn(V=4%TTL=FF%H=28%DF=N%ID=N%W=400%O=)"}, "unknown: no ", 0, ""},
		{"not readable", []string{"Syn(V=9)"}, "unknown: syn: Syn: V: 9", 0, ""},
		{"not readable beside one that is", []string{"Syn(V=9)", linux}, "Linux", 0, ""},
		{"count not readable", []string{linux + "\nSeen(N=0)"}, "unknown: syn: ", 0, ""},
		{"most of them", []string{seen(linux, 9, 1, 10), seen(windows, 1, 5, 5)}, "Linux", 0, ""},
		{"some of each", []string{seen(linux, 2, 1, 3), seen(windows, 2, 2, 4)}, "unknown: its handshakes are of several systems", 0, ""},
		{"in turns", []string{seen(linux, 3, 1, 9), seen(windows, 6, 2, 8)}, "unknown: several systems share", 1, ""},
		{"one after the other", []string{seen(linux, 6, 1, 6), seen(windows, 3, 7, 9)}, "Microsoft Windows", 0, "showed Linux in 6 handshakes and Microsoft Windows in the 3 since"},
		{"near the client", []string{"SynAck(V=4%TTL=40%H=2C%DF=N%ID=N%W=FFFF%MSS=5B4%O=M)"}, "unknown: something near", 1, ""},
	}
	for _, tt := range tests {
		h := heardHost(tt.prints...)
		j.Judge(h)
		got := ""
		if len(h.Verdicts) > 0 {
			if got = h.Verdicts[0].Name; got == whorl.Unknown {
				got += ": " + h.Verdicts[0].Source.Text
			}
		}
		if !strings.HasPrefix(got, tt.want) || (got == "") != (tt.want == "") || len(h.Boxes) != tt.boxes || !strings.HasPrefix(strings.Join(h.Warnings, ""), tt.warning) {
			t.Errorf("%s: %q, want %q; %v %v", tt.name, got, tt.want, h.Boxes, h.Warnings)
		}
	}
}

// What agrees speaks for the record, what does not is told, and what decides is named.
func TestHandshakeEvidence(t *testing.T) {
	j := handshakeJudge(t)
	h := heardHost(strings.Replace(fmt.Sprintf(linuxSyn, 60), "DF=Y", "DF=N", 1))
	j.Judge(h)
	agrees := map[string]bool{}
	for _, e := range h.Verdicts[0].Evidence {
		agrees[e.Attr] = e.Agrees
	}
	for attr, want := range map[string]bool{"O": true, "TTL": true, "W": true, "WS": true, "DF": false} {
		if got, ok := agrees[attr]; !ok || got != want {
			t.Errorf("%s agrees: %v, told %v, want %v", attr, got, ok, want)
		}
	}
}

// The same hosts at other distances are judged the same, and by the ranking itself.
func TestAlikeTTLs(t *testing.T) {
	j := handshakeJudge(t)
	for _, pattern := range []string{linuxSyn, windowsSyn, "SynAck(V=4%%TTL=%X%%H=2C%%DF=N%%ID=N%%W=1000%%MSS=5B4%%O=M)"} {
		ranked := 0
		for ttl := 1; ttl < 256; ttl++ {
			s, err := syn.ParseSighting(fmt.Sprintf(pattern, ttl))
			if err != nil {
				t.Fatal(err)
			}
			r := j.role(s.Answer)
			if r.alike[ttl] == uint8(ttl) {
				ranked++
			}
			want := syn.Rank(r.candidates, s.Signature, s.Offer)
			s.TTL = r.alike[ttl]
			got := syn.Rank(r.candidates, s.Signature, s.Offer)
			if !sameRanking(got, want) {
				t.Fatalf("TTL %d as %d: %v, want %v", ttl, s.TTL, got, want)
			}
		}
		if ranked > 20 {
			t.Errorf("%d TTLs are ranked", ranked)
		}
	}
}

// sameRanking compares but for the order in which probabilities were added up.
func sameRanking(a, b syn.Ranking) bool {
	return a.Between == b.Between && math.Abs(a.Unknown-b.Unknown) < 1e-9 && slices.EqualFunc(a.Families, b.Families, func(a, b syn.Share) bool {
		return a.Family == b.Family && math.Abs(a.Probability-b.Probability) < 1e-9 && slices.Equal(a.Records, b.Records)
	})
}

// What a program writes into headers is no measure of a path or of a clock.
func TestPrograms(t *testing.T) {
	const records = "Fingerprint Prober\nClass Prober | Prober | | program\nSyn(TTL=0-40%DF=N%ID=N%W=400%MSS=578%O=M)\n\n" +
		"Fingerprint Windows 95\nClass Microsoft | Windows | 95 | general purpose\nSyn(TTL=20%DF=N%W=2000%O=M)\n\n"
	db, _ := osdb.Read(strings.NewReader(records), osdb.Embedded, "test.osdb")
	j := NewHandshakes(osdb.Set{db}, Options{})
	for line, program := range map[string]bool{
		"Syn(V=4%TTL=3A%H=2C%DF=N%ID=N%W=400%MSS=578%O=M)":  true,
		"Syn(V=4%TTL=1C%H=2C%DF=N%ID=N%W=2000%MSS=578%O=M)": false,
	} {
		h := heardHost(line)
		h.Distance, h.Uptime = &whorl.Hops{Count: 6, Method: whorl.DistanceGuess}, &whorl.Uptime{Seconds: 9}
		j.Judge(h)
		v := h.Verdicts[0]
		if (v.DeviceType == programType) != program || (h.Distance == nil) != program || (h.Uptime == nil) != program || (len(v.Notes) == 0) != program {
			t.Errorf("%s: %s (%s), distance %v, uptime %v, notes %q", line, v.Name, v.Source.Text, h.Distance, h.Uptime, v.Notes)
		}
	}
}

// Judge takes hosts that were only heard to the same judgement.
func TestJudgeHandshakes(t *testing.T) {
	db, _ := osdb.Read(strings.NewReader(handshakeRecords), osdb.Embedded, "test.osdb")
	h := heardHost(fmt.Sprintf(linuxSyn, 64))
	NewJudges(osdb.Set{db}, Options{}).New().Judge(h)
	if len(h.Verdicts) == 0 || h.Verdicts[0].Name != "Linux 4.15 - 7.3" {
		t.Errorf("%+v", h.Verdicts)
	}
}
