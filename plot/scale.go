package plot

import (
	"math"
	"strconv"
	"time"
)

// scale places numbers on an axis: least stands at from, most at to, both in px.
type scale struct {
	least, most, from, to float64
	bend                  func(float64) float64 // nil: linear
}

// at is the place of a number.
func (s scale) at(v float64) float64 {
	least, most := s.least, s.most
	if s.bend != nil {
		v, least, most = s.bend(v), s.bend(least), s.bend(most)
	}
	return s.from + (s.to-s.from)*(v-least)/(most-least)
}

// knee is where the axis of times turns from linear to logarithmic, in seconds: the
// shortest gap that stacks begin with.
const knee = 0.2

// timeScale places seconds from 0 on by the logarithm of 1 + x/knee. Copies after g, 3g,
// 7g, ... then stand at equal distances if g is knee, and nearly so if it is more.
func timeScale(most, from, to float64) scale {
	return scale{0, most, from, to, func(x float64) float64 { return math.Log1p(x / knee) }}
}

// tick is a mark on an axis.
type tick struct {
	value float64
	label string // may be empty
}

// crowded is the end of the axis of times, in seconds, from which 2 and 5 have no label.
const crowded = 5000

// timeTicks marks 0 and, from 0.2 s on, each digit of each power of ten, with labels at 1,
// 2 and 5, on long axes at 1 alone.
func timeTicks(most float64) []tick {
	out := []tick{{0, "0"}}
	for power := 0.1; power <= most; power *= 10 {
		for step := 1.0; step < 10; step++ {
			t := tick{value: power * step}
			if t.value < knee-1e-9 || t.value > most {
				continue
			}
			if step == 1 || (step == 2 || step == 5) && most < crowded {
				t.label = strconv.FormatFloat(t.value, 'g', 6, 64)
			}
			out = append(out, t)
		}
	}
	return out
}

// roundTicks marks 3 to 6 multiples of 1, 2 or 5 and a power of ten, from 0 to what is
// not below most.
func roundTicks(most float64) (out []tick) {
	step := math.Pow(10, math.Floor(math.Log10(most)))
	switch n := most / step; {
	case n <= 2:
		step /= 2
	case n > 5:
		step *= 2
	}
	const rounding = 1e-9
	for n := range int(math.Ceil(most/step-rounding)) + 1 {
		v := float64(n) * step
		out = append(out, tick{v, short(v)})
	}
	return out
}

// wholeTicks marks the numbers of answers, at most eleven of them.
func wholeTicks(count int) (out []tick) {
	for n := 1; n <= count; n += 1 + count/11 {
		out = append(out, tick{float64(n), strconv.Itoa(n)})
	}
	return out
}

// short writes large numbers as 1.5 M.
func short(v float64) string {
	if v < 1e5 {
		return strconv.FormatFloat(v, 'g', 6, 64)
	}
	units := []string{"k", "M", "G"}
	for v /= 1e3; v >= 1e3 && len(units) > 1; v /= 1e3 {
		units = units[1:]
	}
	return strconv.FormatFloat(v, 'g', 4, 64) + " " + units[0]
}

// seconds makes a number of a time; what is negative counts as none.
func seconds(d time.Duration) float64 { return max(d, 0).Seconds() }
