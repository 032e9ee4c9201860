package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"whorl"
	"whorl/method/backoff"
	"whorl/scan"
)

// The flags ask for what they say, and refuse what makes no sense.
func TestTemporalFlags(t *testing.T) {
	file := filepath.Join(t.TempDir(), "request")
	if err := os.WriteFile(file, []byte("BYE\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	parse := func(args ...string) (scan.Temporal, error) {
		var f temporalFlags
		p := newPart("").flags
		f.flags(p)
		if err := p.Parse(args); err != nil {
			return scan.Temporal{}, err
		}
		return f.job()
	}
	j, err := parse("--temporal", "sf", "--timeout", "30", "--hold", "0.8", "--request", file)
	if err != nil || j.States.String() != "sf" || j.Timeout != 30*time.Second || j.Hold != 800*time.Millisecond || string(j.Request) != "BYE\r\n" {
		t.Errorf("%+v, %v", j, err)
	}
	for _, old := range []string{"--cron-OS", "--method"} {
		if j, err := parse(old, "slf"); err != nil || j.States != backoff.All || j.Timeout != defaultListen {
			t.Errorf("%s: %+v, %v", old, j, err)
		}
	}
	if j, err := parse(); err != nil || j.States != 0 {
		t.Errorf("%+v, %v", j, err)
	}
	for _, bad := range [][]string{{"--temporal", "x"}, {"--timeout", "30"}, {"--temporal", "s", "--timeout", "2h"},
		{"--temporal", "s", "--hold", "40"}, {"--temporal", "f", "--request", file + "x"}, {"--temporal", "f", "--request", os.DevNull}} {
		if _, err := parse(bad...); err == nil {
			t.Errorf("%v is taken", bad)
		}
	}
}

// Lines of ours and of Cron-OS are read, each as one host's, and problems name the line.
func TestFindTimes(t *testing.T) {
	const text = `Whorl scan report for 192.0.2.1
    SynRcvd(G=1,2%E=none%T=8)
    LastAck(G=0.2,0.4%E=none%T=8%R=0.1)
CronOS_Syn(nbPkt=2%Time=8%p=1000000%p=2000000)
Whorl scan report for 192.0.2.2
CronOS_Syn(nbPkt=1%Time=30%p=2806316)
CronOS_Syn(nbPkt=1%Time=30%p=3806316)
SynRcvd(G=x)
CronOS_Syn(nbPkt=7)
`
	found, err := findTimes("f", text)
	var got []string
	for _, f := range found {
		got = append(got, strings.TrimSpace(strings.ReplaceAll(f.Print.String(), "\n", " ")))
	}
	want := "SynRcvd(G=1,2%E=none%T=8) LastAck(G=0.2,0.4%E=none%T=8%R=0.1)|SynRcvd(G=2.806%E=none%T=30)|SynRcvd(G=3.806%E=none%T=30)"
	if s := strings.Join(got, "|"); s != want {
		t.Errorf("%s\nwant %s", s, want)
	}
	if err == nil || !strings.Contains(err.Error(), "f:8: ") || !strings.Contains(err.Error(), "f:9: ") {
		t.Errorf("%v", err)
	}
	print := printed{&whorl.Host{Observations: []whorl.Observation{{Method: "gen2"}}}, "f:3"}
	if out := addTimes([]printed{print}, []int{3}, found, "f", text); len(out) != 3 || len(out[0].Observations) != 2 {
		t.Errorf("%d hosts, the first with %d observations", len(out), len(out[0].Observations))
	}
}

// The old output has the lines of each host and whom they suit.
func TestCronWriter(t *testing.T) {
	parsed, err := backoff.Parse("SynRcvd(G=3,6,12%E=none)")
	if err != nil {
		t.Fatal(err)
	}
	record, _ := backoff.NewReference(parsed)
	var out bytes.Buffer
	w := &cronWriter{out: &out, names: []string{"FreeBSD 4.7"}, records: []backoff.Reference{record}}
	w.Host(&whorl.Host{})
	w.Host(&whorl.Host{Observations: []whorl.Observation{{Method: "backoff", Print: "SynRcvd(G=2.99,6%E=none%T=15.5)\n"}}})
	want := "CronOS_Syn(nbPkt=2%Time=15%p=2990000%p=6000000)\nRemote OS guesses: FreeBSD 4.7 (1success/1tests)\n\n"
	if out.String() != want {
		t.Errorf("%s\nwant %s", out.String(), want)
	}
}

// FuzzFindTimes: any text is read without harm, and what is found can be read again.
func FuzzFindTimes(f *testing.F) {
	f.Add("SynRcvd(G=1,2%E=none%T=8)\nCronOS_FinWait(nbPkt=0%Time=30%Connect=136213)\n")
	f.Fuzz(func(t *testing.T, text string) {
		found, _ := findTimes("f", text)
		for _, x := range found {
			if _, err := backoff.Parse(x.Print.String()); err != nil {
				t.Error(err)
			}
		}
	})
}
