package plot

import (
	"math"
	"strconv"
	"time"

	gonum "gonum.org/v1/plot"
)

// knee is where the axis of times turns from linear to logarithmic, in seconds: the
// shortest gap that stacks begin with.
const knee = 0.2

// timeScale places seconds on an axis that begins at 0, by the logarithm of 1 + x/knee.
// Copies after g, 3g, 7g, ... then stand at equal distances if g is knee, and nearly so
// if it is more.
type timeScale struct{}

// Normalize gives the place of x as a part of the axis. What is before 0 stands at 0.
func (timeScale) Normalize(least, most, x float64) float64 {
	place := func(x float64) float64 { return math.Log1p(max(x, 0) / knee) }
	return (place(x) - place(least)) / (place(most) - place(least))
}

// timeTicks marks 0 and 1, 2, 5 of each power of ten, on long axes the powers alone.
type timeTicks struct{}

// crowded is the end of the axis, in seconds, from which 2 and 5 have no label.
const crowded = 5000

// Ticks lists the marks from 0.2 s on.
func (timeTicks) Ticks(_, most float64) []gonum.Tick {
	out := []gonum.Tick{{Value: 0, Label: "0"}}
	for power := 0.1; power <= most; power *= 10 {
		for step := 1.0; step < 10; step++ {
			t := gonum.Tick{Value: power * step}
			if t.Value < knee-1e-9 || t.Value > most {
				continue
			}
			if step == 1 || (step == 2 || step == 5) && most < crowded {
				t.Label = strconv.FormatFloat(t.Value, 'g', 6, 64)
			}
			out = append(out, t)
		}
	}
	return out
}

// seconds makes a number of a time; what is negative counts as none.
func seconds(d time.Duration) float64 { return max(d, 0).Seconds() }
