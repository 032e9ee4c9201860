package report

import (
	"fmt"
	"strings"

	"whorl"
)

// sibling tells how a host stands to its address over the other version of IP.
func (p *page) sibling(indent string, h *whorl.Host) {
	if words := siblingWords(h); words != "" {
		p.fold(indent+Clean(words)+": ", strings.Join(h.Sibling.Evidence, ", "))
	}
}

// siblingWords is the sentence without the evidence; empty without a sibling.
func siblingWords(h *whorl.Host) string {
	s := h.Sibling
	if s == nil {
		return ""
	}
	switch s.Kinship {
	case whorl.KinshipSame:
		return fmt.Sprintf("The same machine as %v, %d %% sure", s.Addr, s.Confidence.Percent())
	case whorl.KinshipOther:
		return fmt.Sprintf("Another machine than %v, or something answers for one of them", s.Addr)
	case whorl.KinshipTranslated:
		if !s.Addr.IsValid() {
			return "An IPv4 host behind a translator; scan its IPv4 address"
		}
		return fmt.Sprintf("%v behind a translator; scan that", s.Addr)
	}
	return fmt.Sprintf("Not shown to be the same machine as %v, %d %% likely", s.Addr, s.Confidence.Percent())
}
