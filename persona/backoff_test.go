package persona_test

import (
	"cmp"
	"math"
	"slices"
	"testing"
	"time"

	"whorl/data"
	"whorl/link/sim"
	"whorl/method"
	"whorl/method/backoff"
	"whorl/method/expr"
	"whorl/osdb"
	"whorl/packet"
	"whorl/persona"
)

// The law of schedules: what package backoff measures of the persona of a record with
// schedules is that record, in number, time and end of the copies.
func TestSchedules(t *testing.T) {
	set, _ := osdb.Load(osdb.Config{Embedded: data.Files})
	var references []backoff.Reference
	for _, e := range set.Entries() {
		r, errs := backoff.NewReference(e.Extra)
		if len(errs) > 0 {
			t.Error(e.Name, errs)
		}
		references = append(references, r)
	}
	params := backoff.DefaultParams()
	ranker := backoff.NewRanker(references, params)
	records, runs, first, i := 0, 0, 0, -1
	for _, e := range set.Entries() {
		i++
		p, err := persona.New(e, persona.Options{Addr: victim, Key: method.Key{byte(i), 9}, Delay: time.Millisecond,
			Services: []persona.Service{page([]byte("x"))}})
		r := references[i]
		if err != nil || !r.Has(backoff.SynRcvd) && !r.Has(backoff.LastAck) && !r.Has(backoff.FinWait1) {
			continue
		}
		records++
		net := sim.New(sim.Options{})
		net.Add(victim, p)
		m := backoff.NewMachine(backoff.Target{Addr: victim, Port: 80}, method.Key{byte(i)}.Stream(victim, "backoff"),
			backoff.Options{Timeout: 2 * time.Hour, Hold: 800 * time.Millisecond})
		drive(net, m)
		var told []backoff.Run
		for _, r := range m.Runs(m.Last) {
			s := references[i].Nearest(&r, params)
			if s == nil {
				continue
			}
			told = append(told, r)
			if why := follows(s, &r, params); why != "" {
				t.Errorf("%s: %s: %v\nwant %v", e.Name, why, r.Line(), s.Line())
			}
		}
		runs += len(told)
		if len(told) == 0 {
			t.Errorf("%s: no run: %v", e.Name, m.Measure())
			continue
		}
		groups := ranker.Rank(told).Groups
		place := slices.IndexFunc(groups, func(g backoff.Group) bool { return slices.Contains(g.Records, i) })
		switch {
		case place == 0:
			first++
		case place < 0 || groups[place].Posterior < 0.05:
			t.Errorf("%s: not found again in %v", e.Name, told)
		default:
			t.Logf("%s: others are likelier: %v", e.Name, told)
		}
		for _, l := range m.Measure() {
			if c, ok := l.Value("C"); ok {
				t.Errorf("%s: copies differ: %s", e.Name, c)
			}
		}
	}
	t.Logf("%d records, %d runs, %d in the likeliest group", records, runs, first)
	if records < 140 || first < records-3 {
		t.Errorf("%d records, %d of them likeliest", records, first)
	}
}

// follows is how a run does not follow a schedule; empty: it does.
func follows(s *backoff.Schedule, r *backoff.Run, p backoff.Params) string {
	due := s.Expect(r, p)
	if len(due) != len(r.Gaps) || r.End != s.End {
		return "another number or end of copies"
	}
	var at, before, slack time.Duration
	for i, g := range r.Gaps {
		at += g
		most := math.Sqrt(3) * float64(cmp.Or(s.Jitter, 10*time.Millisecond))
		slack += time.Duration(min(most, 0.01*float64(due[i].To-before))) + 2*time.Millisecond
		before = due[i].From
		if at < due[i].From-slack || at > due[i].To+slack {
			return "not in time"
		}
	}
	return ""
}

// Without a line of a record and without Options.Resend nothing is sent again, and
// Options.Resend counts more than the record.
func TestResend(t *testing.T) {
	const line = "SynRcvd(G=1,2,4,8%E=rst)\n"
	for _, c := range []struct {
		name, text string
		resend     []time.Duration
		want       []time.Duration // of SYN-ACKs after the first, to the second
		reset      bool
	}{
		{"no line", stack, nil, nil, false},
		{"a line", stack + line, nil, []time.Duration{1, 3, 7}, true},
		{"both", stack + line, []time.Duration{2 * time.Second}, []time.Duration{2}, false},
		{"none wanted", stack + line, []time.Duration{}, nil, false},
	} {
		p, err := persona.New(entry(t, c.text), persona.Options{Addr: victim, OpenTCP: []uint16{80}, Resend: c.resend})
		if err != nil {
			t.Fatal(err)
		}
		w := newWire(t, p)
		w.give(tcp(packet.SYN, 80, linux))
		w.run(10 * time.Minute)
		var got []time.Duration
		reset := false
		for i, a := range w.heard[1:] {
			if reset = a.TCP.Flags.Has(packet.RST); !reset {
				got = append(got, w.at[i+1].Sub(w.at[0]).Round(time.Second)/time.Second)
			}
			if !reset && (a.TCP.Seq != w.heard[0].TCP.Seq || a.TCP.Window != w.heard[0].TCP.Window) {
				t.Errorf("%s: a copy differs: %v", c.name, a.TCP)
			}
		}
		if len(got) != len(c.want) || reset != c.reset {
			t.Errorf("%s: copies after %v s, reset %v; want %v", c.name, got, reset, c.want)
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%s: copies after %v s, want %v", c.name, got, c.want)
			}
		}
		if _, half, _ := p.Remembered(); half > 0 {
			t.Errorf("%s: the connection is kept for ever", c.name)
		}
	}
}

// Under a flood SYN-ACKs are sent once.
func TestFlood(t *testing.T) {
	p, err := persona.New(entry(t, stack+"SynRcvd(G=1,2%E=none)\n"), persona.Options{Addr: victim, OpenTCP: []uint16{80}})
	if err != nil {
		t.Fatal(err)
	}
	w := newWire(t, p)
	for i := range 1000 {
		in := tcp(packet.SYN, 80, "")
		in.Src = scanners[i%2]
		in.Src = in.Src.Next()
		for range i % 50 {
			in.Src = in.Src.Next()
		}
		in.TCP.SrcPort = uint16(i)
		w.give(in)
	}
	w.run(10 * time.Minute)
	if n := len(w.heard); n != 1000+2*100 {
		t.Errorf("%d SYN-ACKs, want 1200", n)
	}
}

// A record of a foreign database takes the times of its relative, and its SYN-ACKs that
// are sent again disturb no scan, even of somebody who does not reset connections.
func TestBorrowedSchedules(t *testing.T) {
	set := databases(t)
	for _, db := range set {
		if db.Database != osdb.Nmap {
			continue
		}
		timed, good, all := 0, 0, 0
		wrong := newTally("wrong")
		for i, e := range db.Entries {
			lines := set.Schedules(e)
			if len(lines) == 0 {
				continue
			}
			if timed++; timed%40 != 0 {
				continue
			}
			lent := *e
			lent.Extra = slices.Concat(e.Extra, lines)
			p, err := newPersona(&lent, uint64(i))
			if err != nil {
				continue
			}
			net := sim.New(sim.Options{})
			net.Add(victim, p)
			m := newMachine(uint64(i))
			run(net, uint64(i), jitter{}, m)
			all++
			if score, evidence := e.Gen2.Explain(m.Measure(), &db.Points, expr.Whorl); score.Num == score.Den {
				good++
			} else {
				wrong.note(disagreements(evidence), e.Name)
			}
		}
		t.Logf("%d of %d records have a relative; %d of %d scanned are themselves", timed, len(db.Entries), good, all)
		wrong.log(t)
		if timed < 1500 || good < all*98/100 {
			t.Errorf("%d records, %d of %d", timed, good, all)
		}
	}
}
