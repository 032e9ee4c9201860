package watch

import (
	"slices"
	"strings"
	"testing"
	"time"

	"whorl"
	"whorl/method"
	"whorl/method/backoff"
	"whorl/method/deep"
	"whorl/method/gen1"
	"whorl/method/gen2"
	"whorl/method/survey"
	"whorl/packet"
	"whorl/persona"
)

// own makes our own scanner.
func own(openTCP uint16) *gen2.Machine {
	return gen2.NewMachine(gen2.Target{Addr: victim, OpenTCP: openTCP, ClosedTCP: 81, ClosedUDP: 40000}, stream("gen2"), gen2.Options{})
}

// nmaps draws the acknowledgement field of Nmap's probes, which ours count from another.
func nmaps(m *gen2.Machine) *gen2.Machine {
	m.Numbers.Ack = 0x1f2e3d4c
	return m
}

// machines are scanners. Nmap is ours with other numbers.
func machines() map[string]func() method.Machine {
	return map[string]func() method.Machine{
		"gen2":               func() method.Machine { return nmaps(own(80)) },
		"gen2, no open port": func() method.Machine { return nmaps(own(0)) },
		"own":                func() method.Machine { return own(80) },
		"own, no open port":  func() method.Machine { return own(0) },
		"gen1": func() method.Machine {
			return gen1.NewMachine(gen1.Target{Addr: victim, OpenTCP: 80, ClosedTCP: 81, ClosedUDP: 81}, stream("gen1"))
		},
		"deep": func() method.Machine {
			return deep.NewMachine(deep.Target{Addr: victim, OpenTCP: 80, ClosedTCP: 81, ClosedUDP: 40000}, stream("deep"), deep.Options{Burst: true})
		},
	}
}

// Every scanner is recognised, named from the first record on, and measured as it measures
// itself.
func TestMachines(t *testing.T) {
	want := map[string]string{
		"gen2": `os-fingerprint "nmap -O"`, "gen2, no open port": `os-fingerprint "nmap -O"`,
		"own": `os-fingerprint "whorl scan"`, "own, no open port": `os-fingerprint "whorl scan"`,
		"gen1": `os-fingerprint "nmap -O before 4.20"`, "deep": `os-fingerprint "whorl scan"`,
	}
	for name, machine := range machines() {
		s, m := newSensor(t, Options{}), machine()
		(&attack{net: target(t, "Linux 6", persona.Options{}), m: m, kernel: true}).run(s)
		if got := s.summary(); got != want[name] {
			t.Errorf("%s: %s, want %s", name, got, want[name])
			continue
		}
		c := s.only()
		leak := whorl.LeakFull
		if strings.HasSuffix(name, "no open port") { // little is asked
			leak = whorl.LeakPartial
		}
		if c.Confidence < 0.94 || c.Leak != leak || len(c.Evasion) > 0 {
			t.Errorf("%s: confidence %v, leak %q, evasion %v", name, c.Confidence, c.Leak, c.Evasion)
		}
		states := statesOf(s.records)
		if n := len(states); n > 3 || states[n-2] != whorl.Confirmed {
			t.Errorf("%s: records %v", name, states)
		}
		if d := s.records[0].Seen.Last.Sub(epoch); d > 300*time.Millisecond {
			t.Errorf("%s: told after %v", name, d)
		}
		if first := s.records[0].Tool; first != c.Tool && name != "own, no open port" { // pings go first there, and are Nmap's
			t.Errorf("%s: %q at first, then %q", name, first, c.Tool)
		}
		if m, ok := m.(*gen2.Machine); ok {
			checkLearned(t, name, &c, "gen2", linesOf(m.Measure()))
		}
		if m, ok := m.(*gen1.Machine); ok {
			checkLearned(t, name, &c, "gen1", m.Measure().String())
		}
		if m, ok := m.(*deep.Machine); ok {
			checkLearned(t, name, &c, "deep", m.Measure().String())
		}
	}
}

// The comparison of ports, which our own scanner makes after those probes, is no evasion of
// theirs.
func TestSurvey(t *testing.T) {
	s, n := newSensor(t, Options{}), target(t, "Linux 6", persona.Options{})
	for _, m := range []method.Machine{
		own(80),
		survey.NewMachine(survey.Target{Addr: victim, Open: []uint16{80}, Closed: []uint16{81}}, stream("survey")),
	} {
		(&attack{net: n, m: m, kernel: true}).run(s)
	}
	if c := s.only(); c.Tool != ourTool || c.Class != whorl.OSFingerprint || len(c.Evasion) > 0 {
		t.Errorf("%s %q, evasion %v", c.Class, c.Tool, c.Evasion)
	}
}

func statesOf(records []whorl.Contact) (out []whorl.ContactState) {
	for _, r := range records {
		out = append(out, r.State)
	}
	return out
}

func linesOf(tests []method.Line) string {
	return gen2.Fingerprint{Tests: tests}.String()
}

// checkLearned compares what was learned with what the machine measured itself.
func checkLearned(t *testing.T, name string, c *whorl.Contact, method, want string) {
	t.Helper()
	if c.Learned == nil {
		t.Errorf("%s: nothing learned", name)
		return
	}
	i := slices.IndexFunc(c.Learned.Observations, func(o whorl.Observation) bool { return o.Method == method })
	if i < 0 {
		t.Errorf("%s: no print of %s", name, method)
		return
	}
	got := c.Learned.Observations[i].Print
	if !strings.Contains(strings.Join(strings.Fields(got), ""), strings.Join(strings.Fields(want), "")) {
		t.Errorf("%s: learned\n%s\nmeasured\n%s", name, got, want)
	}
}

// Evasion does not hide the probes, and is told.
func TestEvasion(t *testing.T) {
	only := func(flags packet.Flags) func(*packet.Packet) bool {
		return func(p *packet.Packet) bool { return p.Transport != packet.TCP || p.TCP.Flags != flags }
	}
	for _, c := range []struct {
		name   string
		attack attack
		want   string // tool
		tells  string // evasion
	}{
		{"moved ports", attack{change: func(p *packet.Packet) {
			p.TCP.SrcPort -= 40000
			p.UDP.SrcPort -= 40000
		}}, "nmap -O", "source port"},
		{"TTL", attack{change: func(p *packet.Packet) { p.TTL = 128 }}, "nmap -O", "TTL"},
		{"windows", attack{change: func(p *packet.Packet) {
			if p.Transport == packet.TCP {
				p.TCP.Window = 8192
			}
		}}, "nmap -O", "window"},
		{"windows, TCP alone", attack{change: func(p *packet.Packet) { p.TCP.Window = 8192 },
			drop: func(p *packet.Packet) bool { return p.Transport != packet.TCP }}, "nmap-like", "window"},
		{"timestamps, TCP alone", attack{change: func(p *packet.Packet) {
			if i := strings.Index(string(p.TCP.Options), "\xff\xff\xff\xff"); i >= 0 {
				p.TCP.Options = slices.Clone(p.TCP.Options)
				p.TCP.Options[i] = 0x12
			}
		}, drop: func(p *packet.Packet) bool { return p.Transport != packet.TCP || p.TCP.Flags.Has(packet.ECE) }}, "nmap-like", "timestamp"},
		{"clamped MSS", attack{change: func(p *packet.Packet) {
			if i := strings.Index(string(p.TCP.Options), "\x02\x04\x05\xb4"); i >= 0 {
				p.TCP.Options = slices.Clone(p.TCP.Options)
				p.TCP.Options[i+3] = 0x50
			}
		}}, "nmap -O", "MSS"},
		{"SYNs alone", attack{drop: only(packet.SYN)}, "nmap -O", ""},
		{"odd flags alone", attack{drop: only(packet.FIN | packet.PSH | packet.URG)}, "nmap -O", ""},
		{"one way", attack{oneWay: true}, "nmap -O", ""},
	} {
		s, a := newSensor(t, Options{}), c.attack
		a.net, a.m = target(t, "Linux 6", persona.Options{}), machines()["gen2"]()
		a.kernel = !a.oneWay
		if a.oneWay {
			a.drop = func(p *packet.Packet) bool { return p.TCP.Flags == packet.RST }
		}
		a.run(s)
		all := s.fingerprinting()
		if len(all) != 1 || all[0].Tool != c.want {
			t.Errorf("%s: %s, want %s", c.name, s.summary(), c.want)
			continue
		}
		if got := strings.Join(all[0].Evasion, ", "); got != c.tells {
			t.Errorf("%s: evasion %q, want %q", c.name, got, c.tells)
		}
		if unseen := all[0].Leak == whorl.LeakUnseen; unseen != a.oneWay {
			t.Errorf("%s: leak %q", c.name, all[0].Leak)
		}
	}
}

// Our own machine that only waits is recognised by the silence, and what it saw is what
// it measures.
func TestBackoffMachine(t *testing.T) {
	gaps := []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second, 16 * time.Second}
	m := backoff.NewMachine(backoff.Target{Addr: victim, Port: 80}, stream("backoff"), backoff.Options{States: 1 << backoff.SynRcvd, Timeout: 20 * time.Second})
	s := newSensor(t, Options{})
	(&attack{net: target(t, "Linux 6", persona.Options{Resend: gaps}), m: m}).run(s)
	all := s.fingerprinting()
	if len(all) != 1 || all[0].Class != whorl.OSFingerprintTiming {
		t.Fatalf("%s", s.summary())
	}
	c := &all[0]
	if c.Learned == nil || !strings.HasPrefix(c.Learned.Observations[0].Print, "SynRcvd(G=1,2,4,8%") {
		t.Errorf("learned %+v", c.Learned)
	}
	if c.Leak != whorl.LeakPartial {
		t.Errorf("leak %q", c.Leak)
	}
}
