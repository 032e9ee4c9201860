package main

import (
	"net/netip"

	"whorl"
	"whorl/verdict"
)

// withNames is a judge that looks names up too, if it can.
type withNames struct {
	*verdict.Memo
	names func(netip.Addr) []string // nil: does not
}

// Judge looks the names up and judges.
func (n withNames) Judge(h *whorl.Host) {
	if n.names != nil {
		h.Names = append(h.Names, n.names(h.Addr)...)
	}
	n.Memo.Judge(h)
}

// explained is how many verdicts of a host come with their evidence: the headline, or
// the first few for those who want to know more.
func explained(verbose int) int {
	if verbose > 0 {
		return 3
	}
	return 1
}
