package report

import "whorl"

// says is what a host without a name says of itself. Beside a name it would read as if
// the name rested on it.
func (l *heard) says(h *whorl.Host) {
	for _, c := range h.Claims {
		l.WriteString(", says " + Clean(c.Name) + " (" + Clean(c.Kind) + ")")
	}
}
