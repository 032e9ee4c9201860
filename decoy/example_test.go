package decoy_test

import (
	"fmt"

	"whorl/data"
	"whorl/decoy"
	"whorl/osdb"
)

// A program behind a port is on this machine, unless it is said that it need not be.
func ExampleParseBackend() {
	b, err := decoy.ParseBackend("127.0.0.1:2222", false)
	fmt.Println(b.Network, b.Address, err)
	_, err = decoy.ParseBackend("192.0.2.7:22", false)
	fmt.Println(err)
	b, err = decoy.ParseBackend("192.0.2.7:22", true)
	fmt.Println(b.Network, b.Address, err)
	// Output:
	// tcp 127.0.0.1:2222 <nil>
	// "192.0.2.7:22": not an address of this machine's loopback; a file can allow it with anywhere = true
	// tcp 192.0.2.7:22 <nil>
}

// Three decoys of one record, with hardware addresses of one maker.
func ExampleNetwork_Decoys() {
	set, _ := osdb.Load(osdb.Config{Embedded: data.Files})
	addrs, err := decoy.ParseRange("192.0.2.66-68")
	if err != nil {
		fmt.Println(err)
		return
	}
	cisco, _ := decoy.Vendor("Cisco")
	n, err := decoy.New(decoy.Options{Groups: []decoy.Group{{
		Addrs:    addrs,
		Entries:  set.Find("lwIP 2.1"),
		Hardware: decoy.Hardware{Vendor: cisco},
	}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for d := range n.Decoys() {
		fmt.Println(d.Addr, d.MAC, d.Entry.Name)
	}
	// Output:
	// 192.0.2.66 00:00:0c:00:70:bf lwIP 2.1
	// 192.0.2.67 00:00:0c:38:00:18 lwIP 2.1
	// 192.0.2.68 00:00:0c:11:9e:00 lwIP 2.1
}
