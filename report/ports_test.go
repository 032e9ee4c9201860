package report

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"whorl"
)

func TestPortRanges(t *testing.T) {
	for _, tt := range []struct {
		in   []uint16
		want string
	}{
		{nil, ""},
		{[]uint16{80}, "80"},
		{[]uint16{81, 80, 22, 80}, "22,80-81"},
		{[]uint16{1, 2, 3, 5, 7, 8}, "1-3,5,7-8"},
		{[]uint16{0, 65534, 65535}, "0,65534-65535"},
	} {
		if got := portRanges(tt.in); got != tt.want {
			t.Errorf("portRanges(%v) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestListPorts(t *testing.T) {
	var in []whorl.Port
	for n := uint16(1); n <= 6; n++ {
		in = append(in, whorl.Port{Proto: "tcp", Number: n, State: whorl.Closed, Reason: "reset"})
	}
	for n := uint16(11); n <= 17; n++ {
		in = append(in, whorl.Port{Proto: "tcp", Number: n, State: whorl.Filtered, Reason: "no-response"})
	}
	for n := uint16(21); n <= 25; n++ {
		in = append(in, whorl.Port{Proto: "udp", Number: n, State: whorl.Closed, Reason: "port-unreach"})
	}
	in[0].Used, in[6].Forged = true, true
	in = append(in, whorl.Port{Proto: "tcp", Number: 9, State: whorl.Open, Reason: "syn-ack"})

	l := listPorts(in)
	var shown []uint16
	for _, p := range l.shown {
		shown = append(shown, p.Number)
	}
	// 2-6 are five closed ones and 21-25 as many, so few enough; 1 was used, 9 is open, 11 forged.
	if diff := cmp.Diff([]uint16{1, 2, 3, 4, 5, 6, 9, 11, 21, 22, 23, 24, 25}, shown); diff != "" {
		t.Errorf("shown: -want +got:\n%s", diff)
	}
	var folded []string
	for _, g := range l.folded {
		folded = append(folded, g.String()+" "+portRanges(g.numbers))
	}
	if diff := cmp.Diff([]string{"6 filtered tcp ports (no-response) 12-17"}, folded); diff != "" {
		t.Errorf("folded: -want +got:\n%s", diff)
	}
}

func TestPortFields(t *testing.T) {
	h := whorl.Host{Ports: ports(whorl.Filtered, "no-response")}
	for n := uint16(200); n < 206; n++ {
		h.Ports = append(h.Ports, whorl.Port{Proto: "tcp", Number: n, State: whorl.Closed, Reason: "reset"})
	}
	want := []string{
		"Ports: 1/closed/tcp//tcpmux///, 22/open/tcp//ssh///, 200/closed/tcp/////, 201/closed/tcp/////, " +
			"202/closed/tcp/////, 203/closed/tcp/////, 204/closed/tcp/////, 205/closed/tcp/////, 40125/closed/udp/////",
		"Ignored State: filtered (98)",
	}
	if diff := cmp.Diff(want, portFields(h.Ports)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
