package syn

import (
	"fmt"
	"strconv"
	"strings"

	"whorl/method"
)

// Repeats are the times at which a host sent a SYN or SYN-ACK again that nobody answered.
type Repeats struct {
	Answer bool // SYN-ACKs
	N      uint8
	After  [MaxRepeats]uint32 // milliseconds after the first
}

// MaxRepeats bounds the repetitions that are timed; Linux sends six SYNs by default.
const MaxRepeats = 6

// Names of their lines, Again(T=3E8,BB8,1B58) for SYNs.
const (
	TestAgain       = "Again"
	TestAgainAnswer = "AgainAck"
)

// Test is the name of the line.
func (r *Repeats) Test() string {
	if r.Answer {
		return TestAgainAnswer
	}
	return TestAgain
}

// Add notes that it came again, milliseconds after the first. It reports whether that is
// kept: times go up, and have a limit.
func (r *Repeats) Add(ms uint32) bool {
	if r.N == MaxRepeats || ms == 0 || r.N > 0 && ms <= r.After[r.N-1] {
		return false
	}
	r.After[r.N] = ms
	r.N++
	return true
}

// String is the line.
func (r *Repeats) String() string {
	b := []byte(r.Test() + "(T=")
	for i, ms := range r.After[:r.N] {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, strings.ToUpper(strconv.FormatUint(uint64(ms), 16))...)
	}
	return string(append(b, ')'))
}

// ParseRepeats reads what String writes.
func ParseRepeats(text string) (r Repeats, err error) {
	l, err := method.ParseLine(strings.TrimSpace(text))
	if err != nil {
		return r, fmt.Errorf("syn: %w", err)
	}
	times, ok := l.Value("T")
	if l.Test != TestAgain && l.Test != TestAgainAnswer || len(l.Attrs) != 1 || !ok {
		return r, fmt.Errorf("syn: %.40q; want %s(T=3E8,BB8)", text, TestAgain)
	}
	r.Answer = l.Test == TestAgainAnswer
	for s := range strings.SplitSeq(times, ",") {
		if ms, err := parseHex(s, 32); err != nil || !r.Add(uint32(ms)) {
			return Repeats{}, fmt.Errorf("syn: %s: T=%.60q; want up to %d hexadecimal numbers that go up", l.Test, times, MaxRepeats)
		}
	}
	return r, nil
}
