package listen

import (
	"strconv"
	"strings"

	"whorl/method/syn"
)

// habits count what a host does beside its handshakes, for syn.Habits. Counts stay at 255.
type habits struct {
	syns, answers ids
	resets        [2]uint8 // that refuse a SYN: with an IP ID of zero, with another
	refusals      uint8    // of its SYNs
	retries       uint8    // of its SYNs that were refused
}

// ids are the IP IDs of SYNs or of SYN-ACKs, as steps between two to the same peer: many
// systems have a counter for each.
type ids struct {
	peer               uint32 // hash of the address
	last               uint16
	zero, small, large uint8 // steps: between zeros, of a counter, others
}

// largestStep is the most that a counter moves between two connections to a peer.
const largestStep = 1000

// next takes the IP ID of another handshake.
func (s *ids) next(peer uint32, id uint16) {
	if s.peer == peer {
		switch step := id - s.last; {
		case id == 0 && s.last == 0:
			up(&s.zero)
		case step == 0: // neither a counter nor drawn
		case step <= largestStep:
			up(&s.small)
		default:
			up(&s.large)
		}
	}
	s.peer, s.last = peer, id
}

// Enough is seen of a habit from so many on, if all but one in so many are alike.
const (
	fewestSeen = 3
	mostOdd    = 5
)

// prevails reports whether nearly all are of one kind.
func prevails(n uint8, others ...uint8) bool {
	rest := 0
	for _, o := range others {
		rest += int(o)
	}
	return n >= fewestSeen && rest*mostOdd <= int(n)
}

// class is the class of the IP IDs, as syn.HabitSYNs has it; empty: not known.
func (s *ids) class() string {
	switch {
	case prevails(s.zero, s.small, s.large):
		return "Z"
	case prevails(s.small, s.zero, s.large):
		return "I"
	case prevails(s.large, s.zero, s.small):
		return "R"
	}
	return ""
}

// ids are those of SYN-ACKs or of SYNs.
func (h *habits) ids(answer bool) *ids {
	if answer {
		return &h.answers
	}
	return &h.syns
}

func (h *habits) reset(id uint16) {
	if id == 0 {
		up(&h.resets[0])
	} else {
		up(&h.resets[1])
	}
}

func (h *habits) refused() { up(&h.refusals) }

func (h *habits) retried() { up(&h.retries) }

// up counts, as far as there is room.
func up(n *uint8) {
	if *n < 255 {
		*n++
	}
}

// told adds what is known of a host by now.
func (h *habits) told(out *syn.Habits) {
	out[syn.HabitSYNs], out[syn.HabitAnswers] = h.syns.class(), h.answers.class()
	switch {
	case prevails(h.resets[0], h.resets[1]):
		out[syn.HabitResets] = "Z"
	case prevails(h.resets[1], h.resets[0]):
		out[syn.HabitResets] = "N"
	}
	switch {
	case h.retries > 0 && int(h.retries)*mostOdd >= int(h.refusals):
		out[syn.HabitRefused] = "Y"
	case h.refusals >= fewestSeen && h.retries == 0:
		out[syn.HabitRefused] = "N"
	}
}

// told adds what is known of a host's clock by now.
func (t *times) told(out *syn.Habits) {
	if hz, ok := t.clock.Rate(); ok && t.clock.Sure() {
		out[syn.HabitRate] = strings.ToUpper(strconv.FormatInt(int64(syn.UsualRate(hz)), 16))
	}
	out[syn.HabitOffset] = t.clock.Offset()
}
