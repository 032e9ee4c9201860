package main

import (
	"bytes"
	"context"
	"net/netip"
	"strings"
	"testing"

	"whorl/osdb"
)

func TestPorts(t *testing.T) {
	for _, s := range []string{"", "0", "80,", "65536", "http"} {
		var ports []uint16
		if portsInto(&ports)(s) == nil {
			t.Errorf("%q is taken for ports", s)
		}
	}
	var ports []uint16
	if err := portsInto(&ports)("22,80"); err != nil || len(ports) != 2 || ports[1] != 80 {
		t.Errorf("%v, %v", ports, err)
	}
}

func TestRefused(t *testing.T) {
	tests := []struct{ args, want string }{
		{"t0", usage},
		{"t0 fd00::/64", "want an IPv4 prefix"},
		{"t0 10.0.0.0/7", "more than"},
		{"-embedded=false t0 10.0.0.0/24", "no record"},
		{"-db nowhere.osdb t0 10.0.0.0/24", "cannot be opened"},
		{"-share 2 t0 10.0.0.0/24", "share"},
		{"no-such-interface 10.0.0.0/24", "no-such-interface"},
	}
	for _, tt := range tests {
		if err := run(context.Background(), strings.Fields(tt.args)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.args, err, tt.want)
		}
	}
}

func TestTruth(t *testing.T) {
	var b bytes.Buffer
	tell(&b)(netip.MustParseAddr("198.18.0.7"), &osdb.Entry{Name: "A B"})
	if b.String() != "198.18.0.7\tA B\n" {
		t.Errorf("truth %q", &b)
	}
}
