package main

// benign is a case of which a sensor should say nothing.
func benign(name, needs, words string) attempt {
	return attempt{name: name, class: none, needs: needs, run: words}
}

// onLossy is the same over a line that loses frames.
func onLossy(a attempt) attempt {
	a.target = []string{"delay", "delay=10ms", "loss=0.2"}
	return a
}

// benignCases are ordinary traffic, and some that looks like what tools do.
var benignCases = []attempt{
	benign("curl", "curl", "for i in 1 2 3 4 5; do curl -s -m 5 http://{ip}/; done"),
	benign("wget-6", "wget", "wget -q -T 5 -t 1 -O - http://[{ip6}]/"),
	benign("many-connections", "ab", "ab -n 2000 -c 20 http://{ip}:{open}/index.html"),
	benign("refused", "curl", "for i in 1 2 3; do curl -s -m 5 http://{ip}:{closed}/; done"),
	benign("ssh-keyscan", "ssh-keyscan", "ssh-keyscan -T 5 -p {open} {ip}; ssh-keyscan -T 5 {ip}"),
	benign("ping-120", "", "busybox ping -c 4 -s 120 {ip}"),
	benign("ping-150", "", "busybox ping -c 4 -s 150 {ip}"),
	benign("ping-6", "", "busybox ping -c 4 {ip6}"),
	benign("ecn-client", "curl", "busybox sysctl -qw net.ipv4.tcp_ecn=1; for i in 1 2 3; do curl -s -m 5 http://{ip}/; done"),
	benign("small-window", "curl", "busybox sysctl -qw 'net.ipv4.tcp_rmem=4096 4096 4096'; for i in 1 2 3; do curl -s -m 5 http://{ip}/; done"),
	benign("dig", "dig", "dig +time=1 +tries=2 @{ip} example.net"),
	benign("transfer", "iperf3", "{there} timeout 20 iperf3 -s -1 >/dev/null & sleep 1; iperf3 -c {ip} -n 4M"),
	onLossy(benign("lossy-client", "curl", "for i in 1 2 3 4 5 6 7 8 9 10; do curl -s -m 8 http://{ip}/; done")),
	benign("traceroute", "traceroute", "traceroute -n -m 4 -w 1 {ip}"),
	benign("traceroute-tcp", "tcptraceroute", "tcptraceroute -n -m 4 -w 1 {ip} {open}"),
	benign("mtr", "mtr", "mtr -n -r -c 3 {ip}"),
	{name: "syn-flood", class: none, needs: "hping3", run: "timeout 20 hping3 -n -q -S -p {open} --rand-source -i u500 -c 10000 {ip}"},
	{name: "crawler", class: none, needs: "curl", target: []string{"many"}, run: "for i in $(seq 1 60); do curl -s -m 5 http://198.18.0.$i/; done"},
	{name: "monitor", class: none, target: []string{"many"}, run: "for j in 1 2 3; do for i in $(seq 1 10); do busybox ping -c 1 198.18.0.$i; done; done"},
	benign("retries", "curl", "for i in $(seq 1 40); do curl -s -m 5 http://{ip}:{closed}/; done"),
	benign("deaf-client", "nft", "nft 'table ip deaf { chain in { type filter hook input priority 0; tcp flags & (syn|ack) == syn|ack drop; }; }'; curl -s -m 16 http://{ip}/"),
	benign("traceroute-6", "traceroute", "traceroute -n -6 -m 3 -w 1 {ip6}"),
	benign("dns-client", "dig", "for i in $(seq 1 30); do dig +time=1 +tries=1 @{ip} host$i.example.net; done"),
	play("health-check", none, "", "", healthCheck),
	play("udp-300-C", none, "", "", mdnsC),
	play("vanished-client", none, "", "", vanish),
	play("spoofed-syn", none, "", "", spoofed),
	play("udp-299-C", none, "", "", plainC),
}
