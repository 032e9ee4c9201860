package main

import (
	"net/netip"
	"os"
	"sync"

	"github.com/vishvananda/netlink"

	"whorl"
	"whorl/link"
	"whorl/packet"
)

// surroundings are what this machine is placed in.
type surroundings struct {
	container string // "Docker", say; empty: none is known

	mu       sync.Mutex
	kinds    map[int]string          // of interfaces, by index, as the kernel names them
	gateways map[netip.Addr]*gateway // on interfaces that a program serves; as many as routes name
}

// lookAround finds marks of containers. A network namespace other than that of the first
// process is not the container's.
func lookAround() *surroundings {
	s := &surroundings{kinds: map[int]string{}, gateways: map[netip.Addr]*gateway{}}
	first, err := os.Readlink("/proc/1/ns/net")
	own, err2 := os.Readlink("/proc/self/ns/net")
	if err != nil || err2 != nil || first != own {
		return s
	}
	for _, m := range []struct{ file, name string }{{"/.dockerenv", "Docker"}, {"/run/.containerenv", "Podman"}} {
		if _, err := os.Lstat(m.file); err == nil {
			s.container = m.name
			break
		}
	}
	return s
}

// kind is that of an interface: veth, tuntap and so on; empty if it cannot be told.
func (s *surroundings) kind(index int) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	kind, ok := s.kinds[index]
	if !ok {
		if l, err := netlink.LinkByIndex(index); err == nil {
			kind = l.Type()
		}
		s.kinds[index] = kind
	}
	return kind
}

// answerer adds a host to what its gateway has shown, and reports whether that answers in
// the name of every host.
func (s *surroundings) answerer(next netip.Addr, h *whorl.Host) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.gateways[next]
	if g == nil {
		g = new(gateway)
		s.gateways[next] = g
	}
	g.add(h)
	return g.answers()
}

// Between tells what of ours stands between us and a host behind a gateway.
func (n *realNetwork) Between(r link.Route, next packet.MAC, h *whorl.Host) (whorl.Box, bool) {
	kind, container := n.around.kind(r.Index), n.around.container
	if kind != "veth" {
		container = ""
	}
	return ownNAT(r, next, kind == "tuntap" && n.around.answerer(r.NextHop, h), container)
}
