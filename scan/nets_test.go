package scan

import (
	"encoding/binary"
	"net/netip"
	"testing"
	"time"
)

// Each network gets its rate, and none waits for another.
func TestNets(t *testing.T) {
	const rate = 500
	n := nets{rate: rate}
	admitted := map[byte]int{}
	for ms := range 10_000 {
		now := epoch.Add(time.Duration(ms) * time.Millisecond)
		for third := range byte(3) {
			addr := netip.AddrFrom4([4]byte{10, 0, third, byte(ms)})
			if ok, when := n.of(addr, now).admit(planGen2, now); ok {
				admitted[third]++
			} else if !when.After(now) {
				t.Fatalf("%v: told to come back at once", addr)
			}
		}
	}
	for third := range byte(3) {
		if sent := admitted[third] * planGen2; sent > 10*rate+2*planGen2 || sent < 9*rate {
			t.Errorf("net %d: %d packets in 10 s at %d a second", third, sent, rate)
		}
	}
	six := func(s string) *budget { return n.of(netip.MustParseAddr(s), epoch) }
	if six("fd00::1") != six("fd00::2") {
		t.Error("a /64 is not one network")
	}
	if six("fd00::1") == six("fd00:0:0:1::1") {
		t.Error("two /64 are one network")
	}
}

func TestNetsWithoutLimit(t *testing.T) {
	var n nets
	if n.of(netip.MustParseAddr("10.0.0.1"), epoch) != nil || n.budgets != nil {
		t.Error("keeps what nobody needs")
	}
}

// However many networks there are, the table has a limit.
func TestNetsAreBounded(t *testing.T) {
	n := nets{rate: 100}
	for i := range uint32(maxNets + 5000) {
		var b [4]byte
		binary.BigEndian.PutUint32(b[:], i<<8)
		n.of(netip.AddrFrom4(b), epoch)
	}
	if len(n.budgets) > maxNets {
		t.Errorf("%d networks", len(n.budgets))
	}
}
