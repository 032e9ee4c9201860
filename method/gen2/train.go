package gen2

// trainError is how far a gap of a SEQ train may err before the train is sent again.
const trainError = SeqGap / 2

// wantTrain reports whether the SEQ train has to be repeated: its cadence was off, or too
// few were answered to compute anything though some were, or, on a path that loses
// packets, not as many as the port accepts. With a gap in the train random numbers seem to
// grow by half, and deviate less.
func (m *Machine) wantTrain() bool {
	if m.Target.OpenTCP == 0 || m.train+1 >= min(m.mostSends(), basePorts) {
		return false
	}
	n := len(m.samples())
	worst, _ := m.Cadence()
	return n > 0 && n < 4 || m.repeat && n < m.accepted() || worst > trainError || !m.CadenceGood()
}

// accepted is how many of S1-S6 the port accepts, as far as an answer to them or to their
// repeats shows.
func (e *Exchange) accepted() (n int) {
	for p := S1; p <= S6; p++ {
		if r := e.first(p); r != nil && r.synAck() && r.Seq != 0 {
			n++
		}
	}
	return n
}

// keepBest remembers the SEQ train that ends if none before it was better.
func (e *Exchange) keepBest() {
	if e.best != nil && worth(e.best) > worth((*[seqProbes]Slot)(e.Slots[:seqProbes])) {
		return
	}
	e.best = new([seqProbes]Slot)
	copy(e.best[:], e.Slots[:])
}

// takeBest gives the SEQ train that was best its place back.
func (e *Exchange) takeBest() {
	now := (*[seqProbes]Slot)(e.Slots[:seqProbes])
	if e.best != nil && worth(e.best) > worth(now) {
		*now = *e.best
	}
	e.best = nil
}

// worth is how many answers of a train can be measured.
func worth(train *[seqProbes]Slot) int {
	e := Exchange{}
	copy(e.Slots[:], train[:])
	if worst, _ := e.Cadence(); worst > trainError || !e.CadenceGood() {
		return 0
	}
	return len(e.samples())
}
