package report

import "whorl"

// says is what a host without a name says of itself. Beside a name it would read as if
// the name rested on it.
func (l *heard) says(h *whorl.Host) {
	for i := range h.Claims {
		l.WriteString(", " + Clean(claimed(&h.Claims[i])))
	}
}

// claims tells what a host says of itself, a line each.
func (p *page) claims(h *whorl.Host) {
	for i := range h.Claims {
		c := &h.Claims[i]
		against := ""
		if c.Against {
			against = ", against its stack: a proxy, a NAT or a spoofed string"
		}
		p.line("  %s%s", claimed(c), against)
	}
}

func claimed(c *whorl.Claim) string { return "says " + c.Name + " (" + c.Kind + ")" }
