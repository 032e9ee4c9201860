package scan

import "errors"

// Positions is a set of positions of [Targets] that are done. All below low are; above
// it there are pages of bits, so that what many hosts at work leave open takes little.
type Positions struct {
	targets *Targets
	low     uint64 // the first that is not done
	skipped uint64 // excluded positions below low
	pages   map[uint64]*page
}

// page has a bit for each of pageSize positions.
type page [pageSize / 64]uint64

const (
	pageSize = 4096
	maxPages = 1 << 20 // half a GiB, enough for all of IPv4 in any order
)

var errScattered = errors.New("positions too far apart to remember")

// NewPositions is an empty set for these targets, which have to be divided already.
func NewPositions(t *Targets) *Positions {
	p := &Positions{targets: t, pages: map[uint64]*page{}}
	p.rise()
	return p
}

// Has reports whether a position is in the set. Excluded ones may be.
func (p *Positions) Has(position uint64) bool {
	if position < p.low {
		return true
	}
	g := p.pages[position/pageSize]
	return g != nil && g.has(position%pageSize)
}

// Add puts a position into the set. added is false if it was there before, or is none
// of the targets'.
func (p *Positions) Add(position uint64) (added bool, err error) {
	if position >= p.targets.Count() || p.Has(position) {
		return false, nil
	}
	g := p.pages[position/pageSize]
	if g == nil {
		if len(p.pages) >= maxPages {
			return false, errScattered
		}
		g = &page{}
		p.pages[position/pageSize] = g
	}
	g.add(position % pageSize)
	if position == p.low {
		p.rise()
	}
	return true, nil
}

// rise moves low up to the first position that is neither done nor excluded, and drops
// the pages below it.
func (p *Positions) rise() {
	for count := p.targets.Count(); p.low < count; {
		g := p.pages[p.low/pageSize]
		switch {
		case g != nil && g.has(p.low%pageSize):
		case p.targets.excluded(p.targets.At(p.low).Addr):
			p.skipped++
		default:
			return
		}
		if p.low++; p.low%pageSize == 0 {
			delete(p.pages, p.low/pageSize-1)
		}
	}
}

func (g *page) has(n uint64) bool { return g[n/64]>>(n%64)&1 == 1 }
func (g *page) add(n uint64)      { g[n/64] |= 1 << (n % 64) }
