package scan

import (
	"context"
	"math/rand/v2"
	"net/netip"
	"os"
	"testing"
	"time"

	"whorl"
	"whorl/data"
	"whorl/link"
	"whorl/link/sim"
	"whorl/method"
	"whorl/osdb"
	"whorl/packet"
	"whorl/persona"
	"whorl/verdict"
)

// direction is one of a line as lab/relay makes it, for all hosts together: frames are lost,
// vary in their delay without overtaking one another, and now and then one skips it.
type direction struct {
	rand *rand.Rand
	due  time.Time // of the last frame that did not overtake
}

// pass is how long a frame takes that comes now; ok is false if it is lost.
func (d *direction) pass(now time.Time) (after time.Duration, ok bool) {
	const loss, reorder, delay, jitter = 0.02, 0.02, 50 * time.Millisecond, 20 * time.Millisecond
	lost, overtakes := d.rand.Float64() < loss, d.rand.Float64() < reorder
	vary := time.Duration((2*d.rand.Float64() - 1) * float64(jitter))
	if lost || overtakes {
		return 0, !lost
	}
	if due := now.Add(delay + vary); due.After(d.due) {
		d.due = due
	}
	return d.due.Sub(now), true
}

// afar is a node at the other end of a line.
type afar struct {
	link.Node
	there, back *direction
}

func (a afar) Receive(now time.Time, p *packet.Packet, out link.Outlet) {
	if d, ok := a.there.pass(now); ok {
		q := p.Clone()
		out.After(d, func(now time.Time) { a.Node.Receive(now, q, home{out, a.back, now}) })
	}
}

// home is how the node's answers come back.
type home struct {
	link.Outlet
	back *direction
	now  time.Time
}

func (h home) Send(after time.Duration, p *packet.Packet) {
	if d, ok := h.back.pass(h.now.Add(after)); ok {
		h.Outlet.Send(after+d, p)
	}
}

// Over a line that loses 2 % of the frames, takes 50 ms +-20 ms each way and lets one frame
// in fifty overtake, headlines are those of a clean one. Measured with nmap-os-db: 99.4 % of
// 12,192. What changes is mostly of stacks whose ISN is a clock that runs more evenly than
// frames come: all that shows of their SP is how much it is at most.
func TestLine(t *testing.T) {
	const hosts, seeds, least = 254, 3, 0.985
	records, judge := someRecords(t, hosts)
	clean := overLine(t, records, judge, 0)
	same, all := 0, 0
	for seed := uint64(1); seed <= seeds; seed++ {
		for addr, name := range overLine(t, records, judge, seed) {
			if all++; name == clean[addr] {
				same++
				continue
			}
			t.Logf("seed %d, %s: %q is %q over the line", seed, addr, clean[addr], name)
		}
	}
	t.Logf("%d of %d headlines are the same", same, all)
	if all != hosts*seeds || float64(same) < least*float64(all) {
		t.Errorf("%d of %d headlines are the same, want %v", same, all, least)
	}
}

// someRecords are n that can be played, of the embedded database and of nmap-os-db where it
// is installed; judges know all of both.
func someRecords(t *testing.T, n int) (records []*osdb.Entry, judge func() Judge) {
	t.Helper()
	c := osdb.Config{Embedded: data.Files}
	for _, file := range []string{"/usr/local/share/nmap/nmap-os-db", "/usr/share/nmap/nmap-os-db"} {
		if _, err := os.Stat(file); err == nil {
			c.Files = []string{file}
		}
	}
	set, _ := osdb.Load(c)
	var entries []*osdb.Entry
	for _, e := range set.Entries() {
		entries = append(entries, e)
	}
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(entries), func(i, k int) { entries[i], entries[k] = entries[k], entries[i] })
	for i := 0; len(records) < n; i = (i + 1) % len(entries) {
		if _, err := persona.New(entries[i], persona.Options{Addr: us, OpenTCP: []uint16{80}}); err == nil {
			records = append(records, entries[i])
		}
	}
	judges := verdict.NewJudges(set, verdict.Options{})
	return records, func() Judge { return judges.New() }
}

// overLine scans a persona of each record and gives the headlines by address. Seed 0 is a
// clean line.
func overLine(t *testing.T, records []*osdb.Entry, judge func() Judge, seed uint64) map[string]string {
	t.Helper()
	net := sim.New(sim.Options{Resets: true, Seed: seed})
	there, back := &direction{rand: net.Rand()}, &direction{rand: net.Rand()}
	j := Job{TCP: []uint16{80, 81}, SkipUp: true, NoSweep: true, Timing: Timings[5], Targets: &Targets{}}
	for i, e := range records {
		addr := netip.AddrFrom4([4]byte{198, 18, 0, byte(i)})
		p, err := persona.New(e, persona.Options{Addr: addr, Key: method.Key{byte(i)}, OpenTCP: []uint16{80}, Delay: 300 * time.Microsecond})
		if err != nil {
			t.Fatal(err)
		}
		if net.Add(addr, p); seed > 0 {
			net.Add(addr, afar{p, there, back})
		}
		if err := j.Targets.Add(addr.String(), nil); err != nil {
			t.Fatal(err)
		}
	}
	names := map[string]string{}
	err := Run(context.Background(), j, Config{Network: network{net}, Version: "test", NewJudge: judge, Host: func(h *whorl.Host) {
		names[h.Addr.String()] = h.Verdicts[0].Name
	}})
	if err != nil {
		t.Fatal(err)
	}
	return names
}
