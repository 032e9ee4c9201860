package syn

// Link is a kind of link by the largest packet that it carries.
type Link struct {
	MTU    uint16 // bytes, IP header included; 65535 also stands for more
	Name   string
	Source string
}

// Links are what is known of MTUs, the smallest first. The array is only read. MTUs of
// tunnels are what they leave of 1500, unless said otherwise; a router may clamp the MSS
// to any of them.
var Links = [...]Link{
	{576, "minimum of IPv4 hosts", "RFC 791 section 3.2"},
	{1280, "minimum of IPv6, or a tunnel", "RFC 8200 section 5"},
	{1360, "tunnel clamped by a cloud", "usual clamp, MSS 1320"},
	{1400, "tunnel or VPN", "usual clamp"},
	{1410, "tunnel clamped by a cloud", "usual clamp, MSS 1370"},
	{1420, "WireGuard", "1500 - 80: IPv6, UDP, 16 + 16 bytes of its own"},
	{1440, "WireGuard over IPv4, or a tunnel", "1500 - 60"},
	{1450, "VXLAN", "RFC 7348: 50 bytes"},
	{1454, "PPPoE", "NTT FLET'S"},
	{1456, "L2TP", "1500 - 44"},
	{1460, "tunnel", "1500 - 40"},
	{1472, "IP in UDP", "RFC 768: 28 bytes"},
	{1476, "GRE", "RFC 2784: 24 bytes"},
	{1480, "IP in IP or 6in4", "RFC 2003, RFC 4213: 20 bytes"},
	{1488, "PPPoE and VLAN", "1492 - 4"},
	{1492, "PPPoE", "RFC 2516 section 7: 8 bytes"},
	{1496, "VLAN without room of its own", "IEEE 802.1Q: 4 bytes"},
	{1500, "Ethernet", "RFC 894"},
	{4352, "FDDI", "RFC 1390"},
	{4464, "token ring", "RFC 1191 section 7.1"},
	{8896, "cloud with large packets", "documented by Google Cloud"},
	{9000, "jumbo Ethernet", "usual setting"},
	{9001, "cloud with large packets", "documented by Amazon EC2"},
	{9180, "IP over ATM", "RFC 2225"},
	{16384, "loopback of BSD and macOS", "LOMTU"},
	{16436, "loopback of Linux before 3.6", "16384 + 52"},
	{65520, "VPN or user-mode network", "passt and IPoIB"},
	{65535, "loopback of Linux, or virtual link", "65536 since Linux 3.6"},
}

// MTU is the largest packet that the sender of the signature wants, by its MSS, up to
// 65535 bytes. ok is false if it has none.
func (s *Signature) MTU() (mtu uint16, ok bool) {
	headers := ipv4Headers
	if s.Version == 6 {
		headers = ipv6Headers
	}
	return uint16(min(int(s.MSS)+headers, 65535)), s.MSS > 0
}

// LinkOf finds what has that MTU. ok is false if nothing is known of it.
func LinkOf(mtu uint16) (l Link, ok bool) {
	for _, l := range Links {
		if l.MTU == mtu {
			return l, true
		}
	}
	return Link{}, false
}
