package verdict

import (
	"fmt"
	"slices"
	"strings"

	"whorl"
	claims "whorl/method/claim"
)

// says sets the claims of a host by its observations of method claim. It names no host by
// them: it warns if one says another family than the stack shows, and gives those that
// showed nothing a verdict that tells so.
func says(h *whorl.Host) {
	h.Claims = nil
	var shows *whorl.Verdict
	if len(h.Verdicts) > 0 && h.Verdicts[0].Name != whorl.Unknown {
		shows = &h.Verdicts[0]
	}
	for i := range h.Observations {
		o := &h.Observations[i]
		if o.Method != "claim" {
			continue
		}
		c, err := claims.Parse(strings.TrimSuffix(o.Print, "\n"))
		if err != nil {
			warn(h, fmt.Sprintf("an observation is not read: %v; write the record again from the capture", err))
			continue
		}
		s := c.System()
		if s == (claims.System{}) {
			continue
		}
		said := whorl.Claim{Kind: c.Kind.String(), Name: s.Name, Vendor: s.Vendor, Family: s.Family, Packets: o.Conditions.Answered}
		if shows != nil && contradicts(s, shows) {
			said.Against = true
			warn(h, fmt.Sprintf("says %s (%s), its stack shows %s: a proxy, a NAT or a spoofed string; take neither for the other's",
				s.Name, said.Kind, shows.Name))
		}
		h.Claims = append(h.Claims, said)
	}
	if len(h.Verdicts) == 0 && len(h.Claims) > 0 {
		h.Verdicts = []whorl.Verdict{nothing("no handshake of it was heard")}
	}
}

// warn adds a warning that a record may have from an earlier judgement.
func warn(h *whorl.Host, words string) {
	if !slices.Contains(h.Warnings, words) {
		h.Warnings = append(h.Warnings, words)
	}
}

// contradicts reports whether a claim is of another family than all those of a verdict.
// What is known as a device or a program alone is not contradicted: nobody knows what it is
// made from.
func contradicts(s claims.System, v *whorl.Verdict) bool {
	if s.Family == "" || v.Family == "" || v.Family == "embedded" || v.DeviceType == programType {
		return false
	}
	says := stackOf([]whorl.Class{{Vendor: s.Vendor, Family: s.Family}})
	return !slices.Contains(familiesOf(v), systemOf(says))
}
