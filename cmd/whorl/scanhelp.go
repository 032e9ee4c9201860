package main

// scanLong is what whorl scan --help says first.
const scanLong = `Probe hosts and name their operating systems.

Targets are addresses, names, prefixes (192.0.2.0/24) and octet ranges
(192.0.2-3.1-254). For each host that is up, one open and one closed TCP port
are looked for, then sixteen probes go out within a second. Options of Nmap
that have the same meaning have the same name.

Of a name the IPv4 address is taken, or that of IPv6 if there is no other; -4
and -6 take one version alone, -4 -6 an address of each. Two addresses that are
shown to be one machine, by hardware address, clock, or name and answers, have
one verdict: the one that is done second, which names the other.

An IPv6 address of the link names its interface (fe80::1%eth0). Of an IPv6
prefix the likeliest hosts are taken: as many as --top-addresses says (0 is
all), or N of PREFIX*N. --neighbours finds those on the segment of -e. Over
IPv6 seventeen probes go out; --gen 1 is for IPv4 alone.

--gen 1 sends the probes of Nmap's first generation instead, of which older
databases tell (nmap-os-fingerprints, honeyd's nmap.prints; name them with
--db), and -oN uses its words. --gen 1,2 sends both; the verdict is one.

Where these leave a tie or an unknown host that probes of our own can decide,
up to 20 packets follow by themselves, over IPv6 up to 12, and the host is
judged again. --deep sends them to every host, and 17 more over IPv6;
--deep=false sends them to none, and so do -T0 to -T2.

Where two ports are open, or answers come from several distances, up to 30
packets more compare ports of the host, to find what stands in the way: a NAT,
a proxy, a load balancer, a firewall that resets in its name. --boxes compares
on every host, --boxes=false on none, and so do -T0 to -T2.

--temporal leaves the last segment of a host unacknowledged and times the
copies: of SYN-ACKs (s), of FINs after ours (l) and before ours (f). It ends
when more would tell nothing, or after --timeout seconds. It needs an open port,
and CAP_NET_ADMIN or a kernel with TCP signatures, so that this machine does not
reset the connections; or -S. --cron-OS adds the lines and guesses of that tool.

-S may name an address that nobody has, of the segment that this machine is on.
whorl asks the segment first, and answers ARP, or neighbour discovery for one of
IPv6, as long as it runs.

--heard fills gaps by what whorl listen has heard: hosts that do not answer, or
have no open port, get a name by their own connections, with when and where that
was heard; others a warning if it contradicts what they answer. FILE has records
of whorl listen --json, which may still be written, or is a capture; - is
standard input, read to its end first. It names targets only, and adds none.

Several outputs can be asked for at once. The word after --json is its file if
it is -, begins with / or . , or ends in .json, .jsonl or .ndjson; else it is a
target. --json=FILE takes any name. Where there are targets of IPv4 and IPv6,
-oA BASE writes the XML of the latter to BASE.6.xml, as some readers of Nmap's
XML want an IPv4 address of each host.

--plot draws when segments were repeated (--temporal), beside the schedules of
the likeliest records, and the ISNs, IP IDs and timestamps of SEQ. FILE.svg is
the first host that is done, FILE-ADDRESS.svg any other, up to 64; - is the
first on standard output.

Of 4096 addresses or more that lie behind a gateway, all are first asked who is
there, without waiting for each. Large ranges are walked in an order that
spreads neighbours, the same in every run, so the n processes with --shard 1/n
to n/n share a range without overlap.

With --state, what is done survives a crash of whorl at any moment: --resume
gives it out again and goes on, with the targets, options and outputs of the
first run, so run it in the same folder; only --max-rate, --status-every,
--plain and -v may be given anew. --status-every prints JSON Lines to standard
error: schema, time, done, total, in_flight, up, named, packets, rate (packets
a second), lost (frames), eta_seconds (null until it is known), families.
--plain prints a line of text every ten seconds.

The exit code is 0 if all is well, 1 if something could not be done and the
rest was, 2 if the command line is wrong, 77 if a capability is missing, and
130 after an interrupt; what is known by then is written.`

// scanExamples are ways to call it.
const scanExamples = `  whorl scan 192.0.2.7 -p 22,81
  whorl scan -4 -6 www.example.net
  whorl scan 192.0.2.0/24 --json | jq .verdicts[0].name
  whorl scan -iL hosts.txt -oA monday --record monday.pcapng
  whorl scan 10.0.0.0/16 --state a.state --json=a.json
  whorl scan --resume a.state
  whorl scan 192.0.2.0/24 --heard office.json
  whorl scan --temporal slf --timeout 60 192.0.2.7 -p 80
  whorl scan localhost -v`
