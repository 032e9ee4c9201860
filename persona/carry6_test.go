package persona_test

import (
	"slices"
	"strings"
	"testing"

	"whorl"
	"whorl/method/expr"
	"whorl/osdb"
	"whorl/packet"
	"whorl/persona"
	"whorl/verdict"
)

// What a record tells of TCP over IPv4 alone carries over: brought back to an Ethernet over
// IPv4, what is measured is the record again. Initial TTLs are those of IPv6, and the window
// of T3, which nobody brings back, those of its segments.
func TestCarried(t *testing.T) {
	least := map[string]float64{osdb.Embedded: 0.99, osdb.Nmap: 0.98}
	good, all, wrong := map[string]int{}, map[string]int{}, newTally("wrong")
	n := 0
	for db, e := range databases(t).Entries() {
		if n++; e.Gen2 == nil || persona.Over6(e) || db.Database == osdb.Nmap && n%10 > 0 {
			continue
		}
		seed := uint64(n)
		p, err := newPersona6(e, seed)
		if err != nil {
			continue // nor can it be shown over IPv4
		}
		seen := probed6(p, seed)
		if options, _ := seen.Test("OPS6"); !strings.Contains(options.String(), "M5A0") && strings.Contains(options.String(), "M") {
			continue // of another link
		}
		all[db.Database]++
		_, evidence := e.Gen2.Explain(verdict.Carried(seen), &db.Points, expr.Whorl)
		evidence = slices.DeleteFunc(evidence, func(e whorl.Evidence) bool {
			return e.Test == "U1" || e.Attr == "T" || e.Attr == "TG" || e.Test == "T3" && e.Attr == "W"
		})
		if d := disagreements(evidence); d != "" {
			wrong.note(d, e.Name)
			continue
		}
		good[db.Database]++
	}
	wrong.log(t)
	for name, k := range all {
		t.Logf("%s: %d of %d", name, good[name], k)
		if float64(good[name]) < least[name]*float64(k) {
			t.Errorf("%s: fewer than %.0f %%", name, 100*least[name])
		}
	}
}

// Flow labels are known of Linux since version 4 alone.
func TestUsualLabels(t *testing.T) {
	for class, labelled := range map[string]bool{"Example | Linux | 5.X": true, "Example | Linux | 2.6.X": false, "Example | Example | 5.X": false} {
		p, err := persona.New(entry(t, strings.Replace(stack, "Example | Example | 1.X", class, 1)), persona.Options{Addr: victim6, OpenTCP: []uint16{80}})
		if err != nil {
			t.Fatal(err)
		}
		a := ask(p, start, over6(packet.TCP, 0, "", func(p *packet.Packet) { p.TCP = packet.TCPHeader{SrcPort: 4000, DstPort: 80, Flags: packet.SYN} }))
		if a == nil || (a.IPv6.FlowLabel != 0) != labelled {
			t.Errorf("%s: %+v", class, a)
		}
	}
}
