package harden

import "strings"

// Setting is one thing that can be set on a host.
type Setting struct {
	Name   string   `json:"name"`          // in a word or two, as a person calls it
	Key    string   `json:"key,omitempty"` // of sysctl; empty: a rule of nftables, or what Lines say
	Value  string   `json:"value,omitempty"`
	Lines  []string `json:"lines"`  // to type, as root; words in capitals are to be filled in
	Hides  string   `json:"hides"`  // what an outsider no longer sees
	Cost   string   `json:"cost"`   // what it takes from the host
	Source string   `json:"source"` // where its effect is known from
	family string   // it exists on
	effect func(p *Print)
}

// Chains are what the rules of nftables need, to type before the first of them.
var Chains = []string{
	"nft add table ip whorl",
	"nft add chain ip whorl in '{ type filter hook input priority -300; }'",
	"nft add chain ip whorl out '{ type filter hook output priority 300; }'",
}

// Rule reports whether the setting is a rule of nftables.
func (s *Setting) Rule() bool { return s.family == "Linux" && s.Key == "" }

// isSet reports whether a key has the value already, as far as its value is known.
func (s *Setting) isSet(current func(key string) (string, bool)) bool {
	if s.Key == "" || current == nil {
		return false
	}
	value, known := current(s.Key)
	return known && strings.Join(strings.Fields(value), " ") == s.Value
}

const measured = "measured: Linux 6.18, lab/up linux"

// settings are all that is known, for all families.
func settings() []Setting {
	sysctl := func(key, value, name, hides, cost string, effect func(*Print)) Setting {
		return Setting{Name: name, Key: key, Value: value, Lines: []string{"sysctl -w " + key + "=" + quoted(value)},
			Hides: hides, Cost: cost, Source: measured, family: "Linux", effect: effect}
	}
	rule := func(chain, text, name, hides, cost string, effect func(*Print)) Setting {
		return Setting{Name: name, Lines: []string{"nft add rule ip whorl " + chain + " '" + text + "'"},
			Hides: hides, Cost: cost, Source: measured, family: "Linux", effect: effect}
	}
	documented := func(family, name, key, value, source, hides, cost string, effect func(*Print)) Setting {
		return Setting{Name: name, Key: key, Value: value, Lines: []string{"sysctl " + key + "=" + value},
			Hides: hides, Cost: cost, Source: source, family: family, effect: effect}
	}
	return []Setting{
		sysctl("net.ipv4.tcp_timestamps", "0", "timestamps off", "the timestamp option, its clock, and the window that goes with it",
			"round trips are measured less well, and old segments of fast long connections are not told from new ones (RFC 7323)",
			accepting(func(o *options) { o.timestamps = false })),
		sysctl("net.ipv4.tcp_timestamps", "2", "timestamps without offsets", "that each connection has a timestamp clock of its own, as newer kernels do",
			"everybody sees how long the host is up", sharedClock),
		sysctl("net.ipv4.tcp_sack", "0", "SACK off", "the option SACK permitted", "connections that lose segments recover slowly (RFC 2018)",
			accepting(func(o *options) { o.sack = false })),
		sysctl("net.ipv4.tcp_window_scaling", "0", "window scaling off", "that windows are scaled, and by how much",
			"no connection has more than 64 KiB under way", accepting(func(o *options) { o.scale = "" })),
		sysctl("net.ipv4.tcp_rmem", "4096 131072 16384", "small receive buffers", "the window scale, which tells memory and version",
			"what the host receives is slow on all but short paths", accepting(func(o *options) {
				if o.scale != "" {
					o.scale = "7"
				}
			})),
		sysctl("net.ipv4.tcp_ecn", "0", "ECN off", "that ECN is accepted", "congestion is told by loss alone",
			func(p *Print) { p.set("ECN", "CC", "N") }),
		sysctl("net.ipv4.ip_default_ttl", "128", "TTL of 128", "the initial TTL of 64", "none; loops live twice as long",
			func(p *Print) { p.everywhere("T", "80") }),
		sysctl("net.ipv4.icmp_echo_ignore_all", "1", "no answer to pings", "echo replies and their IP IDs", "nobody can ping the host", noEcho),

		rule("in", "ct state invalid drop", "invalid packets dropped", "the answer to T7", "connection tracking is needed", silent("T7")),
		rule("in", "tcp flags & (fin|syn|rst|ack) != syn ct state new drop", "connections begin with a SYN", "the answers to T4 and T6",
			"connections that were open when the rule came are cut; connection tracking is needed", silent("T4", "T6")),
		rule("in", "tcp dport != { PORTS } ct state { new, invalid } drop", "closed TCP ports are silent", "the answers to T5, T6 and T7",
			"who connects to a closed port by mistake waits; PORTS are those that are open", noClosed),
		rule("in", "udp dport != { PORTS } ct state new drop", "closed UDP ports are silent", "port unreachable errors and what they quote: U1, and with it the distance",
			"traceroute ends before the host; PORTS are those that are open", silentUDP),
		rule("in", "icmp type echo-request icmp code != 0 drop", "odd pings dropped", "echo replies to a scanner, while ordinary pings are answered", "none", noEcho),
		rule("out", "ip id set 0", "IP ID zero", "the IP ID counter of echo replies and errors",
			"fragments of different datagrams cannot be told apart: only where the host sends none", zeroIDs),
		rule("out", "ip frag-off set 0", "DF off", "that TCP segments have DF set", "path MTU discovery (RFC 1191) does not work: routers fragment",
			func(p *Print) { p.only("DF", "N", "ECN", "T1", "T4", "T5", "T6", "T7") }),
		rule("out", "tcp flags & (syn|ack) == (syn|ack) tcp window set 8192", "window of 8192 in SYN-ACKs", "how the stack computes its first window",
			"the first flight of what clients send is smaller", func(p *Print) { p.windows("2000", "2000") }),

		documented("FreeBSD", "closed TCP ports are silent", "net.inet.tcp.blackhole", "2", "documented: blackhole(4)",
			"the answers to T5, T6 and T7", "who connects to a closed port by mistake waits", noClosed),
		documented("FreeBSD", "closed UDP ports are silent", "net.inet.udp.blackhole", "1", "documented: blackhole(4)",
			"port unreachable errors and what they quote: U1, and with it the distance", "traceroute ends before the host", silentUDP),
		documented("FreeBSD", "TTL of 128", "net.inet.ip.ttl", "128", "documented: inet(4)", "the initial TTL of 64", "none; loops live twice as long",
			func(p *Print) { p.everywhere("T", "80") }),
	}
}

func quoted(value string) string {
	if strings.Contains(value, " ") {
		return "'" + value + "'"
	}
	return value
}

// Known are the settings that hosts of a family have.
func Known(family string) (out []*Setting) {
	for _, s := range settings() {
		if s.family == family {
			out = append(out, &s)
		}
	}
	return out
}
