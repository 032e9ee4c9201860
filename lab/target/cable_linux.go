package target

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"

	"whorl/link"
	"whorl/link/afpacket"
	"whorl/packet"
)

// Cable is a namespace of a test's own in which v0 and v1 are the ends of one cable. The
// kernel has an address at v0; whoever opens v1 is what it sees there.
func Cable(t testing.TB, addr string) *Target {
	t.Helper()
	const sysAdmin = 21 // cap_sys_admin
	if err := link.Capable(link.NetRaw, link.NetAdmin, sysAdmin); err != nil {
		t.Skip(err)
	}
	if _, err := exec.LookPath("ip"); err != nil {
		t.Skip(err)
	}
	ns := fmt.Sprintf("whorl%d-cable", os.Getpid())
	if out, err := exec.Command("ip", "netns", "add", ns).CombinedOutput(); err != nil {
		t.Skipf("no namespaces here: %v: %s", err, out)
	}
	t.Cleanup(func() { exec.Command("ip", "netns", "del", ns).Run() })
	nodad := ""
	if strings.Contains(addr, ":") {
		nodad = " nodad"
	}
	for _, c := range []string{"link add v0 type veth peer name v1", "addr add " + addr + " dev v0" + nodad, "link set v0 up", "link set v1 up"} {
		if out, err := exec.Command("ip", strings.Fields("-n "+ns+" "+c)...).CombinedOutput(); err != nil {
			t.Fatalf("ip %s: %v: %s", c, err, out)
		}
	}
	return &Target{NS: ns}
}

// End opens one end of a cable, and gives its hardware address too. Who opens it closes it.
func (h *Target) End(name string) (conn link.Conn, mac packet.MAC, err error) {
	err = h.Do(func() error {
		i, err := net.InterfaceByName(name)
		if err != nil {
			return fmt.Errorf("target: %w", err)
		}
		mac = packet.MAC(i.HardwareAddr)
		conn, err = afpacket.Open(afpacket.Options{Route: link.Route{Interface: name, Index: i.Index, MTU: i.MTU, Link: packet.Ethernet}})
		return err
	})
	return conn, mac, err
}
