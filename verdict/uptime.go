package verdict

import (
	"cmp"

	"whorl"
	"whorl/osdb"
)

// secretClock is the first Linux that adds a secret offset to the clock of each pair of
// addresses (commit 95a22caee396 of 4.10): from one prober it cannot be told from a clock that
// began with the machine. Linux ticks a thousand times a second since 4.13, whatever its HZ.
const secretClock = "4.10"

// believe takes away an uptime that a clock of 1000 Hz tells, unless the system is known
// and one whose clock began with it.
func believe(h *whorl.Host) {
	if h.Uptime == nil || h.Sequences == nil || h.Sequences.ClockClass != "1000HZ" || len(h.Verdicts) == 0 {
		return
	}
	v := h.Verdicts[0]
	family := cmp.Or(lineage[[2]string{v.Vendor, v.Family}][1], v.Family)
	span, told := osdb.Versions(v.Name)
	switch {
	case v.Family == "":
	case family != "Linux":
		return
	case told && osdb.CompareVersions(span.Hi, secretClock) < 0:
		return
	}
	h.Uptime = nil
}
