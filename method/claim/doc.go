// Package claim reads what hosts say of themselves in clear text: User-Agent and Server,
// SSH banners, SMB and NTLM versions, NetBIOS announcements, mDNS, SSDP, DHCP, data of pings.
//
// A claim is what a host says, not what its stack shows. It can be made up, and it can be
// another host's that speaks through this one. So it names no host: it stands beside a
// verdict, or against it. Nothing is sent, so there are no probes and no machine.
//
// [From] takes a packet and gives at most one [Claim]: where it stands, its text, and the
// address that it tells of. It looks at one packet alone: a claim that is cut off at the
// end of a segment is none, so that "Windows NT 1" is not read for "Windows NT 10.0". What
// passes a forwarder (Via, X-Forwarded-For, Age) is somebody else's and is none either.
// It allocates only when there is a claim.
//
// [Claim.System] says which system the text names, by the tables of systems.go, builds.go
// and leases.go. A version is as wide as the text allows: "Windows NT 10.0" is Windows 10
// or newer, "Mac OS X 10_15_7" any macOS since, and iPads. Texts that are known to lie name
// none: what toolkits and Samba say as NTLM version, crawlers, native OS in ASCII.
//
// The text of a claim is printable ASCII of at most [MaxText] bytes. [Claim.String] and
// [Parse] are its form in an observation:
//
//	User-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64) ...
//	NTLM: challenge 10.0.17763
//
// Sources: RFC 9110 (HTTP), RFC 4253 section 4.2 (SSH), [MS-CIFS] 2.2.4.53, [MS-NLMP]
// 2.2.1 and 2.2.2.10, [MS-BRWS] 2.2.1, RFC 6762 and RFC 6763 (mDNS), UPnP Device
// Architecture 1.0 section 1 (SSDP), RFC 2131 and RFC 2132 (DHCP).
package claim
