//go:build linux

package afpacket

import (
	"net"
	"net/netip"
	"testing"
	"time"

	"whorl/link"
	"whorl/packet"
)

// A network has ways to both versions of IP, and its links hear the answers, whichever of
// our addresses they come to.
func TestNetwork(t *testing.T) {
	p := newPair(t)
	type opened struct {
		*Network
		link.Conn
		r link.Route
	}
	o := in(t, p.a, func() (o opened, err error) {
		if o.Network, err = NewNetwork(link.Via{}); err != nil {
			return o, err
		}
		if o.r, err = o.Route(b4); err != nil {
			return o, err
		}
		o.Conn, err = o.Network.Open(o.r)
		return o, err
	})
	defer o.Conn.Close()
	if o.r.Interface != "va" || o.r.Src != a4 || o.r.Local {
		t.Errorf("route %+v", o.r)
	}
	in(t, p.b, func() (any, error) {
		for _, to := range []netip.Addr{a4, a6} {
			c, err := net.Dial("udp", netip.AddrPortFrom(to, 4000).String())
			if err != nil {
				return nil, err
			}
			defer c.Close()
			if _, err := c.Write([]byte("C")); err != nil {
				return nil, err
			}
		}
		return nil, nil
	})
	for _, to := range []netip.Addr{a4, a6} {
		mine := func(p *packet.Packet) bool { return p.Transport == packet.UDP && p.Dst == to }
		if got, _ := next(t, o.Conn.(*Conn), time.Second, mine); got == nil {
			t.Errorf("nothing came to %v", to)
		}
	}
}

// A port of Listen answers until the network is closed.
func TestNetworkListen(t *testing.T) {
	ns := newNamespace(t, "n")
	local := netip.MustParseAddr("127.0.0.1")
	n := in(t, ns, func() (*Network, error) { return NewNetwork(link.Via{}) })
	port := in(t, ns, func() (uint16, error) { return n.Listen(local) })
	dial := func() error {
		return in(t, ns, func() (error, error) {
			c, err := net.DialTimeout("tcp", netip.AddrPortFrom(local, port).String(), time.Second)
			if err == nil {
				c.Close()
			}
			return err, nil
		})
	}
	if err := dial(); err != nil {
		t.Error(err)
	}
	if err := n.Close(); err != nil {
		t.Error(err)
	}
	if dial() == nil {
		t.Error("the port is still open")
	}
}
