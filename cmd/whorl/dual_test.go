package main

import (
	"net/netip"
	"testing"

	"whorl"
)

// A hardware address with several addresses of one version is joined with none of the
// other, and takes no more memory the more it has.
func TestManyOfOneMAC(t *testing.T) {
	var m machines
	host := func(addr string) *whorl.Host {
		h := &whorl.Host{Addr: netip.MustParseAddr(addr), MAC: "02:00:00:00:00:01", Observations: []whorl.Observation{{Method: "syn"}}}
		m.join(h)
		return h
	}
	for _, a := range []string{"2001:db8::1", "2001:db8::2", "2001:db8::3"} {
		host(a)
	}
	if h := host("192.0.2.1"); len(h.Also) > 0 {
		t.Errorf("%v is joined with %v", h.Addr, h.Also)
	}
	if n := len(m.seen["02:00:00:00:00:01"].Also); n != 1 {
		t.Errorf("%d addresses are remembered", n)
	}
}
