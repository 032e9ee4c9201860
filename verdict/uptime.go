package verdict

import (
	"cmp"
	"slices"
	"strings"

	"whorl"
	"whorl/osdb"
)

// secretClock is the first Linux whose timestamps have a secret offset. From 4.11 on it is one
// for each pair of addresses (net/core/secure_seq.c): one prober cannot tell such a clock from
// one that began with the machine. Linux ticks a thousand times a second since 4.13, whatever its HZ.
const secretClock = "4.10"

// secretClocks are other systems whose timestamps have one: gVisor, whose clock tells of days
// seconds after it began (measured, lab/up gvisor), and those of docs/passive.md.
var secretClocks = [...]string{"", "gVisor", "Windows", "FreeBSD", "Darwin"}

// believe takes away an uptime that a clock of 1000 Hz tells, unless the system is known
// and not one that shifts its clock.
func believe(h *whorl.Host) {
	if h.Uptime == nil || h.Sequences == nil || h.Sequences.ClockClass != "1000HZ" || len(h.Verdicts) == 0 {
		return
	}
	v := h.Verdicts[0]
	family := cmp.Or(lineage[[2]string{v.Vendor, v.Family}][1], v.Family)
	if slices.Contains(secretClocks[:], family) || family == "Linux" && !kernelsBefore(v.Name, secretClock) {
		h.Uptime = nil
	}
}

// kernelsBefore reports whether a name is one of Linux kernels that are all older than a
// version. Versions of systems made from Linux are their own.
func kernelsBefore(name, version string) bool {
	s, ok := osdb.Versions(name)
	open := strings.Contains(name, " or ") // "or newer", or another range
	return ok && !open && s.Family == "Linux" && osdb.CompareVersions(s.Hi, version) < 0 && !s.Contains(version)
}
