package decoy

import (
	"errors"
	"net/netip"
	"strings"
	"testing"

	"whorl/persona"
)

func TestParseBackend(t *testing.T) {
	for _, c := range []struct {
		text     string
		anywhere bool
		want     persona.Backend
		err      string
	}{
		{"127.0.0.1:2222", false, persona.Backend{Network: "tcp", Address: "127.0.0.1:2222"}, ""},
		{"127.9.9.9:1", false, persona.Backend{Network: "tcp", Address: "127.9.9.9:1"}, ""},
		{"[::1]:65535", false, persona.Backend{Network: "tcp", Address: "[::1]:65535"}, ""},
		{"unix:/run/sshd.sock", false, persona.Backend{Network: "unix", Address: "/run/sshd.sock"}, ""},
		{"192.0.2.7:22", true, persona.Backend{Network: "tcp", Address: "192.0.2.7:22"}, ""},
		{"192.0.2.7:22", false, persona.Backend{}, "anywhere = true"},
		{"[2001:db8::7]:22", false, persona.Backend{}, "anywhere = true"},
		{"0.0.0.0:22", true, persona.Backend{}, "not the address of one host"},
		{"[::]:22", true, persona.Backend{}, "not the address of one host"},
		{"224.0.0.1:22", true, persona.Backend{}, "not the address of one host"},
		{"[::ffff:127.0.0.1]:22", false, persona.Backend{}, "want an address"},
		{"localhost:22", false, persona.Backend{}, "want an address"},
		{"127.0.0.1", false, persona.Backend{}, "want an address"},
		{"127.0.0.1:0", false, persona.Backend{}, "want an address"},
		{"2222", false, persona.Backend{}, "want an address"},
		{"", false, persona.Backend{}, "want an address"},
		{"unix:run/sshd.sock", false, persona.Backend{}, "absolute path"},
		{"unix:", false, persona.Backend{}, "absolute path"},
		{"unix:/" + strings.Repeat("x", 107), false, persona.Backend{}, "absolute path"},
		{"unix:/a\x00b", false, persona.Backend{}, "absolute path"},
	} {
		b, err := ParseBackend(c.text, c.anywhere)
		switch {
		case c.err == "" && (err != nil || *b != c.want):
			t.Errorf("%q: %+v, %v", c.text, b, err)
		case c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)):
			t.Errorf("%q: %+v, %v; want an error with %q", c.text, b, err, c.err)
		}
	}
}

// Whatever is read as a backend is on this machine, and reads the same again.
func FuzzParseBackend(f *testing.F) {
	for _, s := range []string{"127.0.0.1:2222", "[::1]:22", "unix:/run/x", "192.0.2.7:22", "[fe80::1%lo]:22"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		b, err := ParseBackend(text, false)
		if err != nil {
			return
		}
		again := b.Address
		if b.Network == "unix" {
			again = "unix:" + again
		} else if a := netip.MustParseAddrPort(b.Address); !a.Addr().IsLoopback() || a.Port() == 0 {
			t.Errorf("%q is taken for %+v", text, b)
		}
		if c, err := ParseBackend(again, false); err != nil || *c != *b {
			t.Errorf("%q: %+v, then %+v, %v", text, b, c, err)
		}
	})
}

// A service whose program is at a decoy's address would talk to itself.
func TestOwnBackend(t *testing.T) {
	for text, own := range map[string]bool{"198.18.0.9:80": true, "127.0.0.1:80": false} {
		o := town(t, "198.18.0.0/28", 1)
		b, err := ParseBackend(text, true)
		if err != nil {
			t.Fatal(err)
		}
		o.Groups[0].Persona.Services = []persona.Service{{Port: 80, Backend: b}}
		if _, err := New(o); errors.Is(err, errOwnBackend) != own {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// What a backend is told of a visitor (HAProxy, The PROXY protocol, section 2).
func TestProxyHeader(t *testing.T) {
	for _, c := range []struct {
		version     persona.ProxyHeader
		peer, local string
		want        string
	}{
		{persona.NoProxyHeader, "192.0.2.1:40000", "198.18.0.7:22", ""},
		{persona.ProxyV1, "192.0.2.1:40000", "198.18.0.7:22", "PROXY TCP4 192.0.2.1 198.18.0.7 40000 22\r\n"},
		{persona.ProxyV1, "[2001:db8::1]:40000", "[2001:db8::7]:22", "PROXY TCP6 2001:db8::1 2001:db8::7 40000 22\r\n"},
		{persona.ProxyV2, "192.0.2.1:40000", "198.18.0.7:22",
			"\r\n\r\n\x00\r\nQUIT\n" + "\x21" + "\x11" + "\x00\x0c" + "\xc0\x00\x02\x01" + "\xc6\x12\x00\x07" + "\x9c\x40" + "\x00\x16"},
		{persona.ProxyV2, "[2001:db8::1]:40000", "[2001:db8::7]:22",
			"\r\n\r\n\x00\r\nQUIT\n" + "\x21" + "\x21" + "\x00\x24" + "\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01" +
				"\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x07" + "\x9c\x40" + "\x00\x16"},
	} {
		v := &persona.Visit{Backend: &persona.Backend{Header: c.version}, Peer: netip.MustParseAddrPort(c.peer), Local: netip.MustParseAddrPort(c.local)}
		if got := string(proxyHeader(v)); got != c.want {
			t.Errorf("version %d of %s: %q, want %q", c.version, c.peer, got, c.want)
		}
	}
}
