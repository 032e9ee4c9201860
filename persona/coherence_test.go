package persona_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"whorl/link/sim"
	"whorl/method"
	"whorl/method/expr"
	"whorl/method/gen2"
	"whorl/osdb"
	"whorl/packet"
	"whorl/persona"
)

// few are some records of each database.
func few(t *testing.T, embedded, nmap int) (out []*osdb.Entry, points []*gen2.Points) {
	for _, db := range databases(t) {
		every := embedded
		if db.Database == osdb.Nmap {
			every = nmap
		}
		for i := 0; i < len(db.Entries); i += every {
			if e := db.Entries[i]; e.Gen2 != nil {
				out, points = append(out, e), append(points, &db.Points)
			}
		}
	}
	return out, points
}

// Fifty scans in two days, some after a second and some after hours, of two ports in turn,
// show one host.
func TestFiftyScans(t *testing.T) {
	const scans = 50
	entries, points := few(t, 3, 97)
	good, all := 0, 0
	wrong := newTally("wrong")
	for k, e := range entries {
		p, err := persona.New(e, persona.Options{Addr: victim, Key: method.Key{byte(k)}, OpenTCP: []uint16{80, 443}, Delay: time.Millisecond})
		if err != nil {
			continue
		}
		net := sim.New(sim.Options{Resets: true})
		net.Add(victim, p)
		r := rand.New(rand.NewPCG(uint64(k), 3))
		for i := range scans {
			m := newMachine(uint64(1000*k + i))
			if m.Target.OpenTCP = 80; i%2 > 0 {
				m.Target.OpenTCP = 443
			}
			run(net, uint64(i), jitter{late: 200 * time.Microsecond}, m)
			if score, evidence := e.Gen2.Explain(m.Measure(), points[k], expr.Whorl); score.Num == score.Den {
				good++
			} else {
				wrong.note(disagreements(evidence), e.Name)
			}
			all++
			pause := time.Second + time.Duration(r.Int64N(int64(2*time.Second)))
			if i%5 == 4 {
				pause = time.Duration(r.Int64N(int64(10 * time.Hour)))
			}
			net.Recv(nil, net.Now().Add(pause))
		}
	}
	t.Logf("%d of %d scans of %d hosts", good, all, len(entries))
	wrong.log(t)
	if good < all*995/1000 {
		t.Errorf("fewer than 99.5 %%")
	}
}

// Two who scan at once, again and again, both see the record: what a host counts for all
// together, its IP IDs, is the one thing that may differ, as it does with real hosts.
func TestTwoScanners(t *testing.T) {
	const rounds = 10
	entries, points := few(t, 3, 97)
	good, all := 0, 0
	wrong := newTally("wrong")
	for k, e := range entries {
		p, err := persona.New(e, persona.Options{Addr: victim, Key: method.Key{byte(k), 1}, OpenTCP: []uint16{80, 443}, Delay: time.Millisecond})
		if err != nil {
			continue
		}
		net := sim.New(sim.Options{Resets: true})
		net.Add(victim, p)
		for i := range rounds {
			a, b := newMachine(uint64(100*k+i)), newMachine(uint64(100*k+i+7919))
			b.Target.OpenTCP = 443
			run(net, uint64(i), jitter{late: 200 * time.Microsecond}, a, b)
			for _, m := range []*gen2.Machine{a, b} {
				all++
				if score, evidence := e.Gen2.Explain(m.Measure(), points[k], expr.Whorl); score.Num == score.Den {
					good++
				} else {
					wrong.note(disagreements(evidence), e.Name)
				}
			}
			net.Recv(nil, net.Now().Add(time.Duration(1+i*i)*time.Minute))
		}
	}
	t.Logf("%d of %d scans of %d hosts", good, all, len(entries))
	wrong.log(t)
	if good < all*98/100 {
		t.Errorf("fewer than 98 %%")
	}
}

// One clock makes the timestamps of all ports, peers and segments, for days.
func TestOneClock(t *testing.T) {
	p := mustNew(t, persona.Options{OpenTCP: []uint16{80, 443}, Boot: start.Add(-time.Hour)})
	for i, after := range []time.Duration{0, time.Millisecond, time.Second, time.Hour, 49 * 24 * time.Hour, 60 * 24 * time.Hour} {
		in := tcp(packet.SYN, []uint16{80, 443}[i%2], linux)
		in.Src, in.TCP.SrcPort = scanners[i/2%2], uint16(5000+i)
		value, _, ok := ask(p, start.Add(after), in).TCP.Timestamp()
		if want := uint32(uint64((after + time.Hour) / time.Millisecond)); !ok || value != want { // TS=A: 1000 Hz
			t.Errorf("after %v: timestamp %d, want %d", after, value, want)
		}
	}
}

// The IP IDs of a scan do not jump however long the host has counted, and whatever other
// traffic it has in between.
func TestNoWrapInScan(t *testing.T) {
	for _, class := range []string{"I", "BI"} {
		e := entry(t, strings.Replace(stack, "TI=I%CI=I%II=I%SS=S", "TI="+class+"%CI="+class+"%II="+class, 1))
		p, err := persona.New(e, persona.Options{Addr: victim, OpenTCP: []uint16{80}})
		if err != nil {
			t.Fatal(err)
		}
		now := start
		for scan := range 2000 {
			for range scan % 97 { // others, before
				now = now.Add(time.Millisecond)
				ask(p, now, tcp(packet.SYN, 81, ""))
			}
			now = now.Add(time.Second)
			var ids []uint16
			for i := range 6 {
				in := tcp(packet.SYN, 80, linux)
				in.TCP.SrcPort = uint16(6000 + i)
				ids = append(ids, ask(p, now, in).IPv4.ID)
				now = now.Add(100 * time.Millisecond)
			}
			if got := gen2.IPIDClass(ids, false); got != class {
				t.Fatalf("%s: scan %d shows %s: %x", class, scan, got, ids)
			}
		}
	}
}
