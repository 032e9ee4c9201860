package main

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"testing"

	"whorl"
	"whorl/data"
	"whorl/lab/target"
	"whorl/method/backoff"
	"whorl/osdb"
	"whorl/verdict"
)

// timing6 is a scan of a target over IPv6 that is under way.
type timing6 struct {
	*target.Target
	family      string
	scan        *exec.Cmd
	out, people bytes.Buffer
	file        string // the recording
	resets      func() (timed, others int)
}

func startTiming6(t *testing.T, kind, family string) *timing6 {
	t.Helper()
	s := &timing6{Target: target.Up(t, kind), family: family, file: filepath.Join(t.TempDir(), "times.pcapng")}
	if kind != "gvisor" { // behind a TUN, where the scan hears them itself and warns
		s.resets = kernelResets(t, s.Target)
	}
	s.scan = exec.Command("whorl", "scan", "--no-system-db", "--json", "-p", "80,81", "--temporal", "slf", "--hold", "0.8",
		"--timeout", "10", "--record", s.file, s.IP6.String())
	s.scan.Stdout, s.scan.Stderr = &s.out, &s.people
	if err := s.Start(s.scan); err != nil {
		t.Fatal(err)
	}
	return s
}

// Over IPv6 the stacks of the lab are told apart by their times alone, our kernel resets no
// connection that is timed, and a recording tells the same.
func TestTemporalIPv6Lab(t *testing.T) {
	t.Parallel()
	set, _ := osdb.Load(osdb.Config{Embedded: data.Files})
	judges := verdict.NewJudges(set, verdict.Options{})
	var all []*timing6
	for kind, family := range map[string]string{"linux": "Linux", "gvisor": "Google gVisor", "lwip": "lwIP"} {
		all = append(all, startTiming6(t, kind, family)) // at once: they mostly wait
	}
	for _, s := range all {
		if err := s.scan.Wait(); err != nil {
			t.Errorf("%s: %v: %s", s.family, err, s.people.String())
		}
		if s.resets != nil {
			if timed, others := s.resets(); timed != 0 || others == 0 {
				t.Errorf("%s: the kernel sent %d resets where nothing is to be answered, and %d others", s.family, timed, others)
			}
		}
		var live whorl.Host
		if err := json.Unmarshal(s.out.Bytes(), &live); err != nil || len(live.Warnings) > 0 {
			t.Errorf("%s: %v, %v", s.family, err, live.Warnings)
			continue
		}
		runs := runsIn(&live)
		if so := judges.SoFar(runs); len(runs) != 4 || len(so) == 0 || so[0].Name != s.family || so[0].Confidence < 0.8 {
			t.Errorf("%s: %v by %+v", s.family, so, runs)
		}
		again := judgedAgain(t, s.Target, s.file)
		if len(again) != 1 || len(runsIn(again[0])) != len(runs) {
			t.Errorf("%s: recorded %+v", s.family, again)
			continue
		}
		for i, r := range runsIn(again[0]) {
			r.Heard = runs[i].Heard // our RST leaves a little later than it is decided on
			if !r.Equal(runs[i]) {
				t.Errorf("%s: recorded %v, live %v", s.family, r.Line(), runs[i].Line())
			}
		}
	}
}

// runsIn are the times that were seen of a host.
func runsIn(h *whorl.Host) (runs []backoff.Run) {
	for _, o := range h.Observations {
		if o.Method == "backoff" {
			p, _ := backoff.Parse(o.Print)
			runs = backoff.Runs(p)
		}
	}
	return runs
}
