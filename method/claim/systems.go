package claim

// Systems as texts name them.
var (
	windows = System{"Microsoft", "Windows", "Windows"}
	darwin  = System{"Apple", "Darwin", "macOS or iOS"}
	macOS   = System{"Apple", "macOS", "macOS"}
	iOS     = System{"Apple", "iOS", "iOS"}
	android = System{"Google", "Android", "Android"}
	linux   = System{"Linux", "Linux", "Linux"}
	freeBSD = System{"FreeBSD", "FreeBSD", "FreeBSD"}
	openBSD = System{"OpenBSD", "OpenBSD", "OpenBSD"}
	netBSD  = System{"NetBSD", "NetBSD", "NetBSD"}
	solaris = System{"Oracle", "Solaris", "Solaris"}
)

// on is a distribution of Linux, or a system that runs Linux.
func on(name string) System { return System{"Linux", "Linux", name} }

// agents are words of User-Agent fields, before those that many texts share. The order
// matters: Windows Phone also says Android and iPhone, Android says Linux, iOS says
// Mac OS X.
//
// Sources: Microsoft, "User-agent strings" (Internet Explorer); MDN, "User-Agent header";
// Chromium, "User-Agent reduction"; WebKit blog, Safari 26 (frozen at iOS 18.6, and 18.7
// since); fields in the labelled captures.
var agents = []rule{
	{has: "bot", System: System{}}, // crawlers call themselves phones
	{has: "spider", System: System{}},
	{has: "crawler", System: System{}},
	{has: "Windows Phone", System: System{"Microsoft", "Windows Phone", "Windows Phone"}},
	{has: "Tizen", System: on("Tizen")},
	{has: "Web0S", System: on("webOS")},
	{has: "KAIOS", System: on("KaiOS")},
	{has: "CrOS ", System: on("Chrome OS")},
	{has: "Android 10; K)", System: System{"Google", "Android", "Android 10 or newer"}}, // reduced
	{has: "Android ", System: android, version: number},
	{has: "Android-", System: android, version: number},
	{has: "Android/", System: android, version: number},
	{has: "Android", System: android},
	{has: "iPhone OS ", System: iOS, version: mobile},
	{has: "CPU OS ", System: iOS, version: mobile},
	{has: "iOS/", System: iOS, version: number},
	{has: "; iOS ", System: iOS, version: number},
	{has: "iPhone", System: iOS},
	{has: "iPad", System: iOS},
	{has: "Microsoft-CryptoAPI/", System: windows, version: agentNT},
	{has: "Microsoft-Delivery-Optimization/", System: windows, version: agentNT},
	{has: "Microsoft BITS/", System: windows},
	{has: "Microsoft NCSI", System: windows},
	{has: "Microsoft-WNS/", System: windows},
	{has: "mingw32", System: windows},
	{has: "cygwin", System: windows},
	{has: "Windows NT ", System: windows, version: agentNT},
	{has: "WinNT", System: windows},
	{has: "Win98", System: windows, version: func(string) string { return "98" }},
	{has: "apple-darwin", System: macOS}, // for which a program was built
	{has: "Mac OS X ", System: macOS, version: mac},
	{has: "macOS/", System: macOS, version: number},
	{has: "macOS ", System: macOS, version: number},
	{has: "Mac OS X", System: macOS},
	{has: "Darwin/", also: "(x86_64)", System: macOS, version: macOfKernel},
	{has: "Darwin/", also: "(i386)", System: macOS, version: macOfKernel},
	{has: "Darwin/", System: darwin},
}

// servers are words of Server and X-Powered-By fields, before those that many texts share.
//
// Sources: Microsoft, "IIS" and "HTTP Server API" (http.sys 2.0 came with Windows Vista);
// Apache, directive ServerTokens; fields in the labelled captures.
var servers = []rule{
	{has: "Microsoft-IIS/10.0", System: windows, version: func(string) string { return ntName("10.0") }},
	{has: "Microsoft-IIS/8.5", System: windows, version: func(string) string { return ntName("6.3") }},
	{has: "Microsoft-IIS/8.0", System: windows, version: func(string) string { return ntName("6.2") }},
	{has: "Microsoft-IIS/7.5", System: windows, version: func(string) string { return ntName("6.1") }},
	{has: "Microsoft-IIS/7.0", System: windows, version: func(string) string { return ntName("6.0") }},
	{has: "Microsoft-IIS/6.0", System: windows, version: func(string) string { return ntName("5.2") }},
	{has: "Microsoft-IIS/5.1", System: windows, version: func(string) string { return ntName("5.1") }},
	{has: "Microsoft-IIS/5.0", System: windows, version: func(string) string { return ntName("5.0") }},
	{has: "Microsoft-IIS/", System: windows},
	{has: "Microsoft-HTTPAPI/2.0", System: windows, version: func(string) string { return "Vista or newer" }},
	{has: "Microsoft-HTTPAPI/", System: windows},
	{has: "WMServer/", System: windows},
	{has: "(Win32)", System: windows},
	{has: "(Win64)", System: windows},
	{has: "cisco-IOS", System: System{"Cisco", "IOS", "IOS"}},
}

// common are words that User-Agent, Server, X-Powered-By and SSDP share. A program that is
// in a distribution has its name in it; it runs in containers of it as well, on another
// Linux.
var common = []rule{
	{has: "Microsoft-Windows-NT/", System: windows, version: agentNT},
	{has: "Microsoft-Windows/", System: windows, version: agentNT},
	{has: "Windows", System: windows},
	{has: "FreeBSD", System: freeBSD},
	{has: "OpenBSD", System: openBSD},
	{has: "NetBSD", System: netBSD},
	{has: "SunOS", System: solaris},
	{has: "Ubuntu/", System: on("Ubuntu"), version: number},
	{has: "Ubuntu", System: on("Ubuntu")},
	{has: "ubuntu", System: on("Ubuntu")},
	{has: "Raspbian", System: on("Raspbian")},
	{has: "+deb", System: on("Debian"), version: number},
	{has: "Debian", System: on("Debian")},
	{has: "debian", System: on("Debian")},
	{has: "CentOS", System: on("CentOS")},
	{has: "Red Hat", System: on("Red Hat")},
	{has: "Fedora", System: on("Fedora")},
	{has: "SUSE", System: on("SUSE")},
	{has: "Roku ", System: on("Roku")},
	{has: "Linux/", System: linux, version: number},
	{has: "Linux ", System: linux, version: number},
	{has: "Linux", System: linux},
	{has: "linux-gnu", System: linux},
}

// platforms are the values of Sec-CH-UA-Platform (W3C, User-Agent Client Hints).
var platforms = []rule{
	{has: "Windows", System: windows, version: func(string) string { return "7 or newer" }}, // that Chromium ran on when it got the field
	{has: "macOS", System: macOS},
	{has: "Android", System: android},
	{has: "iOS", System: iOS},
	{has: "Chrome OS", System: on("Chrome OS")},
	{has: "Chromium OS", System: on("Chromium OS")},
	{has: "Linux", System: linux},
}

// banners are words of SSH identification strings. Other programs, dropbear and OpenSSH as
// such, run on everything.
//
// Sources: packages of OpenSSH in Debian, Ubuntu, FreeBSD and NetBSD and the Windows port,
// which add their name; strings in the labelled captures.
var banners = []rule{
	{has: "OpenSSH_for_Windows", System: windows},
	{has: "WinSSHD", System: windows},
	{has: "Ubuntu-", System: on("Ubuntu")},
	{has: "Raspbian-", also: "+deb", System: on("Raspbian"), version: debian},
	{has: "Raspbian-", System: on("Raspbian")},
	{has: "Debian-", System: on("Debian"), version: debian},
	{has: "FreeBSD-", System: freeBSD},
	{has: "NetBSD_Secure_Shell", System: netBSD},
	{has: "Sun_SSH", System: solaris},
	{has: "ROSSSH", System: System{"MikroTik", "RouterOS", "RouterOS"}},
	{has: "-Cisco-", System: System{Vendor: "Cisco", Name: "Cisco"}}, // IOS and ASA alike
}

// models are strings of _device-info. File servers on other systems call themselves Macs
// for the sake of their picture (model=Xserve, model=RackMac), so a Mac is known by
// osxvers alone: the major version of Darwin.
var models = []rule{
	{has: "osxvers=", System: macOS, version: macOfKernel},
	{has: "model=iPhone", System: iOS},
	{has: "model=iPad", System: iOS},
}
