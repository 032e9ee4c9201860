package verdict

// stacksOf puts ports together whose answers prove no two stacks. weight is what tells the
// two groups apart that are most alike, why how that shows.
func stacksOf(ports []answerer, distances bool) (out [][]*answerer, f finding) {
	for i := range ports {
		p := &ports[i]
		var joined []*answerer
		rest := out[:0:0]
		for _, g := range out {
			if alike(p, g, distances) {
				joined = append(joined, g...)
			} else {
				rest = append(rest, g)
			}
		}
		out = append(rest, append(joined, p))
	}
	for i := range out {
		for j := range out[:i] {
			if g := apart(out[j][0], out[i][0], distances); f.why == nil || g.weight < f.weight {
				f = g
			}
		}
	}
	return out, f
}

// alike reports whether a port may be of the same stack as one of a group.
func alike(p *answerer, group []*answerer, distances bool) bool {
	for _, q := range group {
		if f := apart(p, q, distances); !proves(f.weight) {
			return true
		}
	}
	return false
}

// split compares the answers of one port with each other: several machines behind it
// show in habits that no stack changes from SYN to SYN, or in clocks.
func split(a *answerer) (f finding) {
	first := &a.answers[0]
	habits, sizes := unsteady(a, append(headerHabits[:1:1], layoutHabit...)), unsteady(a, sizeHabits)
	for _, h := range habits {
		f.note(inHabit.differs(), "%s %s and %s", h.name, h.of(first), h.of(h.other(a)))
	}
	for i, h := range sizes {
		weight := 0.0 // sizes go together
		if i == 0 {
			weight = inSize.differs()
		}
		f.note(weight, "%s %s and %s", h.name, h.of(first), h.of(h.other(a)))
	}
	if twoClocks(a) {
		f.note(inClock.differs(), "timestamps of two clocks")
	}
	return f
}

// unsteady are the habits that the answers of a port do not share.
func unsteady(a *answerer, habits []habit) (out []habit) {
	for _, h := range habits {
		if h.other(a) != nil {
			out = append(out, h)
		}
	}
	return out
}

// twoClocks reports whether some timestamps of a port are of one clock and others are not.
func twoClocks(a *answerer) bool {
	one, other := false, false
	for i := range a.answers {
		for j := range a.answers[:i] {
			switch sameClock(&a.answers[j], &a.answers[i]) {
			case same:
				one = true
			case different:
				other = true
			}
		}
	}
	return one && other
}
