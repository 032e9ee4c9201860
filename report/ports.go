package report

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"whorl"
)

// foldAbove is how many uninteresting ports that gave the same answer are still
// listed one by one.
const foldAbove = 5

// portList is the ports of a host, split as a reader wants them: those worth a line
// and the rest in groups that gave the same answer.
type portList struct {
	shown  []*whorl.Port
	folded []portGroup // the largest first
}

type portGroup struct {
	answer
	numbers []uint16
}

type answer struct {
	state         whorl.PortState
	proto, reason string
}

// listPorts sorts and splits. A port has a line of its own if it is open, was
// used for fingerprinting, has a forged answer, or if there are few like it.
func listPorts(ports []whorl.Port) portList {
	ordered := make([]*whorl.Port, len(ports))
	for i := range ports {
		ordered[i] = &ports[i]
	}
	slices.SortStableFunc(ordered, byNumber)
	like := map[answer][]uint16{}
	for _, p := range ordered {
		if foldable(p) {
			like[answerOf(p)] = append(like[answerOf(p)], p.Number)
		}
	}
	var l portList
	for _, p := range ordered {
		a := answerOf(p)
		switch numbers, told := like[a]; {
		case !foldable(p) || told && len(numbers) <= foldAbove:
			l.shown = append(l.shown, p)
		case told:
			l.folded = append(l.folded, portGroup{a, numbers})
			delete(like, a)
		}
	}
	slices.SortStableFunc(l.folded, func(a, b portGroup) int { return cmp.Compare(len(b.numbers), len(a.numbers)) })
	return l
}

func byNumber(a, b *whorl.Port) int {
	return cmp.Or(cmp.Compare(a.Proto, b.Proto), cmp.Compare(a.Number, b.Number))
}

func foldable(p *whorl.Port) bool { return p.State != whorl.Open && !p.Used && !p.Forged }

func answerOf(p *whorl.Port) answer { return answer{p.State, p.Proto, p.Reason} }

// String is the group as in "Not shown: 97 closed tcp ports (reset)".
func (g portGroup) String() string {
	s := count(len(g.numbers), fmt.Sprintf("%s %s port", g.state, g.proto), fmt.Sprintf("%s %s ports", g.state, g.proto))
	if g.reason != "" {
		s += " (" + g.reason + ")"
	}
	return s
}

// portRanges is a list of ports as 22,80-90.
func portRanges(numbers []uint16) string {
	numbers = slices.Compact(slices.Sorted(slices.Values(numbers)))
	var b []byte
	for i := 0; i < len(numbers); {
		j := i
		for j+1 < len(numbers) && numbers[j+1] == numbers[j]+1 {
			j++
		}
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendUint(b, uint64(numbers[i]), 10)
		if j > i {
			b = append(b, '-')
			b = strconv.AppendUint(b, uint64(numbers[j]), 10)
		}
		i = j + 1
	}
	return string(b)
}
