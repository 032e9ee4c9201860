package gen1

// ipidClass classifies IP IDs in the order they were made: RD random, Z all zero, RPI
// random positive steps, C repeated, I steps of one or at most nine, BI steps of 256 (a
// counter in the wrong byte order); empty if none fits. local takes out the steps that
// our own packets cause when the host is this machine.
func ipidClass(ids []uint16, local bool) string {
	zeros := true
	for i, id := range ids {
		if i > 0 && id < ids[i-1] && !(ids[i-1] >= 65000 && id <= 500) { // not a plausible wrap
			return "RD"
		}
		zeros = zeros && id == 0
	}
	if zeros {
		return "Z"
	}
	steps := steps(ids)
	if local {
		withoutOurs(steps)
	}
	for _, d := range steps {
		switch {
		case d > 1000:
			return "RPI"
		case d == 0:
			return "C"
		}
	}
	swapped, small := true, true
	for _, d := range steps {
		if d == 1 {
			return "I"
		}
		swapped, small = swapped && d%256 == 0, small && d <= 9
	}
	switch {
	case swapped:
		return "BI"
	case small:
		return "I"
	}
	return ""
}

func steps(ids []uint16) (out []uint16) {
	for i := 1; i < len(ids); i++ {
		d := ids[i] - ids[i-1]
		out = append(out, min(d, -d))
	}
	return out
}

// withoutOurs takes one step of ours out of each step, if every one has room for it.
func withoutOurs(steps []uint16) {
	for _, d := range steps {
		if d < 2 {
			return
		}
	}
	for i, d := range steps {
		if d%256 == 0 {
			steps[i] -= 256
		} else {
			steps[i]--
		}
	}
}
