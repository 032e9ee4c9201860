package link

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"whorl/packet"
)

// Forwards gives the setting by which this machine forwards packets of a version of IP
// that come in over an interface, as sysctl(8) takes it; empty if it does not. Then it would
// look for whoever has a spare address, and tell hosts that nobody is there. Over IPv6 the
// setting for all interfaces decides, or, on newer kernels, one that forces an interface.
func Forwards(name string, over packet.Network) (setting string, err error) {
	settings := []string{"net/ipv4/conf/" + name + "/forwarding"}
	if over == packet.IPv6 {
		settings = []string{"net/ipv6/conf/all/forwarding", "net/ipv6/conf/" + name + "/force_forwarding"}
	}
	for i, s := range settings {
		b, err := os.ReadFile("/proc/sys/" + s)
		switch {
		case i > 0 && errors.Is(err, fs.ErrNotExist): // an older kernel
		case err != nil:
			return "", fmt.Errorf("link: %s: %w", name, err)
		case strings.TrimSpace(string(b)) != "0":
			return s, nil
		}
	}
	return "", nil
}
