package decoy_test

import (
	"fmt"

	"whorl/data"
	"whorl/decoy"
	"whorl/osdb"
)

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
