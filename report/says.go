package report

import "whorl"

// says is what a host without a name says of itself. Beside a name it would read as if
// the name rested on it.
func (l *heard) says(h *whorl.Host) {
	for i := range h.Claims {
		l.WriteString(", " + Clean(claimed(&h.Claims[i])))
	}
}

// claims tells what a host says of itself, a line each. Warnings tell what of it is against
// the stack.
func (p *page) claims(h *whorl.Host) {
	for i := range h.Claims {
		p.line("  %s", claimed(&h.Claims[i]))
	}
}

func claimed(c *whorl.Claim) string { return "says " + c.Name + " (" + c.Kind + ")" }
