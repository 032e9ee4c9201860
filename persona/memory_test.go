package persona_test

import (
	"runtime"
	"testing"

	"whorl/link"
	"whorl/link/sim"
	"whorl/osdb"
	"whorl/persona"
)

// heap is how much memory is in use.
func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// 65,536 personas take less than 500 MB, when they are made and after one has scanned
// them all.
func TestMemory(t *testing.T) {
	const (
		n    = 512
		most = 500e6 / 65536
	)
	var entries []*osdb.Entry
	for _, e := range databases(t)[0].Entries {
		if e.Gen2 != nil {
			entries = append(entries, e)
		}
	}
	before := heap()
	var (
		all    []*persona.Persona
		shared persona.Scratch
	)
	for i := range n {
		p, err := persona.New(entries[i%len(entries)], persona.Options{Addr: victim, OpenTCP: []uint16{80}, Scratch: &shared})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	made := float64(heap()-before) / n
	for i, p := range all {
		net := sim.New(sim.Options{Resets: true})
		net.Add(victim, link.Node(p))
		run(net, uint64(i), jitter{}, newMachine(uint64(i)))
	}
	scanned := float64(heap()-before) / n
	t.Logf("%.0f bytes when made, %.0f after a scan", made, scanned)
	if made > most || scanned > most {
		t.Errorf("want at most %.0f", float64(most))
	}
	runtime.KeepAlive(all)
}
