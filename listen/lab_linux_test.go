package listen_test

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"whorl/lab/target"
	"whorl/link"
	"whorl/link/afpacket"
	"whorl/listen"
	"whorl/packet"
)

// What real stacks are known to send: port unreachables in answer to datagrams of several
// lengths, and replies to pings, over both versions of IP.
func TestLabMessages(t *testing.T) {
	for name, want := range map[string][]string{
		"linux": {
			"U1(R=Y%DF=N%T=40%IPL=164%UN=0%RIPL=G%RID=G%RIPCK=G%RUCK=G%RUD=G) QU(IPL=240%TOS=C0)", "IE(DFI=N|O%TG=40) EC(ID=O)",
			"U1_6(R=Y%HL=40%TC=0%FL=O%PL=164%ET=1%EC=4%UN=0%RPL=G%RFL=G%RUCK=G%RUD=G)", "IE1_6(HLG=40%FL=O)",
		},
		"gvisor": {
			"U1(R=Y%DF=N%T=40%IPL=164%UN=0%RIPL=G%RID=G%RIPCK=G%RUCK=G%RUD=G) QU(IPL=240%TOS=0)", "IE(DFI=Y|S%TG=40) EC(ID=S)",
			"U1_6(R=Y%HL=40%TC=0%FL=Z%PL=164%ET=1%EC=4%UN=0%RPL=G%RFL=G%RUCK=G%RUD=G)", "IE1_6(HLG=40%FL=Z)",
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := target.Up(t, name)
			l := listen.New(listen.Options{})
			if err := h.Do(func() error { return provoke(l, h.IP, h.IP6) }); err != nil {
				t.Fatal(err)
			}
			got := map[netip.Addr]string{}
			for h := range l.Sayers() {
				for _, o := range h.Observations {
					got[h.Addr] += strings.ReplaceAll(o.Print, "\n", " ")
				}
			}
			for i, w := range want {
				if addr := []netip.Addr{h.IP, h.IP6}[i/2]; !strings.Contains(got[addr], w) {
					t.Errorf("%v: want %s in %s", addr, w, got[addr])
				}
			}
		})
	}
}

// provoke sends datagrams to a closed port of both addresses, and a ping, and hears what
// comes back.
func provoke(l *listen.Listener, addrs ...netip.Addr) error {
	route, err := link.RouteTo(addrs[0], link.Via{})
	if err != nil {
		return err
	}
	c, err := afpacket.Open(afpacket.Options{Route: route, Outgoing: true})
	if err != nil {
		return err
	}
	defer c.Close()
	for _, addr := range addrs {
		for _, n := range []int{20, 540, 1300} {
			if err := write("udp", netip.AddrPortFrom(addr, closedPort).String(), make([]byte, n)); err != nil {
				return err
			}
		}
		network, request := "ip4:icmp", []byte{packet.ICMPEchoRequest, 0, 0, 0, 0, 7, 0, 1}
		if addr.Is6() {
			network, request[0] = "ip6:ipv6-icmp", packet.ICMPv6EchoRequest
		} else {
			sum := packet.Checksum(request)
			request[2], request[3] = byte(sum>>8), byte(sum)
		}
		if err := write(network, addr.String(), request); err != nil {
			return err
		}
	}
	return hearFor(l, c, 1500*time.Millisecond)
}

// closedPort is a UDP port at which no target listens.
const closedPort = 4081

func write(network, addr string, data []byte) error {
	c, err := net.Dial(network, addr)
	if err != nil {
		return err
	}
	defer c.Close()
	if _, err = c.Write(data); err != nil {
		return fmt.Errorf("%s %s: %w", network, addr, err)
	}
	return nil
}

// hearFor gives a Listener the frames of some time.
func hearFor(l *listen.Listener, c link.Conn, d time.Duration) error {
	buf := make([]byte, 1<<16)
	for until := c.Now().Add(d); c.Now().Before(until); {
		n, at, err := c.Recv(buf, until)
		switch {
		case err == nil:
			l.Frame(c.LinkType(), buf[:n], at)
		case errors.Is(err, link.ErrTimeout):
		default:
			return err
		}
	}
	return nil
}
