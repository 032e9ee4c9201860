package claim

import (
	"strconv"
	"strings"
)

// ntName is the version of Windows by that of the kernel; empty: unknown.
//
// Source: Microsoft, "Operating System Version".
func ntName(version string) string {
	switch version {
	case "4.0":
		return "NT 4.0"
	case "5.0":
		return "2000"
	case "5.1":
		return "XP"
	case "5.2":
		return "XP x64 or Server 2003"
	case "6.0":
		return "Vista or Server 2008"
	case "6.1":
		return "7 or Server 2008 R2"
	case "6.2":
		return "8 or Server 2012"
	case "6.3":
		return "8.1 or Server 2012 R2"
	case "10.0":
		return "10 or newer"
	}
	return ""
}

// agentNT is the version of Windows in a User-Agent. Programs without a manifest are told
// 6.2 by every later Windows (Microsoft, GetVersionEx).
func agentNT(after string) string {
	v := number(after)
	if v == "6.2" {
		return "8 or newer"
	}
	return ntName(v)
}

// buildName are the releases that a build of Windows 10.0 stands for, the clients and servers
// that share it; empty: unknown. Updates by a switch keep the build of the base in protocols.
//
// Source: Microsoft, "Windows 10 release information", "Windows 11 release information",
// "Windows Server release information".
func buildName(n int) string {
	switch n {
	case 10240:
		return "10 1507"
	case 10586:
		return "10 1511"
	case 14393:
		return "10 1607 or Server 2016"
	case 15063:
		return "10 1703"
	case 16299:
		return "10 or Server 1709"
	case 17134:
		return "10 or Server 1803"
	case 17763:
		return "10 1809 or Server 2019"
	case 18362:
		return "10 or Server 1903 to 1909"
	case 18363:
		return "10 or Server 1909"
	case 19041:
		return "10 2004 to 22H2 or Server 2004 to 20H2"
	case 20348:
		return "Server 2022"
	case 22000:
		return "11 21H2"
	case 22621:
		return "11 22H2 to 23H2"
	case 22631:
		return "11 23H2"
	case 25398:
		return "Server 23H2"
	case 26100:
		return "11 24H2 to 25H2 or Server 2025"
	case 26200:
		return "11 25H2"
	}
	return ""
}

// ofBuild is the version of Windows 10.0 by its build.
func ofBuild(n int) string {
	if v := buildName(n); v != "" {
		return v
	}
	return ntName("10.0")
}

// natives are native OS strings. Windows 11 still calls itself 10, so the build counts.
//
// Sources: [MS-CIFS] 2.2.4.53; strings in the labelled captures; Samba and Linux, source
// (what they call themselves). In ASCII "Windows 2000 2195" is what an exploit framework
// sends.
var natives = []rule{
	{has: asciiMark + "Windows 2000 2195", System: System{}},
	{has: "|Samba", also: "Ubuntu", System: on("Ubuntu")},
	{has: "|Samba", also: "Debian", System: on("Debian")},
	{has: "|Samba", System: System{}}, // runs on everything
	{has: "Linux version ", System: linux, version: number},
	{has: "Windows Server 2003", System: windows, version: func(string) string { return "Server 2003" }},
	{has: "Windows Server (R) 2008", System: windows, version: func(string) string { return "Server 2008" }},
	{has: "Windows Server 2008 R2", System: windows, version: func(string) string { return "Server 2008 R2" }},
	{has: "Windows Server 2012 R2", System: windows, version: func(string) string { return "Server 2012 R2" }},
	{has: "Windows Server 2012", System: windows, version: func(string) string { return "Server 2012" }},
	{has: "Windows Server ", System: windows, version: func(s string) string { return "Server " + number(s) }},
	{has: "Windows 2002", System: windows, version: func(string) string { return "XP" }},
	{has: "Windows 5.1", System: windows, version: func(string) string { return "XP" }},
	{has: "Windows 5.0", System: windows, version: func(string) string { return "2000" }},
	{has: "Windows XP", System: windows, version: func(string) string { return "XP" }},
	{has: "Windows Vista", System: windows, version: func(string) string { return "Vista" }},
	{has: "Windows (TM) Vista", System: windows, version: func(string) string { return "Vista" }},
	{has: "Windows 10 ", System: windows, version: clientBuild},
	{has: "Windows ", System: windows, version: number},
	{has: "Windows", System: windows},
}

// clientBuild is the version in "Home 15063|...", after Windows 10.
func clientBuild(after string) string {
	os, _, _ := strings.Cut(after, "|")
	for word := range strings.FieldsSeq(os) {
		if n, err := strconv.Atoi(word); err == nil && n >= 10240 {
			v := ofBuild(n)
			client, _, _ := strings.Cut(v, " or Server")
			return client
		}
	}
	return ntName("10.0")
}

const (
	toolkitBuild = 7600 // of 6.1: Python toolkits say so whatever they run on, and so did Windows 7 before SP1
	leastBuild   = 1000 // those below are none of Windows
	// Linux says the version of its kernel since 5.17 and as build that of the file
	// system's module, which was 34 then (commit 52d005337b2c).
	moduleBuild = 34
)

// ntlmSystem is the system of "negotiate 10.0.19041". Samba says 6.1 with build 0.
func ntlmSystem(text string) System {
	kind, version, _ := strings.Cut(text, " ")
	release, last, _ := cutLast(version, ".")
	build, err := strconv.Atoi(last)
	major, minor, _ := strings.Cut(release, ".")
	switch {
	case err != nil, release == "6.1" && build == toolkitBuild:
		return System{}
	case build >= leastBuild && release == "10.0":
		return System{windows.Vendor, windows.Family, "Windows " + ofBuild(build)}
	case build >= leastBuild && ntName(release) != "":
		return System{windows.Vendor, windows.Family, "Windows " + ntName(release)}
	case build >= moduleBuild && build < leastBuild && kind != "challenge" && (atLeast(major, 6) || major == "5" && atLeast(minor, 17)):
		return on("Linux " + release)
	}
	return System{}
}

func cutLast(s, sep string) (before, after string, ok bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

func atLeast(digits string, least int) bool {
	n, err := strconv.Atoi(digits)
	return err == nil && n >= least
}

// Of server types ([MS-BRWS] 2.2.1).
const (
	unixServer = 0x800  // SV_TYPE_XENIX_SERVER, which Samba sets beside a version of Windows
	bareServer = 0x1003 // with 6.1 also said by macOS (measured: suricata-verify__rfb-partial-tx)
)

// announcedSystem is the system of "6.1 type 00051003".
func announcedSystem(text string) System {
	version, kind, _ := strings.Cut(text, " type ")
	bits, err := strconv.ParseUint(kind, 16, 32)
	if err != nil || bits&unixServer != 0 || bits == bareServer && version == "6.1" || ntName(version) == "" {
		return System{}
	}
	return System{windows.Vendor, windows.Family, "Windows " + ntName(version)}
}
