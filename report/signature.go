package report

import (
	"slices"

	"whorl"
)

// Numbers of signatures: firstSignature + signatureStep for each class + the place of the
// tool, from 1; 0 is for a tool without a place. They lie in the range that Suricata and
// Snort keep for local use (1,000,000 to 1,999,999), and never change their meaning.
const (
	firstSignature = 1_931_000
	signatureStep  = 100
)

// contactClass is how a class of contacts is told.
type contactClass struct {
	class     whorl.ContactClass
	words     string
	category  string // as in Suricata's classification.config
	technique string // of MITRE ATT&CK
	threat    int    // 0 to 10 if it is sure, for CEF
}

// contactClasses are all classes. New ones go to the end.
var contactClasses = []contactClass{
	{whorl.OSFingerprint, "OS fingerprinting", "Attempted Information Leak", "T1592.004", 7},
	{whorl.OSFingerprintTiming, "OS fingerprinting by timing", "Attempted Information Leak", "T1592.004", 7},
	{whorl.PortScan, "port scan", "Detection of a Network Scan", "T1046", 4},
	{whorl.VersionScan, "version scan", "Detection of a Network Scan", "T1046", 5},
	{whorl.HostDiscovery, "host discovery", "Detection of a Network Scan", "T1018", 3},
	{whorl.MassScan, "mass scan", "Detection of a Network Scan", "T1595.001", 2},
	{whorl.Malformed, "malformed packets", "Generic Protocol Command Decode", "", 3},
	{whorl.DecoyContact, "contact with a decoy", "Detection of a Network Scan", "T1595", 5},
}

// tools have numbers by their places. New ones go to the end.
var tools = []string{
	"nmap -O", "nmap -6 -O", "nmap -O before 4.20", "nmap-like", "whorl scan",
	"queso", "queso-like", "xprobe2", "xprobe2-like", "SinFP", "SinFP-like", "p0f-sendsyn", "p0f-sendsyn-like",
	"nmap -sS", "nmap -sA", "nmap -sN", "nmap -sF", "nmap -sX", "nmap -sn", "nmap -sV",
	"masscan", "zmap", "hping3", "JA4TScan", "RING-like", "nmap -sU", "nmap -sM",
}

// place is where the class of a contact stands in the list; behind them if it does not.
func place(c *whorl.Contact) int {
	if i := slices.IndexFunc(contactClasses, func(k contactClass) bool { return k.class == c.Class }); i >= 0 {
		return i
	}
	return len(contactClasses)
}

// classOf is how the class of a contact is told.
func classOf(c *whorl.Contact) contactClass {
	if i := place(c); i < len(contactClasses) {
		return contactClasses[i]
	}
	return contactClass{class: c.Class, words: orElse(string(c.Class), "contact"), category: "Misc activity"}
}

// signatureID is the number of a class and a tool.
func signatureID(c *whorl.Contact) int {
	return firstSignature + place(c)*signatureStep + slices.Index(tools, c.Tool) + 1
}

// signature is a class and a tool in words.
func signature(c *whorl.Contact) string {
	if c.Tool == "" {
		return classOf(c).words
	}
	return classOf(c).words + ": " + c.Tool
}

// protocols are the names that Suricata writes.
var protocols = map[string]string{"tcp": "TCP", "udp": "UDP", "icmp": "ICMP", "icmpv6": "IPv6-ICMP"}

// mainPort is the port of the first probe that had one, and its protocol.
func mainPort(c *whorl.Contact) (port uint16, proto string) {
	for i := range c.Probes {
		p := &c.Probes[i]
		if proto == "" || p.Port > 0 {
			port, proto = p.Port, protocols[p.Proto]
		}
		if port > 0 {
			return port, proto
		}
	}
	if len(c.Ports) > 0 {
		port = c.Ports[0]
	}
	return port, proto
}
