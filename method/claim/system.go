package claim

import "strings"

// System is what a text names: vendor and family as in the records of the database, and a
// name with the versions that the text allows. The zero value is none.
type System struct {
	Vendor, Family string // Family is empty if only the vendor is told
	Name           string
}

// System is the system that the text of a claim names; the zero value if it names none, or
// if it is known to be no word on the system.
func (c Claim) System() System {
	switch c.Kind {
	case UserAgent, SSDP:
		return first(c.Text, agents, common)
	case Platform:
		return first(c.Text, platforms)
	case Server, PoweredBy:
		return first(c.Text, servers, common)
	case SSH:
		return first(c.Text, banners)
	case NativeOS:
		return first(c.Text, natives)
	case NTLM:
		return ntlmSystem(c.Text)
	case Announcement:
		return announcedSystem(c.Text)
	case MDNS:
		return first(c.Text, models)
	case DHCP:
		return first(c.Text+";", leases)
	case Ping:
		return first(c.Text, pingers)
	}
	return System{}
}

// rule names a system by a word. The first rule that fits counts.
type rule struct {
	has  string // the text has this
	also string // and this; may be empty
	System
	version func(after string) string // words for the version, of what follows has; nil: none
}

// first applies tables in their order.
func first(text string, tables ...[]rule) System {
	for _, t := range tables {
		for i := range t {
			r := &t[i]
			_, after, ok := strings.Cut(text, r.has)
			if !ok || !strings.Contains(text, r.also) {
				continue
			}
			s := r.System
			if r.version != nil {
				if v := r.version(after); v != "" {
					s.Name += " " + v
				}
			}
			return s
		}
	}
	return System{}
}

// number reads a version of digits and points at the beginning of s, as much of it as is
// one.
func number(s string) string {
	n := 0
	for n < len(s) && n < maxVersion && (isDigit(s[n]) || s[n] == '.' && n > 0) {
		n++
	}
	return strings.TrimRight(s[:n], ".")
}

// maxVersion is the longest version, characters.
const maxVersion = 16

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
