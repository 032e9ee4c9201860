package verdict

import (
	"strings"
	"testing"

	"whorl"
)

func TestClaimsBesideVerdicts(t *testing.T) {
	linux := whorl.Verdict{Name: "Linux 4.15 - 7.3", Vendor: "Linux", Family: "Linux"}
	shared := whorl.Verdict{Name: "FreeBSD 6.X or Apple macOS 10.4", Vendor: "FreeBSD", Family: "FreeBSD",
		Classes: []whorl.Class{{Vendor: "FreeBSD", Family: "FreeBSD"}, {Vendor: "Apple", Family: "macOS"}}}
	tests := []struct {
		name    string
		verdict whorl.Verdict
		says    string
		against bool
	}{
		{"another family", linux, "User-Agent: x (Windows NT 10.0)", true},
		{"the same", linux, "SSH: SSH-2.0-OpenSSH_8.2p1 Ubuntu-4", false},
		{"made from it", linux, "User-Agent: x (Linux; Android 9)", false},
		{"RouterOS is Linux", whorl.Verdict{Name: "MikroTik RouterOS", Vendor: "MikroTik", Family: "RouterOS"}, "Server: Apache (Ubuntu)", false},
		{"an appliance that runs Linux", whorl.Verdict{Name: "x", Vendor: "HP", Family: "embedded", Classes: []whorl.Class{{Vendor: "HP", Family: "embedded"}}}, "Server: Apache (Ubuntu)", false},
		{"iOS and macOS share a stack", whorl.Verdict{Name: "Apple macOS 11", Vendor: "Apple", Family: "macOS"}, "mDNS: model=iPhone14,5", false},
		{"either of them", whorl.Verdict{Name: "Apple macOS 11", Vendor: "Apple", Family: "macOS"}, "User-Agent: CFNetwork/1 Darwin/16.3.0", false},
		{"one of those that share a record", shared, "User-Agent: CFNetwork/1 Darwin/16.3.0", false},
		{"none of them", shared, "User-Agent: x (Windows NT 10.0)", true},
		{"a vendor alone", linux, "SSH: SSH-2.0-Cisco-1.25", false},
		{"a program", whorl.Verdict{Name: "x", Vendor: "x", Family: "x", DeviceType: programType}, "User-Agent: x (Windows NT 10.0)", false},
		{"no name", nothing("no record"), "User-Agent: x (Windows NT 10.0)", false},
	}
	for _, tt := range tests {
		h := &whorl.Host{Verdicts: []whorl.Verdict{tt.verdict},
			Observations: []whorl.Observation{{Method: "claim", Print: tt.says + "\n", Conditions: whorl.Conditions{Answered: 3}}}}
		says(h)
		if len(h.Claims) != 1 || h.Claims[0].Against != tt.against || h.Claims[0].Packets != 3 || len(h.Warnings) > 0 != tt.against {
			t.Errorf("%s: %+v, %q", tt.name, h.Claims, h.Warnings)
		}
		if h.Verdicts[0].Name != tt.verdict.Name {
			t.Errorf("%s: the verdict became %q", tt.name, h.Verdicts[0].Name)
		}
	}
}

// A claim never names a host, and one that cannot be read costs only itself.
func TestClaimsNameNobody(t *testing.T) {
	h := &whorl.Host{Observations: []whorl.Observation{
		{Method: "claim", Print: "User-Agent: x (Windows NT 10.0)\n"}, {Method: "claim", Print: "Telnet: x\n"}, {Method: "claim", Print: "Server: x\n"}}}
	j := &Handshakes{known: map[string]*heard{}}
	j.Judge(h)
	if len(h.Verdicts) != 1 || h.Verdicts[0].Name != whorl.Unknown || len(h.Claims) != 1 || h.Claims[0].Name != "Windows 10 or newer" {
		t.Errorf("%+v, %+v", h.Verdicts, h.Claims)
	}
	if len(h.Warnings) != 1 || !strings.Contains(h.Warnings[0], `"Telnet"`) {
		t.Errorf("%q", h.Warnings)
	}
}
