package main

import "strings"

// foreign are options of Nmap's that whorl scan has no flag for.
type foreign struct {
	names   string // separated by spaces
	value   bool   // a value may stand in the next word
	refused bool
	why     string // not refused and empty: it asks for what is done anyway
	instead string // what to do, if refused
}

// foreignOptions are refused where ignoring them would do something else than was
// asked for, and dropped where the result is the same.
var foreignOptions = []foreign{
	{names: "-O --privileged --send-ip --send-eth --noninteractive --reason --no-stylesheet"},
	{names: "-r --defeat-rst-ratelimit --allports --release-memory --log-errors", why: "there is nothing to switch"},
	{names: "--min-rtt-timeout --max-rtt-timeout --initial-rtt-timeout --min-rate", value: true,
		why: "waits follow the round trips that are measured"},
	{names: "--min-hostgroup --max-hostgroup --min-parallelism --max-parallelism --nsock-engine --stats-every", value: true,
		why: "-T and --max-rate say how fast a scan may go"},
	{names: "--max-os-tries", value: true, why: "probes without an answer are sent again, see --max-tries"},
	{names: "--osscan-limit", why: "a host without an open or a closed port is judged by what it answers, and the result says so"},
	{names: "--open", why: "ports are shown with their state"},
	{names: "--system-dns --disable-arp-ping --webxml --discovery-ignore-rst", why: "whorl needs no such thing"},
	{names: "--datadir --servicedb --versiondb --stylesheet --dns-servers", value: true, why: "whorl needs no such thing"},
	{names: "-PS -PA -PU -PY -PE -PP -PM -PO -PR", why: "whether a host is up shows in the search for its ports; -Pn takes all for up"},

	{names: "-A", refused: true, why: "asks for several things, of which whorl does one", instead: "without -A: naming the system is what whorl scan does; nmap -sV names services"},
	{names: "--script --script-args --script-args-file --script-trace --script-help --script-timeout --script-updatedb", value: true, refused: true,
		why: "whorl runs no scripts", instead: "nmap --script for that, and whorl for the system"},
	{names: "--traceroute", refused: true, why: "whorl traces no routes", instead: "without it; -v tells the distance in hops"},
	{names: "--version-intensity --version-light --version-all --version-trace", refused: true,
		why: "whorl names TCP/IP stacks, not services", instead: "nmap -sV for that, and whorl for the system"},
	{names: "-D -f --mtu --spoof-mac --data --data-string --data-length --proxies --badsum --ip-options", value: true, refused: true,
		why: "whorl does not disguise its probes: they are the measurement", instead: "without it"},
	{names: "-g --source-port --ttl --scanflags", value: true, refused: true,
		why: "this is part of the probes, and what is measured depends on it", instead: "without it; -S and -e choose where packets leave"},
	{names: "--scan-delay --max-scan-delay --host-delay", value: true, refused: true,
		why: "the cadence of the probes is part of the measurement", instead: "--max-rate 50, or -T2, to go easy on a network"},
	{names: "-iR", value: true, refused: true, why: "whorl makes up no targets", instead: "addresses you may scan"},
	{names: "--exclude-ports --port-ratio", value: true, refused: true, why: "ports are not chosen this way here", instead: "-p 22,80-90"},
	{names: "--append-output", refused: true, why: "outputs are written anew, an appended XML file would be broken", instead: "another file name"},
	{names: "-oS", value: true, refused: true, why: "this form is not written", instead: "-oN, -oX, -oG or --json"},
	{names: "--iflist", refused: true, why: "whorl does not list interfaces", instead: "ip address; ip route"},
}

// scanType is what to do with a letter of -s, as in -sSV.
func scanType(letter byte) foreign {
	switch letter {
	case 'S':
		return foreign{}
	case 'V':
		return foreign{refused: true, why: "whorl names TCP/IP stacks, not services", instead: "without V; nmap -sV names services"}
	case 'C':
		return foreign{refused: true, why: "whorl runs no scripts", instead: "without C; nmap -sC does that"}
	case 'U':
		return foreign{refused: true, why: "whorl needs one closed UDP port and finds it itself", instead: "without U; -p U:40000 chooses the port"}
	case 'T':
		return foreign{refused: true, why: "the probes are raw packets, there is no scan by connect()", instead: "-sS, or without it"}
	case 'n':
		return foreign{refused: true, why: "whorl does not only ask who is up", instead: "without it; a scan takes about a second a host"}
	case 'L':
		return foreign{refused: true, why: "whorl does not only list targets", instead: "without it"}
	}
	return foreign{refused: true, why: "whorl looks for ports with SYN packets only", instead: "-sS, or without it"}
}

// foreignOption finds what to do with an option that is not ours.
func foreignOption(arg string) (o foreign, known bool) {
	name, _, _ := strings.Cut(arg, "=")
	if letters, ok := strings.CutPrefix(name, "-s"); ok && letters != "" {
		for i := range len(letters) {
			if t := scanType(letters[i]); t.refused {
				return t, true
			}
		}
		return foreign{}, true
	}
	if len(name) > 3 && strings.HasPrefix(name, "-P") && strings.IndexByte("SAUYO", name[2]) >= 0 { // -PS22,80
		name = name[:3]
	}
	for _, o := range foreignOptions {
		for n := range strings.FieldsSeq(o.names) {
			if n == name {
				return o, true
			}
		}
	}
	return o, false
}
