package persona_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"whorl"
	"whorl/osdb"
	"whorl/persona"
)

// named is a record that has no more than a name and a class.
func named(name, family, generation, device string) *osdb.Entry {
	return &osdb.Entry{Name: name, Classes: []whorl.Class{{Family: family, Generation: generation, DeviceType: device}}}
}

func TestUsual(t *testing.T) {
	const computer = "general purpose"
	for _, c := range []struct {
		e              *osdb.Entry
		protocol, want string // in the first text; empty: none is known
	}{
		{named("Linux 6.1 - 7.3", "Linux", "6.X", computer), "ssh", "Debian-7"},
		{named("Linux 4.19 - 5.2", "Linux", "4.X", computer), "ssh", "+deb10"},
		{named("Linux 2.6.32", "Linux", "2.6.X", computer), "http", "Apache/2.2.16 (Debian)"},
		{named("Linux 2.2.X", "Linux", "2.2.X", computer), "ssh", ""},
		{named("DD-WRT v24 (Linux 2.6.24)", "Linux", "2.6.X", "WAP"), "ssh", "dropbear"},
		{named("Microsoft Windows Server 2003 SP2", "Windows", "2003", computer), "http", "IIS/6.0"},
		{named("Microsoft Windows 10 1507 - 1607", "Windows", "10", computer), "ftp", "Microsoft FTP Service"},
		{named("Microsoft Windows 2000", "Windows", "2000", computer), "ssh", ""},
		{named("FreeBSD 11.0-RELEASE - 12.1", "FreeBSD", "11.X", computer), "ssh", "FreeBSD-20180909"},
		{named("FreeBSD 9.1", "FreeBSD", "9.X", computer), "telnet", "FreeBSD"},
		{named("Oracle Solaris 10", "Solaris", "10", computer), "ssh", "Sun_SSH_1.1"},
		{named("Cisco 2950 switch (IOS 12.1)", "IOS", "12.X", "switch"), "telnet", "User Access Verification"},
		{named("HP LaserJet 4250", "embedded", "", "printer"), "http", ""},
		{named("OpenBSD 6.0 - 6.4", "OpenBSD", "6.X", computer), "smtp", "mail ESMTP OpenSMTPD"},
	} {
		s, ok := persona.Usual(c.protocol, 1, c.e, "mail")
		text := string(s.Greeting)
		for _, r := range s.Rules {
			text += string(r.Reply)
		}
		if ok != (c.want != "") || !strings.Contains(text, c.want) || strings.Contains(text, "{") {
			t.Errorf("%s of %s: %q, want %q", c.protocol, c.e.Name, text, c.want)
		}
	}
}

// No record is given a service that contradicts it, or that cannot be used.
func TestUsualOfAll(t *testing.T) {
	found := map[string]int{}
	for db, e := range databases(t).Entries() {
		var all []persona.Service
		for i, protocol := range persona.Protocols {
			if s, ok := persona.Usual(protocol, uint16(1000+i), e, "mail.example.org"); ok {
				all = append(all, s)
				found[db.Database+" "+protocol]++
			}
		}
		if doubts := persona.Doubts(e, all); len(doubts) > 0 {
			t.Errorf("%s: %v", e.Name, doubts)
		}
		if len(all) == 0 {
			continue
		}
		if _, err := persona.New(e, persona.Options{Addr: victim, Services: all}); err != nil && strings.Contains(err.Error(), "service") {
			t.Error(err)
		}
	}
	var lines []string
	for what, n := range found {
		lines = append(lines, fmt.Sprintf("%s: %d", what, n))
	}
	slices.Sort(lines)
	t.Log(strings.Join(lines, ", "))
	for _, protocol := range persona.Protocols {
		if found[osdb.Embedded+" "+protocol] == 0 {
			t.Errorf("no embedded record has %s", protocol)
		}
	}
}

func TestDoubts(t *testing.T) {
	linux := named("Linux 3.2 - 4.9", "Linux", "3.X", "general purpose")
	printer := named("HP LaserJet 4250", "embedded", "", "printer")
	for _, c := range []struct {
		e          *osdb.Entry
		text, want string
	}{
		{linux, "SSH-2.0-OpenSSH_for_Windows_8.1\r\n", "says Windows"},
		{linux, "SSH-2.0-OpenSSH_7.4p1 Debian-10+deb9u7\r\n", ""},
		{linux, "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n", "comes with Linux 6.1"},
		{linux, "SSH-2.0-OpenSSH_8.8\r\n", ""},
		{linux, "HTTP/1.1 200 OK\r\nServer: Microsoft-IIS/7.5\r\n\r\n", "says Windows"},
		{linux, "220 mail ESMTP Postfix (Ubuntu)\r\n", ""},
		{linux, "220 Microsoft FTP Service\r\n", "says Windows"},
		{printer, "HTTP/1.1 200 OK\r\nServer: Microsoft-IIS/7.5\r\n\r\n", "says Windows"},
		{printer, "HTTP/1.1 200 OK\r\nServer: Debian\r\n\r\n", ""},
		{linux, "", ""},
	} {
		got := persona.Doubts(c.e, []persona.Service{{Port: 7, Greeting: []byte(c.text)}, {Port: 8, Rules: []persona.Rule{{Reply: []byte(c.text)}}}})
		if (c.want == "") != (len(got) == 0) || c.want != "" && (len(got) != 2 || !strings.Contains(got[0], "port 7: ") || !strings.Contains(got[1], c.want)) {
			t.Errorf("%q of %s: %q, want %q", c.text, c.e.Name, got, c.want)
		}
	}
}
