package claim

import "testing"

// What texts name: the system, with versions as wide as the text allows.
func TestSystem(t *testing.T) {
	const mozilla = "User-Agent: Mozilla/5.0 "
	tests := []struct{ claim, family, name string }{
		{mozilla + "(Windows NT 10.0; Win64; x64) AppleWebKit/537.36", "Windows", "Windows 10 or newer"},
		{mozilla + "(Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1", "Windows", "Windows 10 or newer"},
		{mozilla + "(Windows NT 6.1; WOW64)", "Windows", "Windows 7 or Server 2008 R2"},
		{mozilla + "(compatible; MSIE 10.0; Windows NT 6.2)", "Windows", "Windows 8 or newer"},
		{mozilla + "(Windows NT 7.5)", "Windows", "Windows"},
		{"User-Agent: Microsoft-CryptoAPI/5.131.2600.5512", "Windows", "Windows"},
		{"User-Agent: Microsoft-CryptoAPI/10.0", "Windows", "Windows 10 or newer"},
		{mozilla + "(Mobile; Windows Phone 8.1; Android 4.0; ARM; like iPhone OS 7_0_3 Mac OS X) like Gecko", "Windows Phone", "Windows Phone"},
		{mozilla + "(Linux; Android 6.0.1; Nexus 5 Build/M4B30Z)", "Android", "Android 6.0.1"},
		{mozilla + "(Linux; Android 10; K) Chrome/129.0.0.0", "Android", "Android 10 or newer"},
		{mozilla + "(Linux; Android 6.0.1; Nexus 5X) (compatible; Googlebot/2.1)", "", ""},
		{mozilla + "(iPhone; CPU iPhone OS 10_2 like Mac OS X)", "iOS", "iOS 10.2"},
		{mozilla + "(iPhone; CPU iPhone OS 18_6 like Mac OS X) Version/26.0", "iOS", "iOS 18.6 or newer"},
		{mozilla + "(iPad; CPU OS 9_3 like Mac OS X)", "iOS", "iOS 9.3"},
		{mozilla + "(Macintosh; Intel Mac OS X 10_14_6)", "macOS", "macOS 10.14.6"},
		{mozilla + "(Macintosh; Intel Mac OS X 10_15_7)", "macOS", "macOS 10.15.7 or newer, or iPadOS"},
		{mozilla + "(Macintosh; Intel Mac OS X 10.15; rv:91.0)", "macOS", "macOS 10.15 or newer, or iPadOS"},
		{"User-Agent: Magican CFNetwork/720.5.7 Darwin/14.5.0 (x86_64)", "macOS", "macOS 10.10"},
		{"User-Agent: Argo/900 CFNetwork/808.2.16 Darwin/16.3.0", "Darwin", "macOS or iOS"},
		{mozilla + "(X11; CrOS x86_64 15633.69.0)", "Linux", "Chrome OS"},
		{mozilla + "(X11; Ubuntu; Linux x86_64; rv:89.0)", "Linux", "Ubuntu"},
		{mozilla + "(X11; FreeBSD amd64)", "FreeBSD", "FreeBSD"},
		{"User-Agent: python-requests/2.6.0 CPython/2.7.5 Linux/3.10.0-693", "Linux", "Linux 3.10.0"},
		{"User-Agent: Wget/1.20.3 (mingw32)", "Windows", "Windows"},
		{"User-Agent: curl/7.58.0", "", ""},
		{"Sec-CH-UA-Platform: Windows", "Windows", "Windows 7 or newer"},
		{"Sec-CH-UA-Platform: Unknown", "", ""},
		{"Server: Microsoft-IIS/10.0", "Windows", "Windows 10 or newer"},
		{"Server: Microsoft-IIS/6.0", "Windows", "Windows XP x64 or Server 2003"},
		{"Server: Apache/2.2.15 (CentOS)", "Linux", "CentOS"},
		{"Server: Apache/1.3.33 (Unix)", "", ""},
		{"Server: cloudflare", "", ""},
		{"X-Powered-By: PHP/5.6.30-0+deb8u1", "Linux", "Debian 8"},
		{"SSH: SSH-2.0-OpenSSH_7.4p1 Debian-10+deb9u7", "Linux", "Debian 9"},
		{"SSH: SSH-2.0-OpenSSH_5.5p1 Debian-6+squeeze1", "Linux", "Debian"},
		{"SSH: SSH-2.0-OpenSSH_8.2p1 Ubuntu-4ubuntu0.3", "Linux", "Ubuntu"},
		{"SSH: SSH-2.0-OpenSSH_for_Windows_7.7", "Windows", "Windows"},
		{"SSH: SSH-2.0-Cisco-1.25", "", "Cisco"},
		{"SSH: SSH-2.0-dropbear_2014.63", "", ""},
		{"SMB native OS: Windows 5.1|Windows 2000 LAN Manager", "Windows", "Windows XP"},
		{"SMB native OS: Windows Server 2008 R2 Standard 7601 Service Pack 1|x", "Windows", "Windows Server 2008 R2"},
		{"SMB native OS: Windows Server 2016 Standard 14393|x 6.3", "Windows", "Windows Server 2016"},
		{"SMB native OS: Windows 10 Home 15063|Windows 10 Home 6.3", "Windows", "Windows 10 1703"},
		{"SMB native OS: Windows 10 Pro 14393|x", "Windows", "Windows 10 1607"},
		{"SMB native OS: Windows 10 Pro 22621|Windows 10 Pro 6.3", "Windows", "Windows 11 22H2 to 23H2"},
		{"SMB native OS: Windows 8.1 9600|Windows 8.1 6.3", "Windows", "Windows 8.1"},
		{"SMB native OS: ASCII Windows 2000 2195|Windows 2000 5.0", "", ""},
		{"SMB native OS: ASCII Windows Server 2008 R2 Standard 7601|x", "Windows", "Windows Server 2008 R2"},
		{"SMB native OS: Windows 6.1|Samba 4.3.11-Ubuntu", "Linux", "Ubuntu"},
		{"SMB native OS: Windows 6.1|Samba 4.10.4", "", ""},
		{"SMB native OS: Unix|Samba", "", ""},
		{"SMB native OS: Linux version 5.4.0-42-generic|CIFS VFS Client for Linux", "Linux", "Linux 5.4.0"},
		{"NTLM: challenge 10.0.17763", "Windows", "Windows 10 1809 or Server 2019"},
		{"NTLM: challenge 10.0.99999", "Windows", "Windows 10 or newer"},
		{"NTLM: negotiate 6.3.9600", "Windows", "Windows 8.1 or Server 2012 R2"},
		{"NTLM: negotiate 6.1.0", "", ""},
		{"NTLM: negotiate 6.1.7600", "", ""},
		{"NTLM: negotiate 6.1.40", "Linux", "Linux 6.1"},
		{"NTLM: negotiate 5.17.34", "Linux", "Linux 5.17"},
		{"NTLM: challenge 6.1.40", "", ""},
		{"NTLM: negotiate 5.1.40", "", ""},
		{"NTLM: negotiate", "", ""},
		{"NetBIOS: 6.1 type 00051003", "Windows", "Windows 7 or Server 2008 R2"},
		{"NetBIOS: 6.1 type 00809a03", "", ""},
		{"NetBIOS: 6.1 type 00001003", "", ""},
		{"NetBIOS: 5.0 type 00001003", "Windows", "Windows 2000"},
		{"NetBIOS: 9.9 type 00001003", "", ""},
		{"mDNS: osxvers=17", "macOS", "macOS 10.13"},
		{"mDNS: osxvers=20", "macOS", "macOS 11"},
		{"mDNS: osxvers=24", "macOS", "macOS 15"},
		{"mDNS: osxvers=25", "macOS", "macOS 26"},
		{"mDNS: osxvers=x", "macOS", "macOS"},
		{"mDNS: model=iPhone14,5", "iOS", "iOS"},
		{"mDNS: model=RackMac", "", ""},
		{"SSDP: Microsoft-Windows/6.1 UPnP/1.0", "Windows", "Windows 7 or Server 2008 R2"},
		{"SSDP: Linux/3.8.13+, UPnP/1.0, Portable SDK", "Linux", "Linux 3.8.13"},
		{"SSDP: Google Chrome/106.0.5249.103 Windows", "Windows", "Windows"},
		{"SSDP: vxWorks/5.5 UPnP/1.0", "", ""},
		{"DHCP: Request; list 1,3,6,15,26,28,51,58,59,43; class android-dhcp-9; max 1500", "Android", "Android 9"},
		{"DHCP: Inform; list 1,15,3,6,44,46,47,31,33,121,249,43,252; class MSFT 5.0", "Windows", "Windows Vista or newer"},
		{"DHCP: Request; list 1,15,3,6,44,46,47,31,33,43; class MSFT 5.0", "Windows", "Windows 2000 or newer"},
		{"DHCP: Request; list 1,121,3,6,15,119,252; max 1500", "Darwin", "macOS or iOS"},
		{"DHCP: Request; list 1,121,3,6,15,119,252; host Some-iPhone; max 1500", "iOS", "iOS"},
		{"DHCP: Request; list 1,121,3,6,15,119,252,9", "", ""},
		{"DHCP: Request; list 1,3,6; class udhcp 1.30.1", "Linux", "Linux"},
	}
	for _, tt := range tests {
		c, err := Parse(tt.claim)
		if err != nil {
			t.Error(err)
		}
		if s := c.System(); s.Family != tt.family || s.Name != tt.name {
			t.Errorf("%s: %q of family %q, want %q of %q", tt.claim, s.Name, s.Family, tt.name, tt.family)
		}
	}
}

// A rule behind one that fits whenever it does would never count.
func TestRulesAreReached(t *testing.T) {
	for _, table := range [][]rule{agents, servers, common, platforms, banners, natives, models, leases} {
		for i := range table {
			text := table[i].has
			if table[i].also != "" {
				text += " " + table[i].also
			}
			for j := range table[:i] {
				if first(text, table[j:j+1]) != (System{}) {
					t.Errorf("rule %q comes after %q", table[i].has, table[j].has)
				}
			}
		}
	}
}
