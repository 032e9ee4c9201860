package persona_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"whorl"
	"whorl/data"
	"whorl/link/sim"
	"whorl/method"
	"whorl/method/expr"
	"whorl/method/gen2"
	"whorl/osdb"
	"whorl/packet"
	"whorl/persona"
	"whorl/verdict"
)

var (
	victim   = netip.MustParseAddr("198.51.100.2")
	scanners = [...]netip.Addr{netip.MustParseAddr("203.0.113.1"), netip.MustParseAddr("203.0.113.2")}
)

// jitter is how badly a scanner keeps time: probes leave up to late after they
// should, and are believed to have left up to wrong before or after they did.
type jitter struct {
	late, wrong time.Duration
}

// run drives machines, one at each scanner's address, over one link until all are done.
func run(net *sim.Net, seed uint64, j jitter, machines ...*gen2.Machine) {
	r := rand.New(rand.NewPCG(seed, 1))
	var (
		out   method.Outbox
		frame []byte
		buf   [2048]byte
		p     packet.Packet
		wakes = make([]time.Time, len(machines))
	)
	for i := range wakes { // not in step with each other
		wakes[i] = net.Now().Add(time.Duration(i) * 37 * time.Millisecond)
	}
	for {
		next := -1
		for i, w := range wakes {
			if !w.IsZero() && (next < 0 || w.Before(wakes[next])) {
				next = i
			}
		}
		if next < 0 {
			return
		}
		if n, at, err := net.Recv(buf[:], wakes[next]); err == nil {
			p.Decode(packet.Raw, buf[:n])
			if i := slices.Index(scanners[:], p.Dst); i >= 0 && machines[i].Receive(&p, at) {
				wakes[i] = at
			}
			continue
		}
		out.Reset()
		wakes[next] = machines[next].Poll(net.Now(), &out)
		for k := range out.Len() {
			q, tag := out.At(k)
			q.Src, q.Link = scanners[next], packet.Raw
			frame, _ = q.Append(frame[:0])
			at, _ := net.Send(frame)
			if j.wrong > 0 {
				at = at.Add(time.Duration(r.Int64N(int64(2*j.wrong))) - j.wrong)
			}
			machines[next].Sent(tag, at)
		}
		if !wakes[next].IsZero() && j.late > 0 {
			wakes[next] = wakes[next].Add(time.Duration(r.Int64N(int64(j.late))))
		}
	}
}

func newMachine(seed uint64) *gen2.Machine {
	t := gen2.Target{Addr: victim, OpenTCP: 80, ClosedTCP: 81, ClosedUDP: 40000, ClosedKnown: true}
	return gen2.NewMachine(t, method.Key{byte(seed), byte(seed >> 8)}.Stream(victim, "test"), gen2.Options{})
}

func newPersona(e *osdb.Entry, seed uint64) (*persona.Persona, error) {
	return persona.New(e, persona.Options{
		Addr: victim, Key: method.Key{byte(seed), byte(seed >> 8)}, OpenTCP: []uint16{80}, Delay: 300 * time.Microsecond,
	})
}

// databases are the project's own entries and, where it is installed, nmap-os-db.
func databases(tb testing.TB) osdb.Set {
	set, problems := osdb.Load(osdb.Config{Embedded: data.Files})
	for _, p := range problems {
		tb.Log(p)
	}
	for _, file := range []string{"/usr/local/share/nmap/nmap-os-db", "/usr/share/nmap/nmap-os-db"} {
		f, err := os.Open(file)
		if err != nil {
			continue
		}
		defer f.Close()
		db, _ := osdb.Read(f, osdb.Nmap, file)
		return append(set, db)
	}
	tb.Log("nmap-os-db is not installed, only the embedded entries are used")
	return set
}

// tally counts outcomes by reason.
type tally struct {
	title   string
	count   map[string]int
	example map[string]string
}

func newTally(title string) tally { return tally{title, map[string]int{}, map[string]string{}} }

func (l *tally) note(why, name string) {
	l.count[why]++
	l.example[why] = name
}

func (l *tally) log(t *testing.T) {
	whys := make([]string, 0, len(l.count))
	for why := range l.count {
		whys = append(whys, why)
	}
	slices.SortFunc(whys, func(a, b string) int { return l.count[b] - l.count[a] })
	for _, why := range whys {
		t.Logf("%s %d: %s (%s)", l.title, l.count[why], why, l.example[why])
	}
}

// reason is an error without the name of the entry.
func reason(err error) string {
	for errors.Unwrap(err) != nil {
		err = errors.Unwrap(err)
	}
	return err.Error()
}

// disagreements are the attributes that are not as the entry has them.
func disagreements(evidence []whorl.Evidence) string {
	var out []string
	for _, v := range evidence {
		if !v.Agrees {
			out = append(out, fmt.Sprintf("%s.%s=%s got %s", v.Test, v.Attr, v.Want, v.Got))
		}
	}
	return strings.Join(out, ", ")
}

// complete reports whether the print has every attribute that the reference speaks
// of; of T and TG a print has one.
func complete(r *gen2.Reference, seen []method.Line) bool {
	for test := range gen2.NumTests {
		i := slices.IndexFunc(seen, func(l method.Line) bool { return l.Test == test.String() })
		for _, term := range r.Test(test).Terms(expr.Whorl) {
			name := gen2.Tests[test].Attrs[term.Attr].Name
			if name == "T" || name == "TG" {
				continue
			}
			if i < 0 {
				return false
			}
			if _, ok := seen[i].Value(name); !ok {
				return false
			}
		}
	}
	return true
}

// law is how the entries of one database came back.
type law struct {
	entries, perfect, whole, first int
	refused, wrong                 tally
}

// The round-trip law: what is measured of the persona of an entry is the entry. The
// share of all entries, refused ones included, is held at what has been reached.
// What is refused in nmap-os-db is impossible: answers larger than what they answer,
// and values that no stack can show today (RID=1042, which is printed as G; TS=2,
// which is printed as 1; ISR=0 of numbers that grow; T=250).
func TestRoundTrip(t *testing.T) {
	least := map[string]float64{osdb.Embedded: 1, osdb.Nmap: 0.993}
	set := databases(t)
	matcher := verdict.Compile(set, expr.Whorl).Matcher()
	laws := map[string]*law{}
	for db, e := range set.Entries() {
		if e.Gen2 == nil {
			continue
		}
		l := laws[db.Database]
		if l == nil {
			l = &law{refused: newTally("refused"), wrong: newTally("wrong")}
			laws[db.Database] = l
		}
		l.entries++
		l.check(e, &db.Points, matcher)
	}
	for name, l := range laws {
		share := float64(l.perfect) / float64(l.entries)
		t.Logf("%s: %d entries, %d measured as they are (%.2f %%), %d of these with every attribute", name,
			l.entries, l.perfect, 100*share, l.whole)
		l.refused.log(t)
		l.wrong.log(t)
		if share < least[name] {
			t.Errorf("%s: fewer than %.2f %%", name, 100*least[name])
		}
		if float64(l.whole) < 0.98*float64(l.perfect) {
			t.Errorf("%s: only %d of %d show every attribute of the entry", name, l.whole, l.perfect)
		}
		if l.first < l.perfect {
			t.Errorf("%s: %d of %d are not first or equal to the first in the list of all entries", name, l.perfect-l.first, l.perfect)
		}
	}
}

func (l *law) check(e *osdb.Entry, points *gen2.Points, matcher *verdict.Matcher) {
	seed := uint64(l.entries)
	p, err := newPersona(e, seed)
	if err != nil {
		l.refused.note(reason(err), e.Name)
		return
	}
	net := sim.New(sim.Options{})
	net.Add(victim, p)
	m := newMachine(seed)
	run(net, seed, jitter{late: 200 * time.Microsecond}, m)
	seen := m.Measure()
	score, evidence := e.Gen2.Explain(seen, points, expr.Whorl)
	if score.Num < score.Den || score.Den == 0 {
		l.wrong.note(disagreements(evidence), e.Name)
		return
	}
	l.perfect++
	if complete(e.Gen2, seen) {
		l.whole++
	}
	if list := matcher.List(seen); list.State == verdict.TooMany || slices.ContainsFunc(list.Matches[:list.Perfect()],
		func(m verdict.Match) bool { return m.Entry.Name == e.Name }) {
		l.first++
	}
}

// sample is a part of all entries.
func sample(t *testing.T, every int) (out []*osdb.Entry, points *gen2.Points) {
	for _, db := range databases(t) {
		points = &db.Points
		for i, e := range db.Entries {
			if i%every == 0 {
				out = append(out, e)
			}
		}
	}
	return out, points
}

// A persona is the same in whatever way it is scanned. Sharing counters with another
// scanner is the one thing that real hosts show as well, so SEQ's IP IDs may then differ.
func TestScans(t *testing.T) {
	const seed = 7
	entries, points := sample(t, 19)
	for _, c := range []struct {
		name   string
		least  float64
		jitter jitter
		before func(*sim.Net)
		scans  int
	}{
		{"well timed", 0.98, jitter{}, nil, 1},
		{"send times wrong by 1 ms", 0.96, jitter{wrong: time.Millisecond}, nil, 1},
		{"late by up to 1 ms", 0.97, jitter{late: time.Millisecond}, nil, 1},
		{"late by up to 10 ms", 0.97, jitter{late: 10 * time.Millisecond}, nil, 1},
		{"late by up to 60 ms", 0.98, jitter{late: 60 * time.Millisecond}, nil, 1},
		{"late by up to 200 ms", 0.98, jitter{late: 200 * time.Millisecond}, nil, 1},
		{"after a port scan", 0.98, jitter{late: 200 * time.Microsecond}, knock, 1},
		{"a second time", 0.98, jitter{late: 200 * time.Microsecond}, func(n *sim.Net) {
			run(n, seed, jitter{}, newMachine(seed+1))
			n.Recv(nil, n.Now().Add(3*time.Second))
		}, 1},
		{"by two at once", 0.97, jitter{late: 200 * time.Microsecond}, nil, 2},
	} {
		good, all := 0, 0
		wrong := newTally("wrong")
		for _, e := range entries {
			p, err := newPersona(e, seed)
			if err != nil {
				continue
			}
			net := sim.New(sim.Options{})
			net.Add(victim, p)
			if c.before != nil {
				c.before(net)
			}
			machines := []*gen2.Machine{newMachine(seed + 2), newMachine(seed + 3)}[:c.scans]
			run(net, seed, c.jitter, machines...)
			for _, m := range machines {
				all++
				if s, evidence := e.Gen2.Explain(m.Measure(), points, expr.Whorl); s.Num == s.Den {
					good++
				} else {
					wrong.note(disagreements(evidence), e.Name)
				}
			}
		}
		t.Logf("%s: %d of %d", c.name, good, all)
		wrong.log(t)
		if float64(good) < c.least*float64(all) {
			t.Errorf("%s: fewer than %.0f %%", c.name, 100*c.least)
		}
	}
}

// knock sends what a search for ports sends before.
func knock(n *sim.Net) {
	var buf [2048]byte
	for i := range 12 {
		p := packet.Packet{Link: packet.Raw, Network: packet.IPv4, Transport: packet.TCP, Src: scanners[0], Dst: victim, TTL: 50,
			TCP: packet.TCPHeader{SrcPort: uint16(50000 + i/2), DstPort: uint16(80 + i%2), Seq: 77, Flags: packet.SYN,
				Window: 1024, Options: []byte{packet.OptMSS, 4, 5, 0xb4}}}
		frame, _ := p.Append(nil)
		n.Send(frame)
		n.Recv(buf[:], n.Now().Add(500*time.Microsecond))
	}
}
