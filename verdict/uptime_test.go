package verdict

import (
	"testing"

	"whorl"
)

// An uptime is told by a clock of 1000 Hz only where the system is known to begin with zero.
func TestBelieve(t *testing.T) {
	for _, c := range []struct {
		name, vendor, family, clock string
		want                        bool
	}{
		{"Linux 6.1 - 7.3", "Linux", "Linux", "1000HZ", false},
		{"Linux 2.6.32 - 4.19", "Linux", "Linux", "1000HZ", false},
		{"Linux 2.6.32 - 3.10", "Linux", "Linux", "1000HZ", true},
		{"Linux 4.9", "Linux", "Linux", "1000HZ", true},
		{"Linux 3.X", "Linux", "Linux", "1000HZ", true},
		{"Linux 4.X", "Linux", "Linux", "1000HZ", false},
		{"Linux 2.6.X - 4.X", "Linux", "Linux", "1000HZ", false},
		{"Linux 2.6.X|3.X|4.X", "Linux", "Linux", "1000HZ", false},
		{"Linux 2.6.39 or newer", "Linux", "Linux", "1000HZ", false},
		{"VyOS 1.2", "VyOS", "VyOS", "1000HZ", false},
		{"Linux 6.1 - 7.3", "Linux", "Linux", "100HZ", true},
		{"Linux", "Linux", "Linux", "1000HZ", false},
		{"Android 9 - 10", "Google", "Android", "1000HZ", false},
		{"Microsoft Windows 10 1703 or newer", "Microsoft", "Windows", "1000HZ", false},
		{"FreeBSD 11.X - 15.X", "FreeBSD", "FreeBSD", "1000HZ", false},
		{"Apple macOS 10.14 - 11.X", "Apple", "macOS", "1000HZ", false},
		{"lwIP 2.1", "lwIP", "lwIP", "1000HZ", true},
		{"gVisor netstack", "Google", "gVisor", "1000HZ", false},
		{whorl.Unknown, "", "", "1000HZ", false},
		{"FreeBSD or Linux", "", "", "1000HZ", false},
	} {
		h := &whorl.Host{Uptime: &whorl.Uptime{Seconds: 1}, Sequences: &whorl.Sequences{ClockClass: c.clock},
			Verdicts: []whorl.Verdict{{Name: c.name, Vendor: c.vendor, Family: c.family}}}
		if believe(h); (h.Uptime != nil) != c.want {
			t.Errorf("%s, %s: uptime %v, want one %v", c.name, c.clock, h.Uptime, c.want)
		}
	}
}
