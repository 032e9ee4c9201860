package decoy

import (
	"errors"
	"fmt"
	"net/netip"
	"path/filepath"
	"strings"

	"whorl/persona"
)

// maxSocketPath is how many bytes the path of a Unix socket has at most (unix(7)).
const maxSocketPath = 107

// ParseBackend reads where a program is that speaks for a service: 127.0.0.1:2222, [::1]:2222
// or unix:/run/sshd.sock. It is on this machine, unless anywhere is set: a decoy must not be a
// way into a network.
func ParseBackend(text string, anywhere bool) (*persona.Backend, error) {
	bad := func(why string) (*persona.Backend, error) { return nil, fmt.Errorf("%.120q: %s", text, why) }
	if path, ok := strings.CutPrefix(text, "unix:"); ok {
		if !filepath.IsAbs(path) || len(path) > maxSocketPath || strings.ContainsRune(path, 0) {
			return bad(fmt.Sprintf("want an absolute path of at most %d bytes behind unix:", maxSocketPath))
		}
		return &persona.Backend{Network: "unix", Address: path}, nil
	}
	a, err := netip.ParseAddrPort(text)
	switch {
	case err != nil || a.Port() == 0 || a.Addr().Is4In6():
		return bad("want an address and a port, as 127.0.0.1:2222 or [::1]:2222, or unix:/path")
	case a.Addr().IsUnspecified() || a.Addr().IsMulticast():
		return bad("not the address of one host")
	case !anywhere && !a.Addr().IsLoopback():
		return bad("not an address of this machine's loopback; a file can allow it with anywhere = true")
	}
	return &persona.Backend{Network: "tcp", Address: a.String()}, nil
}

// errOwnBackend is a service that would talk to itself.
var errOwnBackend = errors.New("the program behind a service cannot be at a decoy's address")

// checkBackends refuses backends that are decoys: whoever knocks would knock again, on and on.
func (g groups) checkBackends() error {
	for _, group := range g {
		for i := range group.Persona.Services {
			s := &group.Persona.Services[i]
			if s.Backend == nil || s.Backend.Network != "tcp" {
				continue
			}
			if a, err := netip.ParseAddrPort(s.Backend.Address); err == nil && g.of(a.Addr().WithZone("")) != nil {
				return fmt.Errorf("decoy: service at port %d: %s: %w", s.Port, s.Backend.Address, errOwnBackend)
			}
		}
	}
	return nil
}
