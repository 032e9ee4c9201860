package persona

import (
	"fmt"
	"strconv"
	"time"

	"whorl/method"
	"whorl/method/gen2"
)

// idClass is a way to number IP packets, by Nmap's names.
type idClass uint8

const (
	idZero        idClass = iota // Z
	idConstant                   // a hex number
	idCounter                    // I
	idSwapped                    // BI: a counter in the wrong byte order
	idRandomSteps                // RI
	idRandom                     // RD
)

// ids is one source of IP IDs. A stack has one, or several for different kinds of
// packets. Numbers stay between lo and hi as long as no scan goes on and on.
type ids struct {
	class  idClass
	value  uint16
	lo, hi uint16
	at     time.Time
}

// idle is a pause in which a busy host would have sent other packets: a counter that
// might wrap in the next scan skips ahead to its beginning, as Nmap takes a wrap
// for a random number.
const idle = 500 * time.Millisecond

// spareIDs is how much of the range must be left when a scan begins.
var spareIDs = [...]uint16{idCounter: 0x400, idSwapped: 0x6000, idRandomSteps: 0x7000, idRandom: 0}

// next is the ID of a packet that leaves now.
func (g *ids) next(now time.Time, s *method.Stream) uint16 {
	fresh := g.at.IsZero() || now.Sub(g.at) > idle && g.hi-g.value < spareIDs[g.class]
	g.at = now
	switch g.class {
	case idZero, idConstant:
		return g.value
	case idRandom:
		g.value = jump(g.value, s)
		return g.value
	}
	if fresh {
		g.value = g.lo + uint16(s.Between(0, 255))
	}
	switch g.class {
	case idCounter:
		g.value++
	case idSwapped:
		if g.value += 256; g.value < 256 {
			g.value++ // the carry goes to what is the high byte in truth
		}
	case idRandomSteps:
		// Nor are a few steps together a multiple of 256: others ask in between.
		g.value += uint16(256*s.Between(4, 5) + s.Between(1, 20))
	}
	return g.value
}

// jump is a random ID that no rule takes for the next one of a counter: steps of 1
// to 20,000 and multiples of 256 are left out.
func jump(last uint16, s *method.Stream) uint16 {
	id := uint16(s.Uint32())
	if id-last <= 20000 {
		id += 1 << 15
	}
	if (id-last)%256 == 0 {
		id++
	}
	return id
}

// The sources of IP IDs. Kinds of packets that share a counter share a source.
const (
	idsTCP    = iota // answers of an open port
	idsClosed        // ... and of a closed one
	idsICMP
	numSources
)

// ipids chooses the sources so that TI, CI, II and SS come out.
func (c *chooser) ipids(i *instance) error {
	ti, okTI, err := c.idSource("TI", true)
	if err != nil {
		return err
	}
	ci, okCI, err := c.idSource("CI", c.closedAnswers() > 2)
	if err != nil {
		return err
	}
	ii, okII, err := c.idSource("II", false) // of two numbers none shows that they are random
	if err != nil {
		return err
	}
	if !okTI {
		ti = ii
		if okCI {
			ti = ci
		}
	}
	if !okCI {
		ci = ti
	}
	if !okII {
		ii = ti
	}
	i.sources = [numSources]ids{idsTCP: ti, idsClosed: ci, idsICMP: ii}
	alike := func(a, b ids) bool { return a.class == b.class && a.value == b.value }
	shared := alike(ti, ii) || ti.class == idRandom && ii.class == idRandomSteps
	if shared = shared && c.allows(gen2.TestSEQ, "SS", "S"); !shared {
		low, high := &i.sources[idsTCP], &i.sources[idsICMP]
		if c.expr(gen2.TestSEQ, "SS") != nil && c.allows(gen2.TestSEQ, "SS", "S") {
			low, high = high, low // Nmap takes any lower number for one of the same counter
		}
		low.hi, high.lo = 0x7fff, 0x8000
	}
	for p := gen2.T5; p <= gen2.T7 && !alike(ti, ci); p++ {
		i.segments[p].ids = idsClosed
	}
	if !shared {
		i.unreachable.ids, i.echoes.ids = idsICMP, idsICMP
	}
	return nil
}

// closedAnswers is how many of T5 to T7 are answered.
func (c *chooser) closedAnswers() (n int) {
	for t := gen2.TestT5; t <= gen2.TestT7; t++ {
		if !c.silent(t) {
			n++
		}
	}
	return n
}

// idSource makes a source of what an attribute says; ok is false if it is not there.
func (c *chooser) idSource(attr string, random bool) (g ids, ok bool, err error) {
	g = ids{class: idCounter, lo: 0x100, hi: 0xffff}
	e := c.expr(gen2.TestSEQ, attr)
	if e == nil {
		return g, false, nil
	}
	for _, a := range alternatives(e) {
		switch a {
		case "Z":
			g.class = idZero
		case "I":
			g.class = idCounter
		case "BI":
			g.class = idSwapped
		case "RI":
			g.class = idRandomSteps
		case "RD":
			if !random {
				continue
			}
			g.class = idRandom
		default:
			v, bad := strconv.ParseUint(a, 16, 16)
			if bad != nil {
				continue
			}
			g.class, g.value = idConstant, uint16(v)
		}
		return g, true, nil
	}
	return g, false, fmt.Errorf("SEQ: %s: %v cannot be shown by the answers there are", attr, e)
}
