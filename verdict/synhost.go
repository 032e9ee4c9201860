package verdict

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"whorl"
	"whorl/method/syn"
)

// handshake is a kind of packet that a host has shown, and how often.
type handshake struct {
	*heard
	seen syn.Seen
}

// Judge sets the verdicts of h from its handshakes, ranked, the headline first; a host
// without any has none. Verdicts are shared with other hosts and must not be changed.
func (j *Handshakes) Judge(h *whorl.Host) {
	j.host(h)
	if headline(h).DeviceType == programType { // it writes headers as it likes: they measure nothing
		h.Distance, h.Uptime = nil, nil
	}
	says(h)
}

// host is Judge without what the host says.
func (j *Handshakes) host(h *whorl.Host) {
	all := make([]handshake, 0, 8)
	var w witnesses
	var bad error
	messages := false
	for i := range h.Observations {
		var err error
		switch o := &h.Observations[i]; o.Method {
		case "icmp":
			err, messages = w.messages.take(o.Print), true
		case "syn":
			var mine bool
			if mine, err = w.take(o.Print); mine {
				break
			}
			var s handshake
			if s, err = j.handshake(o.Print); err == nil {
				all = append(all, s)
			}
		}
		if err != nil {
			bad = err
		}
	}
	h.Verdicts = nil
	switch {
	case len(all) > 0:
		j.decide(h, all, &w)
	case bad != nil:
		h.Verdicts = []whorl.Verdict{nothing(bad.Error())}
	case messages:
		h.Verdicts = []whorl.Verdict{j.alone(w.messages)}
	}
}

// handshake judges an observation of a kind of packet.
func (j *Handshakes) handshake(print string) (s handshake, err error) {
	line, rest, _ := strings.Cut(print, "\n")
	s = handshake{j.hear(line), syn.Seen{Count: 1, First: 1, Last: 1}}
	switch {
	case s.err != nil || rest == "":
		return s, s.err
	case rest != j.text: // most hosts of a capture are seen once, at the same port
		if s.seen, err = syn.ParseSeen(rest); err != nil {
			return s, err
		}
		j.text, j.seen = strings.Clone(rest), s.seen
	}
	s.seen = j.seen
	return s, nil
}

// stack is a family that a host shows.
type stack struct {
	name        string
	may         []string // the families it may be of, if they are several
	program     bool
	best        handshake // its most frequent kind of packet
	count       uint64
	first, last uint32 // numbers of handshakes
}

// isPerhaps reports whether the stack may be of a family.
func (s *stack) isPerhaps(family string) bool {
	return s.name == family || slices.Contains(s.may, family)
}

// systemsHeard sorts kinds of packets by family, the most frequent first. What may be of
// several families is of one that others show, if one of them does.
func systemsHeard(all []handshake) (out []stack) {
	for _, shared := range [...]bool{false, true} {
		for _, s := range all {
			if s.family == "" || (s.may != nil) != shared {
				continue
			}
			i := slices.IndexFunc(out, func(o stack) bool { return o.name == s.family || slices.ContainsFunc(s.may, o.isPerhaps) })
			if i < 0 {
				i = len(out)
				out = append(out, stack{name: s.family, may: s.may, program: s.program, best: s, first: s.seen.First})
			}
			o := &out[i]
			o.count += uint64(s.seen.Count)
			o.first, o.last = min(o.first, s.seen.First), max(o.last, s.seen.Last)
			if s.seen.Count > o.best.seen.Count && (o.name == s.family || o.may != nil) {
				o.best = s
			}
		}
	}
	slices.SortStableFunc(out, func(a, b stack) int {
		if a.program != b.program { // a program tells nothing of the system below it
			return map[bool]int{true: 1, false: -1}[a.program]
		}
		return cmp.Compare(b.count, a.count)
	})
	return out
}

// enough is how many handshakes make a system certain that takes turns with another, or
// follows on it.
const enough = 3

// decide names a host by all that it showed: what most of its handshakes tell, unless
// several systems share the address.
func (j *Handshakes) decide(h *whorl.Host, all []handshake, w *witnesses) {
	if len(all) == 1 && !all[0].between && len(w.several) == 0 {
		j.weighHost(h, &all[0], w)
		return
	}
	stacks := systemsHeard(all)
	if slices.ContainsFunc(all, func(s handshake) bool { return s.between }) {
		addBoxes(h, nearBox(all))
	}
	certain := slices.DeleteFunc(slices.Clone(stacks), func(s stack) bool { return s.program || s.count < enough })
	switch {
	case len(stacks) == 0:
		u := unnamed(all)
		j.weighHost(h, &u, w)
	case len(certain) > 1 && takeTurns(certain):
		addBoxes(h, sharedBox(certain))
		h.Verdicts = []whorl.Verdict{nothing("several systems share the address: " + names(certain))}
	case len(certain) > 1:
		slices.SortFunc(certain, func(a, b stack) int { return cmp.Compare(a.first, b.first) })
		now, before := certain[len(certain)-1], certain[len(certain)-2]
		warn(h, fmt.Sprintf("showed %s in %d handshakes and %s in the %d since%s",
			before.name, before.count, now.name, now.count, whoNow))
		h.Verdicts = now.best.verdicts
	case !mostOf(stacks):
		h.Verdicts = []whorl.Verdict{nothing("its handshakes are of several systems: " + names(stacks) + "; watch it for longer")}
	case len(stacks) > 1: // what was seen over all of them may be of any
		h.Verdicts = stacks[0].best.verdicts
	default:
		j.weighHost(h, &stacks[0].best, w)
		addBoxes(h, alikeBox(&h.Verdicts[0], w)...)
	}
}

// weighHost names a host by one kind of packet and its witnesses.
func (j *Handshakes) weighHost(h *whorl.Host, s *handshake, w *witnesses) {
	o := j.weighed(s, w)
	h.Verdicts = o.verdicts
	near, _ := w.from(s.TTL)
	j.doubt(h, o, near)
}

// whoNow ends the warning that an address has another system than before.
const whoNow = "; look who has the address now"

// Changed reports whether a host that was judged has another system than before.
func Changed(h *whorl.Host) bool {
	return slices.ContainsFunc(h.Warnings, func(w string) bool { return strings.HasSuffix(w, whoNow) })
}

// unnamed is what speaks for a host without a name: its most frequent kind of packet that
// is its own.
func unnamed(all []handshake) handshake {
	return slices.MaxFunc(all, func(a, b handshake) int {
		if a.between != b.between {
			return map[bool]int{true: -1, false: 1}[a.between]
		}
		return cmp.Compare(a.seen.Count, b.seen.Count)
	})
}

// takeTurns reports whether one of the stacks comes back after another: it has not been
// replaced.
func takeTurns(stacks []stack) bool {
	for i, a := range stacks {
		for _, b := range stacks[i+1:] {
			if a.first < b.last && b.first < a.last {
				return true
			}
		}
	}
	return false
}

// mostOf reports whether the first has more than two thirds of the handshakes that tell
// of systems.
func mostOf(stacks []stack) bool {
	total := uint64(0)
	for _, s := range stacks {
		if s.program == stacks[0].program {
			total += s.count
		}
	}
	return stacks[0].count*3 > total*2
}

func names(stacks []stack) string {
	var out []string
	for _, s := range stacks {
		out = append(out, s.name)
	}
	return strings.Join(out, ", ")
}
