package main

import (
	"errors"
	"net/netip"
	"strings"
	"testing"
)

// Names with addresses of both versions are counted, and one line says how to take both.
func TestLookup(t *testing.T) {
	four, six, mapped := netip.MustParseAddr("192.0.2.7"), netip.MustParseAddr("2001:db8::7"), netip.MustParseAddr("::ffff:192.0.2.7")
	known := map[string][]netip.Addr{"a.example": {six, four}, "b.example": {mapped, six}, "four.example": {four, mapped}, "six.example": {six}}
	for names, want := range map[string]string{
		"":                                "",
		"four.example six.example":        "",
		"none.example":                    "",
		"four.example a.example":          "whorl: a.example has an IPv6 address too; -4 -6 takes both, -6 that alone\n",
		"b.example six.example a.example": "whorl: 2 names have IPv6 addresses too, the first is b.example; -4 -6 takes both, -6 those alone\n",
	} {
		l := &lookup{resolve: func(name string) ([]netip.Addr, error) {
			if known[name] == nil {
				return nil, errors.New("no such host")
			}
			return known[name], nil
		}}
		for name := range strings.FieldsSeq(names) {
			if addrs, err := l.note(name); (err == nil) != (len(addrs) > 0) {
				t.Errorf("%s: %v, %v", name, addrs, err)
			}
		}
		var people strings.Builder
		if l.tell(&people); people.String() != want {
			t.Errorf("%s: told %q, want %q", names, people.String(), want)
		}
	}
}
