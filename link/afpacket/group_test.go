//go:build linux

package afpacket

import (
	"io"
	"net/netip"
	"os"
	"strings"
	"testing"

	"whorl/link"
	"whorl/packet"
)

// An interface is in a group as long as the socket is open.
func TestJoin(t *testing.T) {
	p := newPair(t)
	group := packet.SolicitedNode(netip.MustParseAddr("fd77::12:3456"))
	hears := func() bool {
		text := in(t, p.a, func() (string, error) {
			b, err := os.ReadFile("/proc/thread-self/net/igmp6")
			return string(b), err
		})
		return strings.Contains(text, strings.ReplaceAll(group.StringExpanded(), ":", ""))
	}
	if hears() {
		t.Fatal("in the group before")
	}
	member := in(t, p.a, func() (io.Closer, error) {
		r, err := link.RouteTo(b6, link.Via{})
		if err != nil {
			return nil, err
		}
		return Join(r.Index, group)
	})
	if !hears() {
		t.Error("not in the group")
	}
	if err := member.Close(); err != nil || hears() {
		t.Errorf("still in the group: %v", err)
	}
	in(t, p.a, func() (struct{}, error) {
		if c, err := Join(99, group); err == nil {
			c.Close()
			t.Error("joined on an interface that is not there")
		}
		return struct{}{}, nil
	})
}
