package main

import (
	"bytes"
	"math"
	"net"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// What a scan leaves undone over IPv6 is said, and of prefixes the likely hosts are taken.
func TestOver6(t *testing.T) {
	const deeper = " --deep --boxes --temporal s --gen 1,2"
	for args, want := range map[string]struct {
		count uint64
		told  string
	}{
		"192.0.2.7" + deeper:                              {1, ""},
		"2001:db8::7":                                     {1, ""},
		"2001:db8::7 --temporal slf --boxes":              {1, ""},
		"2001:db8::7 --deep=false":                        {1, ""},
		"192.0.2.7 2001:db8::7 --deep":                    {2, ""},
		"2001:db8::7" + deeper:                            {1, "nothing is done of --gen 1; name the IPv4 addresses"},
		"2001:db8::/64":                                   {1000, ""},
		"2001:db8::/64 2001:db8:1::/64*9":                 {1009, ""},
		"2001:db8::/64 192.0.2.0/24 --top-addresses 5":    {5 + 256, ""},
		"2001:db8::/64 --top-addresses 0":                 {math.MaxUint64, "18446744073709551615 addresses take years; --top-addresses 1000"},
		"2001:db8::/64 2001:db8:1::/64 --top-addresses 0": {math.MaxUint64, "more than 2^64 addresses in all"},
	} {
		var people bytes.Buffer
		a, o, c := &app{people: &people}, &scanOptions{timing: 3}, &cobra.Command{}
		o.flags(c)
		if err := c.ParseFlags(strings.Fields(args)); err != nil {
			t.Fatalf("%s: %v", args, err)
		}
		j, _, err := a.job(t.Context(), o, c.Flags().Args())
		if err != nil {
			t.Errorf("%s: %v", args, err)
			continue
		}
		if n := j.Targets.Count(); n != want.count {
			t.Errorf("%s: %d targets, want %d", args, n, want.count)
		}
		if told := people.String(); !strings.Contains(told, want.told) || want.told == "" && told != "" {
			t.Errorf("%s: told %q, want %q", args, told, want.told)
		}
	}
}

// With -6 a name stands for its IPv6 address.
func TestName6(t *testing.T) {
	if found, err := net.DefaultResolver.LookupNetIP(t.Context(), "ip6", "localhost"); err != nil || len(found) == 0 {
		t.Skip("localhost has no IPv6 address here")
	}
	for flag, six := range map[string]bool{"-6": true, "--ipv6": true, "-n": false} {
		a, o, c := &app{people: new(bytes.Buffer)}, &scanOptions{timing: 3}, &cobra.Command{}
		o.flags(c)
		if err := c.ParseFlags([]string{flag, "localhost"}); err != nil {
			t.Fatal(err)
		}
		j, _, err := a.job(t.Context(), o, c.Flags().Args())
		if err != nil || j.Targets.HasIPv6() != six {
			t.Errorf("localhost with %s: %v, %v", flag, j.Targets, err)
		}
	}
}
