package persona_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"whorl"
	"whorl/link/sim"
	"whorl/method"
	"whorl/method/ipv6"
	"whorl/osdb"
	"whorl/persona"
)

var (
	victim6  = netip.MustParseAddr("2001:db8::2")
	scanner6 = netip.MustParseAddr("2001:db8:1::1")
)

// probed6 is what is measured of a persona over IPv6.
func probed6(p *persona.Persona, seed uint64) method.Lines {
	net := sim.New(sim.Options{})
	net.Add(victim6, p)
	t := ipv6.Target{Addr: victim6, OpenTCP: 80, ClosedTCP: 81, ClosedUDP: 40000, ClosedKnown: true, Direct: true}
	m := ipv6.NewMachine(t, method.Key{byte(seed), byte(seed >> 8)}.Stream(victim6, "test"), ipv6.Options{})
	drive(net, m)
	return m.Measure()
}

func newPersona6(e *osdb.Entry, seed uint64) (*persona.Persona, error) {
	return persona.New(e, persona.Options{
		Addr: victim6, Key: method.Key{byte(seed), byte(seed >> 8)}, OpenTCP: []uint16{80}, Delay: 300 * time.Microsecond,
	})
}

// withoutIPv4 is what a record tells of IPv6 alone.
func withoutIPv4(e *osdb.Entry) *osdb.Entry {
	alone := *e
	alone.Gen2, alone.Gen1, alone.Extra = nil, nil, nil
	for _, l := range e.Extra {
		if ipv6.Has(l.Test) {
			alone.Extra = append(alone.Extra, l)
		}
	}
	return &alone
}

// The round-trip law over IPv6: what is measured of the persona of a record that tells of
// IPv6 is the record, whether it tells of IPv4 or not, whichever of its hosts it is.
func TestRoundTrip6(t *testing.T) {
	const hosts = 40
	records := 0
	for _, e := range databases(t).Entries() {
		if !persona.Over6(e) {
			continue
		}
		records++
		r, _ := ipv6.NewReference(e.Extra)
		for seed := range uint64(hosts) {
			for _, e := range []*osdb.Entry{e, withoutIPv4(e)} {
				p, err := newPersona6(e, seed)
				if err != nil {
					t.Fatal(err)
				}
				seen := probed6(p, seed)
				score, evidence := r.Score(seen)
				if wrong := disagreements6(evidence); wrong != "" || score.Den == 0 {
					t.Errorf("%s, host %d: %s", e.Name, seed, wrong)
				}
				if missing := missing6(r, seen); missing != "" {
					t.Errorf("%s, host %d: the print lacks %s", e.Name, seed, missing)
				}
			}
		}
	}
	if records < 4 {
		t.Errorf("%d records tell of IPv6", records)
	}
}

func disagreements6(evidence []whorl.Evidence) string {
	var out []string
	for _, v := range evidence {
		if !v.Agrees {
			out = append(out, fmt.Sprintf("%s.%s=%s got %s", v.Test, v.Attr, v.Want, v.Got))
		}
	}
	return strings.Join(out, ", ")
}

// missing6 are attributes of the reference that the print does not have; of HL and HLG a
// print has one.
func missing6(r ipv6.Reference, seen method.Lines) string {
	var out []string
	for _, test := range r {
		l, _ := seen.Test(test.Test.String())
		for _, term := range test.Terms() {
			name := ipv6.Tests[test.Test].Attrs[term.Attr].Name
			if _, ok := l.Value(name); !ok && name != "HLG" {
				out = append(out, l.Test+"."+name)
			}
		}
	}
	return strings.Join(slices.Compact(out), ", ")
}

// Whatever a database says of IPv6, it makes a persona that can be probed, or a reason.
func FuzzNew6(f *testing.F) {
	for _, e := range databases(f).Entries() {
		if persona.Over6(e) {
			f.Add(method.Lines(withoutIPv4(e).Extra).String())
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		db, _ := osdb.Read(strings.NewReader("Fingerprint X\n"+text), osdb.User, "fuzz")
		for _, e := range db.Entries[:min(len(db.Entries), 2)] {
			if p, err := newPersona6(e, 1); err == nil {
				probed6(p, 1)
			}
		}
	})
}
