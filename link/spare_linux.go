package link

import (
	"fmt"
	"os"
	"strings"
)

// Forwards reports whether this machine forwards IPv4 packets that come in over an
// interface. Then it would look for whoever has a spare address, and tell hosts that nobody
// is there.
func Forwards(name string) (bool, error) {
	b, err := os.ReadFile("/proc/sys/net/ipv4/conf/" + name + "/forwarding")
	if err != nil {
		return false, fmt.Errorf("link: %s: %w", name, err)
	}
	return strings.TrimSpace(string(b)) != "0", nil
}
