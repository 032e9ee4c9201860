package verdict

import (
	"whorl/method"
	"whorl/method/syn"
)

// alikeTTLs gives for each TTL the highest one that no record tells from it: hosts of one
// system at different distances are then judged once.
func alikeTTLs(candidates []syn.Candidate) (alike [256]uint8) {
	var stated [256]bool
	for _, c := range candidates {
		for i := range c.Reference {
			stated[c.Reference[i].TTL] = true
		}
	}
	// A record agrees with TTLs from its own down to that of the most hops, and less with those
	// of unusually many.
	below := func(ttl, hops int) bool { return ttl+hops < 255 && stated[ttl+hops+1] }
	cut := func(ttl int) bool {
		return stated[ttl] || below(ttl, syn.MaxHops) || below(ttl, syn.FarHops)
	}
	for ttl := 255; ttl >= 0; ttl-- {
		alike[ttl] = uint8(ttl)
		if ttl == 255 || ttl == 0 {
			continue
		}
		above := uint8(ttl + 1)
		same := method.GuessTTL(uint8(ttl)) == method.GuessTTL(above) && syn.Distance(above) > 0
		if same && !cut(ttl) {
			alike[ttl] = alike[above]
		}
	}
	return alike
}
