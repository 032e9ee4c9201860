package scan

// losses tells whether a link loses packets, by the hosts that have answered a probe only
// when it was repeated. Then those that are silent are asked more often: over a line that
// loses one answer in 25, every fifth host misses one of its own twice.
type losses struct {
	asked int // hosts whose probes have begun
	shown int // those that show loss
}

const (
	leastLossy = 3    // hosts that show loss: one or two may drop packets themselves
	lossyShare = 20   // one in so many hosts
	maxAsked   = 4096 // hosts after which both numbers are halved, as lines change
)

// ask counts a host whose probes begin.
func (l *losses) ask(f *flow) {
	if f.stage != probing || f.gen2 == nil {
		return
	}
	if l.asked++; l.asked >= maxAsked {
		l.asked /= 2
		l.shown /= 2
	}
}

// expected reports whether packets of the hosts to come may be lost.
func (l *losses) expected() bool {
	return l.shown >= leastLossy && l.shown*lossyShare >= l.asked
}

// tell has the machine of a host know what others have shown.
func (l *losses) tell(f *flow) {
	if f.stage == probing && f.gen2 != nil && l.expected() {
		f.gen2.ExpectLoss()
	}
}

// note counts a host that shows loss, once.
func (l *losses) note(f *flow) {
	if f.stage == probing && f.gen2 != nil && !f.lossy && f.gen2.ShowsLoss() {
		f.lossy = true
		l.shown++
	}
}
