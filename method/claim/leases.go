package claim

// leases are vendor classes and lists of parameters of DHCP clients. Lists are in the
// order in which a client asks, and whole.
//
// Sources: ndpi__iphone, ndpi__android, ndpi__1kxun, ndpi__wechat and ndpi__alexa-app of
// the labelled captures, where host names tell an iPhone, an iMac, a MacBook and Android;
// suricata-verify__output-eve-ftp-data and ndpi__1kxun for Windows; dhclient.conf of
// Debian, with what NetworkManager adds; Android, DhcpClient (class android-dhcp-N).
var leases = []rule{
	{has: classWord + "android-dhcp-", System: android, version: number},
	{has: hostWord + "android-", System: android},
	{has: listWord + "1,3,6,15,26,28,51,58,59,43;", System: android},
	{has: listWord + "1,33,3,6,15,26,28,51,58,59;", System: android},
	{has: classWord + "MSFT 5.0", also: ",121,249,", System: windows, version: func(string) string { return "Vista or newer" }}, // asks for routes by RFC 3442
	{has: classWord + "MSFT 5.0", System: windows, version: func(string) string { return "2000 or newer" }},
	{has: classWord + "MSFT 98", System: windows, version: func(string) string { return "98 or Me" }},
	{has: classWord + "dhcpcd-", also: ":Linux-", System: linux},
	{has: classWord + "udhcp", System: linux},
	{has: listWord + "1,121,3,6,15,119,252,95,44,46;", System: macOS},
	{has: listWord + "1,3,6,15,119,95,252,44,46;", System: macOS},
	{has: listWord + "1,121,3,6,15,119,252;", also: "iPhone", System: iOS}, // a host name that its owner left
	{has: listWord + "1,121,3,6,15,119,252;", also: "iPad", System: iOS},
	{has: listWord + "1,121,3,6,15,119,252;", also: "MacBook", System: macOS},
	{has: listWord + "1,121,3,6,15,119,252;", System: darwin},
	{has: listWord + "1,28,2,3,15,6,119,12,44,47,26,121,42;", System: linux},
	{has: listWord + "1,28,2,3,15,6,119,12,44,47,26,121,42,121,249,252,42;", System: linux},
}
