package claim

import (
	"strconv"
	"strings"
)

// ntNames are versions of Windows by that of the kernel.
//
// Source: Microsoft, "Operating System Version".
var ntNames = map[string]string{
	"4.0":  "NT 4.0",
	"5.0":  "2000",
	"5.1":  "XP",
	"5.2":  "XP x64 or Server 2003",
	"6.0":  "Vista or Server 2008",
	"6.1":  "7 or Server 2008 R2",
	"6.2":  "8 or Server 2012",
	"6.3":  "8.1 or Server 2012 R2",
	"10.0": "10 or newer",
}

// agentNT is the version of Windows in a User-Agent. Programs without a manifest are told
// 6.2 by every later Windows (Microsoft, GetVersionEx).
func agentNT(after string) string {
	v := number(after)
	if v == "6.2" {
		return "8 or newer"
	}
	return ntNames[v]
}

// builds are the releases that a build of Windows 10.0 stands for, the clients and servers
// that share it. Updates by a switch keep the build of the base in protocols.
//
// Source: Microsoft, "Windows 10 release information", "Windows 11 release information",
// "Windows Server release information".
var builds = map[int]string{
	10240: "10 1507",
	10586: "10 1511",
	14393: "10 1607 or Server 2016",
	15063: "10 1703",
	16299: "10 or Server 1709",
	17134: "10 or Server 1803",
	17763: "10 1809 or Server 2019",
	18362: "10 or Server 1903 to 1909",
	18363: "10 or Server 1909",
	19041: "10 2004 to 22H2 or Server 2004 to 20H2",
	20348: "Server 2022",
	22000: "11 21H2",
	22621: "11 22H2 to 23H2",
	22631: "11 23H2",
	25398: "Server 23H2",
	26100: "11 24H2 to 25H2 or Server 2025",
	26200: "11 25H2",
}

// ofBuild is the version of Windows 10.0 by its build.
func ofBuild(n int) string {
	if v, ok := builds[n]; ok {
		return v
	}
	return ntNames["10.0"]
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
	return ntNames["10.0"]
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
	case build >= leastBuild && ntNames[release] != "":
		return System{windows.Vendor, windows.Family, "Windows " + ntNames[release]}
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
	if err != nil || bits&unixServer != 0 || bits == bareServer && version == "6.1" || ntNames[version] == "" {
		return System{}
	}
	return System{windows.Vendor, windows.Family, "Windows " + ntNames[version]}
}
