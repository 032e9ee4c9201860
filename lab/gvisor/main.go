// Command gvisor puts the network stack of gVisor on a TUN device, with one small
// web server on it, as a target to fingerprint.
package main

import (
	"errors"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"net/netip"

	"gvisor.dev/gvisor/pkg/rawfile"
	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/adapters/gonet"
	"gvisor.dev/gvisor/pkg/tcpip/header"
	"gvisor.dev/gvisor/pkg/tcpip/link/fdbased"
	"gvisor.dev/gvisor/pkg/tcpip/link/tun"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv4"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv6"
	"gvisor.dev/gvisor/pkg/tcpip/stack"
	"gvisor.dev/gvisor/pkg/tcpip/transport/icmp"
	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"
	"gvisor.dev/gvisor/pkg/tcpip/transport/udp"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("gvisor: ")
	dev := flag.String("dev", "", "name of an existing TUN device")
	ip := flag.String("ip", "", "IPv4 address of the stack")
	ip6 := flag.String("ip6", "", "IPv6 address of the stack")
	port := flag.Uint("port", 80, "open TCP port")
	flag.Parse()

	s, err := open(*dev)
	if err != nil {
		log.Fatal(err)
	}
	for _, text := range []string{*ip, *ip6} {
		addr, err := netip.ParseAddr(text)
		if err != nil {
			log.Fatal(err)
		}
		l, err := listen(s, addr, uint16(*port))
		if err != nil {
			log.Fatal(err)
		}
		go func() { log.Fatal(http.Serve(l, http.HandlerFunc(hello))) }()
	}
	fmt.Println("READY")
	select {}
}

// nic is the number of the only interface.
const nic = 1

// open makes a stack with the device as its interface and a route to everywhere.
func open(dev string) (*stack.Stack, error) {
	mtu, err := rawfile.GetMTU(dev)
	if err != nil {
		return nil, err
	}
	fd, err := tun.Open(dev)
	if err != nil {
		return nil, err
	}
	link, err := fdbased.New(&fdbased.Options{FDs: []int{fd}, MTU: mtu})
	if err != nil {
		return nil, err
	}
	s := stack.New(stack.Options{
		NetworkProtocols:   []stack.NetworkProtocolFactory{ipv4.NewProtocol, ipv6.NewProtocol},
		TransportProtocols: []stack.TransportProtocolFactory{tcp.NewProtocol, udp.NewProtocol, icmp.NewProtocol4, icmp.NewProtocol6},
	})
	if err := s.CreateNIC(nic, link); err != nil {
		return nil, errors.New(err.String())
	}
	s.SetRouteTable([]tcpip.Route{
		{Destination: header.IPv4EmptySubnet, NIC: nic},
		{Destination: header.IPv6EmptySubnet, NIC: nic},
	})
	return s, nil
}

// listen gives the stack an address and a TCP port on it.
func listen(s *stack.Stack, ip netip.Addr, port uint16) (net.Listener, error) {
	proto := ipv4.ProtocolNumber
	if ip.Is6() {
		proto = ipv6.ProtocolNumber
	}
	addr := tcpip.AddrFromSlice(ip.AsSlice())
	own := tcpip.ProtocolAddress{Protocol: proto, AddressWithPrefix: addr.WithPrefix()}
	if err := s.AddProtocolAddress(nic, own, stack.AddressProperties{}); err != nil {
		return nil, errors.New(err.String())
	}
	return gonet.ListenTCP(s, tcpip.FullAddress{NIC: nic, Addr: addr, Port: port}, proto)
}

func hello(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") }
