package seek

import (
	"fmt"
	"path"
	"strconv"
	"strings"
)

// Likely are the TCP ports tried without -p, the most useful first: ports that are
// often open on the machines people ask about. Any of them that is closed serves
// as the closed port. The order is our own: common services of servers, desktops,
// routers, printers and embedded devices interleaved.
var Likely = []uint16{
	80, 22, 443, 445, 3389, 23, 21, 25, 53, 135, 139, 8080, 3306, 5900, 8443, 5060, 161, 110, 143, 993,
	995, 587, 465, 111, 2049, 548, 631, 9100, 515, 5357, 62078, 7000, 5000, 49152, 1723, 179, 8291, 8728, 2000, 8000,
	8888, 81, 8081, 10000, 1433, 1521, 5432, 6379, 27017, 9200, 389, 636, 88, 464, 3268, 5985, 47001, 49153, 49154, 49155,
	902, 903, 8006, 3128, 1080, 8008, 8009, 5555, 554, 37777, 8554, 1883, 502, 102, 44818, 20000, 4786, 830, 6000, 2323,
	7547, 32764, 1900, 5351, 873, 3260, 2222, 5666, 10050, 9090, 9000, 4443, 7001, 5222, 6667, 113, 79, 37, 13, 7,
}

// Name gives the usual service of a TCP port, or an empty string.
func Name(port uint16) string {
	for i := range services {
		if services[i].port == port {
			return services[i].name
		}
	}
	return ""
}

// services are names from the IANA registry, and established ones for ports that
// the registry gives to something that is not met there, by port.
var services = [...]struct {
	port uint16
	name string
}{
	{7, "echo"}, {9, "discard"}, {13, "daytime"}, {21, "ftp"}, {22, "ssh"}, {23, "telnet"}, {25, "smtp"}, {37, "time"}, {53, "domain"}, {79, "finger"},
	{80, "http"}, {81, "http-alt"}, {88, "kerberos"}, {102, "iso-tsap"}, {110, "pop3"}, {111, "sunrpc"}, {113, "ident"}, {119, "nntp"}, {135, "msrpc"},
	{139, "netbios-ssn"}, {143, "imap"}, {161, "snmp"}, {179, "bgp"}, {389, "ldap"}, {443, "https"}, {445, "microsoft-ds"}, {464, "kpasswd"},
	{465, "submissions"}, {502, "modbus"}, {515, "printer"}, {548, "afp"}, {554, "rtsp"}, {587, "submission"}, {631, "ipp"}, {636, "ldaps"},
	{830, "netconf-ssh"}, {873, "rsync"}, {902, "vmware-auth"}, {993, "imaps"}, {995, "pop3s"}, {1080, "socks"}, {1433, "ms-sql"}, {1521, "oracle"},
	{1723, "pptp"}, {1883, "mqtt"}, {1900, "upnp"}, {2000, "sccp"}, {2049, "nfs"}, {2222, "ssh-alt"}, {3128, "squid"}, {3260, "iscsi"}, {3268, "ldap-gc"},
	{3306, "mysql"}, {3389, "ms-wbt-server"}, {4786, "smart-install"}, {5000, "upnp-http"}, {5060, "sip"}, {5222, "xmpp-client"}, {5351, "nat-pmp"},
	{5357, "wsdapi"}, {5432, "postgresql"}, {5555, "adb"}, {5666, "nrpe"}, {5900, "vnc"}, {5985, "wsman"}, {6000, "x11"}, {6379, "redis"}, {6667, "irc"},
	{7000, "airplay"}, {7547, "cwmp"}, {8000, "http-alt"}, {8006, "proxmox"}, {8008, "http-alt"}, {8009, "ajp13"}, {8080, "http-proxy"}, {8081, "http-alt"},
	{8291, "winbox"}, {8443, "https-alt"}, {8554, "rtsp-alt"}, {8728, "routeros-api"}, {8888, "http-alt"}, {9000, "http-alt"}, {9090, "http-alt"},
	{9100, "jetdirect"}, {9200, "elasticsearch"}, {10000, "webmin"}, {10050, "zabbix-agent"}, {20000, "dnp3"}, {27017, "mongodb"},
	{44818, "ethernet-ip"}, {47001, "winrm"}, {62078, "iphone-sync"},
}

// Top gives the n first of Likely.
func Top(n int) ([]uint16, error) {
	if n < 1 || n > len(Likely) {
		return nil, fmt.Errorf("seek: top ports: %d is not between 1 and %d", n, len(Likely))
	}
	return Likely[:n], nil
}

// ParsePorts reads a port list in Nmap's syntax: numbers, ranges with either end
// open, - for all from 1, service names with * and ?, and T: or U: in front of what
// is meant for TCP or UDP. Without a prefix ports are TCP.
//
//	22,80,443   1-1024   -   60000-   http*,T:21-25,U:53,161
func ParsePorts(spec string) (tcp, udp []uint16, err error) {
	var t, u portSet
	list := &t
	for item := range strings.SplitSeq(spec, ",") {
		text := strings.TrimSpace(item)
		if p, ok := strings.CutPrefix(text, "T:"); ok {
			list, text = &t, p
		} else if p, ok := strings.CutPrefix(text, "U:"); ok {
			list, text = &u, p
		}
		if err := list.parse(text); err != nil {
			return nil, nil, fmt.Errorf("seek: port list %.80q: %w", spec, err)
		}
	}
	return t.ports, u.ports, nil
}

// portSet keeps the first of equal ports, in order.
type portSet struct {
	ports []uint16
	seen  [1 << 16]bool
}

func (s *portSet) add(p uint16) {
	if !s.seen[p] {
		s.seen[p] = true
		s.ports = append(s.ports, p)
	}
}

// parse adds the ports of one item.
func (s *portSet) parse(text string) error {
	if text == "" {
		return fmt.Errorf("an item is empty; write ports like 22,80-90")
	}
	lo, hi, dash := strings.Cut(text, "-")
	digit := text[0] >= '0' && text[0] <= '9'
	switch {
	case dash && (digit || lo == ""): // not the dash of a name
		first, err := parsePort(lo, 1)
		if err != nil {
			return err
		}
		last, err := parsePort(hi, 65535)
		if err != nil {
			return err
		}
		if first > last {
			return fmt.Errorf("range %q runs backwards", text)
		}
		for p := int(first); p <= int(last); p++ {
			s.add(uint16(p))
		}
		return nil
	case digit:
		p, err := parsePort(text, 0)
		if err == nil {
			s.add(p)
		}
		return err
	}
	return s.addNamed(text)
}

func parsePort(s string, empty uint16) (uint16, error) {
	if s == "" {
		return empty, nil
	}
	n, err := strconv.ParseUint(s, 10, 32)
	if err != nil {
		return 0, fmt.Errorf("%q is neither a port number nor a range", s)
	}
	if n > 65535 {
		return 0, fmt.Errorf("port %s is out of range, the last one is 65535", s)
	}
	return uint16(n), nil
}

// addNamed adds ports by the name of their service, which may hold * and ?.
func (s *portSet) addNamed(pattern string) error {
	found := false
	for _, p := range Likely {
		ok, err := path.Match(pattern, Name(p))
		if err != nil {
			return fmt.Errorf("service name pattern %q: %w", pattern, err)
		}
		if ok && Name(p) != "" {
			found = true
			s.add(p)
		}
	}
	if !found {
		return fmt.Errorf("no service is named %q; give its number", pattern)
	}
	return nil
}
