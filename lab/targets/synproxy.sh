#: synproxy
#:     a SYN proxy (nftables) in front of a Linux host: port 80 is answered by it
routed
serve t 80
# The proxy answers with cookies and hands a connection over once it stands; for the
# rest of its packets connection tracking must not adopt half-seen connections.
tune m net.netfilter.nf_conntrack_tcp_loose=0 net.ipv4.tcp_syncookies=1 net.ipv4.tcp_timestamps=1
rules m <<'RULES' || lacking "needs a kernel with nft_synproxy"
table ip lab {
  chain untrack {
    type filter hook prerouting priority raw
    iifname "m0" tcp dport 80 tcp flags syn notrack
  }
  chain proxy {
    type filter hook forward priority filter
    iifname "m0" tcp dport 80 ct state { invalid, untracked } synproxy mss 1460 wscale 9 timestamp sack-perm
    ct state invalid drop
  }
}
RULES
answer "ip=$net.130 open=80 closed=81"
