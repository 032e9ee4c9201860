package main

import (
	"slices"

	"whorl"
)

// attempt is one case: what is done to which target, and what a sensor should say of it.
// Of what it does, exactly one of run and play is set.
type attempt struct {
	name    string
	class   string // as in a label
	tool    string
	evasion string
	target  []string // words of lab/up; empty: linux
	needs   string   // a command that has to be installed
	run     string   // for a shell; words in braces are filled in by scene.shell
	play    func(*wire) error
	sources string // if it is not the vantage point alone
}

// Classes of labels.
const (
	fingerprint = string(whorl.OSFingerprint)
	timing      = string(whorl.OSFingerprintTiming)
	ports       = string(whorl.PortScan)
	versions    = string(whorl.VersionScan)
	discovery   = string(whorl.HostDiscovery)
	mass        = string(whorl.MassScan)
)

// Sources of cases that have more than one.
const (
	decoys     = "10.77.1.50,10.77.1.51,10.77.1.52"
	anySources = "*" // in a label: not compared
)

// cases are all of them.
var cases = slices.Concat(nmapCases, ourCases, playedCases, scanCases, benignCases)

// nmapOS is a case of nmap -O against a target, by default linux.
func nmapOS(name, flags, evasion string, target ...string) attempt {
	return attempt{name: "nmap-O" + name, class: fingerprint, tool: "nmap -O", evasion: evasion, target: target, needs: "nmap",
		run: "nmap -n -O " + flags + " {ip}"}
}

// from is a case with other sources.
func (c attempt) from(sources string) attempt {
	c.sources = sources
	return c
}

// Words for nmap.
const (
	both = "-p {open},{closed} " // ports
	fast = "--max-os-tries 1 -p {open},{closed} "
)

// nmapCases are runs of nmap that fingerprint.
var nmapCases = []attempt{
	nmapOS("", both, ""),
	nmapOS("-open", "-p {open}", ""),
	nmapOS("-closed", "-p {closed}", ""),
	nmapOS("-100ports", "-F", ""),
	nmapOS("-g53", both+"-g 53", "source port"),
	nmapOS("-data-length", both+"--data-length 40", "data length"),
	nmapOS("-ttl128", both+"--ttl 128", "TTL"),
	nmapOS("-decoys", both+"-D "+decoys+",ME", "decoys").from(decoys + "," + local),
	nmapOS("-random-decoys", fast+"-D RND:4,ME", "decoys").from(anySources),
	nmapOS("-fragments", both+"-f", "fragments"),
	nmapOS("-mtu24", fast+"--mtu 24", "fragments"),
	nmapOS("-ip-options", fast+`--ip-options '\x01\x01\x01\x00'`, "IP options"),
	nmapOS("-polite", fast+"-T2", "delay"),
	nmapOS("-delay", fast+"--scan-delay 1s", "delay"),
	nmapOS("-badsum", both+"--badsum", "checksum"),
	nmapOS("-gvisor", fast, "", "gvisor"),
	nmapOS("-lwip", fast, "", "lwip"),
	nmapOS("-synproxy", fast, "", "synproxy"),
	nmapOS("-router", both, "", "nat"),
	nmapOS("-lossy", fast, "", "delay", "delay=20ms", "loss=0.05", "reorder=0.05", "dup=0.05"),
	nmapOS("-hosts", fast+"198.18.0.2-8", "", "many"),
	nmapOS("-A", fast+"-A --version-light --script-timeout 3s", ""),
	{name: "nmap-O-busy", class: fingerprint, tool: "nmap -O", needs: "ab",
		run: "ab -n 3000 -c 10 http://{ip}:{open}/ & nmap -n -O " + fast + "{ip}; wait"},
	{name: "nmap-6-O", class: fingerprint, tool: "nmap -6 -O", needs: "nmap", run: "nmap -n -6 -O " + both + "{ip6}"},
	{name: "nmap-6-O-closed", class: fingerprint, tool: "nmap -6 -O", needs: "nmap", run: "nmap -n -6 -O -p {closed} {ip6}"},
}

// ours is a case of whorl. What Nmap's methods send is Nmap's, byte for byte.
func ours(name, class, tool, flags string) attempt {
	return attempt{name: "whorl-" + name, class: class, tool: tool, run: "{whorl} --no-system-db --plain " + flags}
}

// ourCases are runs of whorl.
var ourCases = []attempt{
	ours("scan", fingerprint, "whorl scan|nmap -O", "scan -p {open},{closed} {ip}"),
	ours("deep", fingerprint, "whorl scan", "scan --deep -p {open},{closed} {ip}"),
	ours("gen1", fingerprint, "whorl scan|nmap -O before 4.20", "scan --gen 1 -p {open},{closed} {ip}"),
	ours("temporal", fingerprint+"|"+timing, "whorl scan", "scan --temporal slf --timeout 16 -p {open},{closed} {ip}"),
	{name: "whorl-sweep", class: mass + "|" + discovery + "|" + ports, tool: "whorl scan", target: []string{"many"},
		run: "{whorl} sweep --no-system-db -p {open} --wait 1s {net}"},
}

// play is a case that is played.
func play(name, class, tool, evasion string, f func(*wire) error) attempt {
	return attempt{name: name, class: class, tool: tool, evasion: evasion, play: f}
}

// playedCases are tools that no package has.
var playedCases = []attempt{
	play("nmap-before-4.20", fingerprint, "nmap -O before 4.20", "", nmap1),
	play("queso", fingerprint, "queso", "", queso),
	play("xprobe2", fingerprint, "xprobe2", "", xprobe2),
	play("sinfp", fingerprint, "SinFP", "", sinfp),
	play("p0f-sendsyn", fingerprint, "p0f-sendsyn", "", sendsyn),
	play("gen2-shuffled", fingerprint, "nmap -O|nmap-like", "order", shuffled),
	play("gen2-altered", fingerprint, "nmap-like|nmap -O", "window, timestamp, payload", altered),
	play("snacktime", timing, "RING-like|", "", snacktime),
	play("ja4tscan", timing, "JA4TScan", "", ja4tscan),
	play("ring", timing, "RING-like", "", ring),
}

// scan is a case of a tool that scans and does not fingerprint.
func scan(name, class, tool, needs, words string) attempt {
	return attempt{name: name, class: class, tool: tool, needs: needs, run: words}
}

// zmap needs to be told the way to the target many.
const zmap = "zmap -q -T 1 -r 1000 -c 1 -i {dev} -S 10.77.1.1 -G $(ip neigh show 10.77.1.2 | cut -d ' ' -f 5) -b /dev/null -o /dev/null "

// scanCases are scans of other kinds.
var scanCases = []attempt{
	scan("nmap-sS", ports, "nmap -sS", "nmap", "nmap -n -sS -p 1-1000 {ip}"),
	scan("nmap-sV", versions+"|"+ports, "nmap -sV|nmap -sS", "nmap", "nmap -n -sV --version-light -p {open},{closed} {ip}"),
	{name: "nmap-sn", class: discovery, tool: "nmap -sn", needs: "nmap", target: []string{"many"}, run: "nmap -n -sn 198.18.0.1-32"},
	scan("nmap-sA", ports, "nmap -sA", "nmap", "nmap -n -sA -p 1-200 {ip}"),
	scan("nmap-sN", ports, "nmap -sN", "nmap", "nmap -n -sN -p 1-100 {ip}"),
	scan("nmap-sF", ports, "nmap -sF", "nmap", "nmap -n -sF -p 1-100 {ip}"),
	scan("nmap-sX", ports, "nmap -sX", "nmap", "nmap -n -sX -p 1-100 {ip}"),
	scan("nmap-sW", ports, "nmap -sA|nmap -sW", "nmap", "nmap -n -sW -p 1-100 {ip}"),
	scan("nmap-sM", ports, "nmap -sM|", "nmap", "nmap -n -sM -p 1-100 {ip}"),
	scan("nmap-sO", none+"|"+ports+"|"+discovery, "nmap -sO|nmap -sn|", "nmap", "nmap -n -sO --max-retries 0 {ip}"),
	scan("nmap-sC", ports+"|"+versions+"|"+none, "nmap -sS|nmap -sV|", "nmap", "nmap -n -sC --script-timeout 3s -p {open},{closed} {ip}"),
	{name: "nmap-pings", class: discovery, tool: "nmap -sn", needs: "nmap", target: []string{"many"}, run: "nmap -n -sn -PE -PP -PM 198.18.0.1-32"},
	scan("nmap-sU", ports, "nmap -sU|", "nmap", "nmap -n -sU --max-retries 0 -p 1-40 {ip}"),
	scan("nmap-sT", ports, "nmap -sT|", "nmap", "nmap -n -sT -p 1-300 {ip}"),
	scan("masscan", mass+"|"+ports, "masscan", "masscan",
		"timeout -s INT 20 masscan {ip} -p1-500 --rate 1000 --wait 1 --adapter {dev} --adapter-ip 10.77.1.1 --router-mac {mac}"),
	{name: "zmap-tcp", class: mass, tool: "zmap", needs: "zmap", target: []string{"many"}, run: zmap + "-p {open} {net}"},
	{name: "zmap-icmp", class: mass + "|" + discovery, tool: "zmap", needs: "zmap", target: []string{"many"}, run: zmap + "-M icmp_echoscan {net}"},
	scan("hping3-syn", none+"|"+ports, "hping3|", "hping3", "hping3 -n -S -p {open} -c 5 -i u200000 {ip}"),
	scan("hping3-scan", ports, "hping3|", "hping3", "hping3 -n --scan 1-200 -S {ip}"),
	scan("hping3-timestamp", none+"|"+ports, "hping3|", "hping3", "hping3 -n -S -p {open} --tcp-timestamp -c 5 -i u200000 {ip}"),
	scan("hping3-xmas", none+"|"+ports, "hping3|nmap -sX|", "hping3", "hping3 -n -F -P -U -p {closed} -c 5 -i u200000 {ip}"),
	scan("hping3-icmp-timestamp", none+"|"+discovery, "hping3|", "hping3", "hping3 -n --icmp-ts -c 5 -i u200000 {ip}"),
}
