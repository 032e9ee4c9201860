package verdict

import (
	"fmt"
	"math/bits"
	"strings"
	"time"

	"whorl/method"
	"whorl/method/survey"
)

// finding is what one comparison says for two stacks, and why.
type finding struct {
	weight float64 // natural logarithm
	why    []string
}

// apart compares two ports that accept connections. What one program may have set for
// its socket is bounded; the strongest of what goes together counts.
func apart(a, b *answerer, distances bool) (f finding) {
	x, y := &a.answers[0], &b.answers[0]
	if distances && a.hops != b.hops {
		f.note(fromAfar(a.seen+b.seen, steadily(a, b)), "%s", farWords(a, b))
	}
	socket := finding{}
	socket.strongest(x, y, headerHabits)
	socket.strongest(x, y, sizeHabits)
	f.weight += min(socket.weight, mostOfSocket)
	f.why = append(f.why, socket.why...)
	f.strongest(x, y, layoutHabit)
	f.clocks(a, b)
	f.counters(a, b)
	return f
}

func (f *finding) note(weight float64, format string, args ...any) {
	f.weight += weight
	f.why = append(f.why, fmt.Sprintf(format, args...))
}

// habit is a property of SYN-ACKs.
type habit struct {
	name string
	of   func(*survey.Answer) string
	chance
}

// other is the first answer that has not the habit of the first; nil if all have it.
func (h *habit) other(a *answerer) *survey.Answer {
	for i := range a.answers {
		if h.of(&a.answers[i]) != h.of(&a.answers[0]) {
			return &a.answers[i]
		}
	}
	return nil
}

var (
	headerHabits = []habit{
		{"initial TTL", func(a *survey.Answer) string { return fmt.Sprint(method.GuessTTL(a.TTL)) }, byInitialTTL},
		{"IP ID", func(a *survey.Answer) string { return choose(a.IPID == 0, "zero", "not zero") }, byIDKind},
		{"DF", func(a *survey.Answer) string { return choose(a.DF, "set", "not set") }, byDF},
	}
	sizeHabits = []habit{
		{"window scale", func(a *survey.Answer) string { return orNone(optionNumber(a.Options, 'W')) }, byScale},
		{"MSS", func(a *survey.Answer) string { return orNone(optionNumber(a.Options, 'M')) }, byMSS},
		{"window", func(a *survey.Answer) string { return fmt.Sprint(a.Window) }, byWindow},
	}
	layoutHabit = []habit{{"options", func(a *survey.Answer) string { return orNone(layoutOf(a.Options)) }, byLayout}}
)

// strongest adds the difference that says most, and names all; without any it adds that
// there is none.
func (f *finding) strongest(x, y *survey.Answer, habits []habit) {
	most, differ := 0.0, false
	for _, h := range habits {
		u, v := h.of(x), h.of(y)
		if u == v {
			continue
		}
		differ = true
		most = max(most, h.differs())
		f.why = append(f.why, fmt.Sprintf("%s %s and %s", h.name, u, v))
	}
	if !differ {
		most = habits[0].agrees()
	}
	f.weight += most
}

func choose(cond bool, yes, no string) string {
	if cond {
		return yes
	}
	return no
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

// optionNumber is the number behind a letter of option text in decimal, empty without one.
func optionNumber(options string, letter byte) string {
	i := strings.IndexByte(options, letter)
	if i < 0 {
		return ""
	}
	n := uint64(0)
	for _, c := range options[i+1:] {
		d := strings.IndexRune("0123456789ABCDEF", c)
		if d < 0 {
			break
		}
		n = n<<4 | uint64(d)
	}
	return fmt.Sprint(n)
}

// layoutOf is option text without the numbers of MSS and scale.
func layoutOf(options string) string {
	return strings.Map(func(c rune) rune {
		if strings.ContainsRune("0123456789ABCDEF", c) {
			return -1
		}
		return c
	}, options)
}

// Bounds on timestamps, for clocks that are met: up to 1000 ticks a second.
const (
	fastest = 1000            // ticks a second
	unclear = 10 * fastest    // ticks: more than a SYN-ACK that was sent again may lag behind
	late    = time.Second / 2 // what the path may add
)

// usualRates are those of timestamp clocks (RFC 7323 section 5.4), in ticks a second.
var usualRates = []float64{1, 2, 10, 100, 200, 250, 500, 1000}

type relation uint8

const (
	unrelated relation = iota // not known
	same
	different
)

// sameClock tells whether the timestamps of two answers are of one clock.
func sameClock(a, b *survey.Answer) relation {
	if !a.Stamped || !b.Stamped || a.Stamp == 0 || b.Stamp == 0 {
		return unrelated
	}
	if b.At < a.At {
		a, b = b, a
	}
	ticks, gone := float64(int32(b.Stamp-a.Stamp)), (b.At - a.At).Seconds()
	apart := true
	for _, hz := range usualRates {
		off := max(ticks-hz*gone, hz*gone-ticks)
		if off <= hz*late.Seconds()+1 {
			return same
		}
		apart = apart && off > unclear
	}
	if apart {
		return different
	}
	return unrelated
}

// steadyClock reports whether the answers of a port show one clock.
func steadyClock(a *answerer) bool {
	for i := range a.answers[1:] {
		if sameClock(&a.answers[0], &a.answers[i+1]) != same {
			return false
		}
	}
	return len(a.answers) > 1
}

// clocks compares the timestamps of two ports that each show one clock. Stacks with
// another offset for each connection do not.
func (f *finding) clocks(a, b *answerer) {
	if !steadyClock(a) || !steadyClock(b) {
		return
	}
	switch sameClock(&a.answers[0], &b.answers[0]) {
	case same:
		f.weight += shared
	case different:
		f.note(byClock.differs(), "timestamps of two clocks")
	}
}

// Bounds on counters of IP IDs.
const (
	counterStep = 300  // between two answers of one port
	counterFar  = 2000 // between two answers of two counters
)

// counterOf gives the IP IDs of a port, bytes swapped or not, if they are those of a
// counter.
func counterOf(a *answerer, swapped bool) (ids []uint16, ok bool) {
	for i := range a.answers {
		id := a.answers[i].IPID
		if swapped {
			id = bits.ReverseBytes16(id)
		}
		if i > 0 && (id == ids[i-1] || id-ids[i-1] > counterStep) {
			return nil, false
		}
		ids = append(ids, id)
	}
	return ids, len(ids) > 2
}

// counters compares the IP IDs of two ports that each show a counter.
func (f *finding) counters(a, b *answerer) {
	for _, swapped := range []bool{false, true} {
		x, okX := counterOf(a, swapped)
		y, okY := counterOf(b, swapped)
		if !okX || !okY {
			continue
		}
		switch far := min(y[0]-x[0], x[0]-y[0]); {
		case far <= counterStep:
			f.weight += shared
		case far > counterFar:
			f.note(byCounter.differs(), "IP IDs of two counters, at %d and %d", x[0], y[0])
		}
		return
	}
}
