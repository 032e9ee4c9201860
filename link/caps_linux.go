package link

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// Capable returns a *CapabilityError if this process lacks one of the capabilities.
// It looks at the effective set, never at the user id. A process in a user
// namespace can have a capability that does not reach the network it is in; then
// opening the link tells.
func Capable(need ...Capability) error {
	head := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData // version 3 holds 64 bits in two halves
	if err := unix.Capget(&head, &data[0]); err != nil {
		return fmt.Errorf("link: capabilities: %w", err)
	}
	var missing []Capability
	for _, c := range need {
		if data[c/32].Effective&(1<<(c%32)) == 0 {
			missing = append(missing, c)
		}
	}
	if missing == nil {
		return nil
	}
	exe, _ := os.Executable()
	return &CapabilityError{Missing: missing, Executable: exe}
}
