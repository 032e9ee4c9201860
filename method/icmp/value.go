package icmp

import (
	"strconv"
	"strings"
)

// value is a number, or a letter, that messages have in common. If they differ it is none,
// and stays so.
type value struct {
	n      uint32
	letter byte // in place of the number; 0: none
	seen   bool
	mixed  bool
}

func (v *value) see(n uint32) { v.take(value{n: n}) }

func (v *value) seeLetter(c byte) { v.take(value{letter: c}) }

// take is see for a number or a letter.
func (v *value) take(o value) {
	if v.mixed || v.seen && (v.n != o.n || v.letter != o.letter) {
		o = value{mixed: true}
	}
	o.seen = true
	*v = o
}

func (v *value) seeBool(b bool) {
	if b {
		v.seeLetter('Y')
	} else {
		v.seeLetter('N')
	}
}

// text is the value as prints have it; empty if there is none.
func (v *value) text() string {
	switch {
	case !v.seen || v.mixed:
		return ""
	case v.letter != 0:
		return string(rune(v.letter))
	}
	return hex(v.n)
}

func hex[T uint8 | uint16 | uint32 | int](n T) string {
	return strings.ToUpper(strconv.FormatUint(uint64(n), 16))
}

// choice is which of some letters a value can be, each message leaving some.
type choice struct {
	out  uint8 // letters that are excluded, by their places
	seen bool
}

// leave excludes all of the letters but some.
func (c *choice) leave(letters, some string) {
	c.seen = true
	for i := range len(letters) {
		if strings.IndexByte(some, letters[i]) < 0 {
			c.out |= 1 << i
		}
	}
}

// text is the letters that are left as an expression; empty if that tells nothing, or if
// messages contradict each other.
func (c *choice) text(letters string) string {
	if !c.seen || c.out == 0 {
		return ""
	}
	var left []string
	for i := range len(letters) {
		if c.out&(1<<i) == 0 {
			left = append(left, letters[i:i+1])
		}
	}
	return strings.Join(left, "|")
}
