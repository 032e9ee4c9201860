package report

import (
	"net/netip"
	"strconv"

	"whorl"
)

// sourceList is the source that matters most and how many others there are.
func sourceList(c *whorl.Contact) string {
	s, ok := mainSource(c)
	if !ok {
		return "nobody"
	}
	return s.Addr.String() + more(c.Counts.Sources-1)
}

// mainSource is the first source that is live, or else the first.
func mainSource(c *whorl.Contact) (whorl.ContactSource, bool) {
	for _, s := range c.Sources {
		if s.Live {
			return s, true
		}
	}
	if len(c.Sources) == 0 {
		return whorl.ContactSource{}, false
	}
	return c.Sources[0], true
}

// mainTarget is the target of which most is known, or else the first.
func mainTarget(c *whorl.Contact) (a netip.Addr, ok bool) {
	switch {
	case c.Learned != nil && c.Learned.Addr.IsValid():
		return c.Learned.Addr, true
	case len(c.Targets) > 0:
		return c.Targets[0], true
	}
	return a, false
}

func targetList(c *whorl.Contact) string {
	a, ok := mainTarget(c)
	if !ok {
		return "nobody"
	}
	return a.String() + more(c.Counts.Targets-1)
}

// more tells that a list goes on.
func more(n int) string {
	if n <= 0 {
		return ""
	}
	return " and " + strconv.Itoa(n) + " more"
}
