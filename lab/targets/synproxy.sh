#: synproxy [gvisor]
#:     a SYN proxy (nftables) in front of a Linux host, or of gVisor: port 80 is answered
#:     by it
routed
stamps=timestamp
case ${1:-} in
  '') serve t 80 ;;
  gvisor) # on a TUN device of the proxy, in the place of t
    # The proxy's own ACK echoes a timestamp that gVisor never sent, but believes: its
    # first round trip is then any, and its FIN often not repeated within two minutes.
    stamps=
    need go golang
    gvisor=$(program gvisor)
    ip -n "$prefix-m" addr del "$net.129/25" dev m1
    tap m g0 tun
    addr m g0 "$net.129/25"
    run gvisor ip netns exec "$prefix-m" "$gvisor" -dev g0 -ip "$net.130" -ip6 "$net6:2" -port 80
    ready 10
    ;;
  *) die "$target: unknown word $1" ;;
esac
# The proxy answers with cookies and hands a connection over once it stands; for the
# rest of its packets connection tracking must not adopt half-seen connections.
tune m net.netfilter.nf_conntrack_tcp_loose=0 net.ipv4.tcp_syncookies=1 net.ipv4.tcp_timestamps=1
rules m <<RULES || lacking "needs a kernel with nft_synproxy"
table ip lab {
  chain untrack {
    type filter hook prerouting priority raw
    iifname "m0" tcp dport 80 tcp flags syn notrack
  }
  chain proxy {
    type filter hook forward priority filter
    iifname "m0" tcp dport 80 ct state { invalid, untracked } synproxy mss 1460 wscale 9 $stamps sack-perm
    ct state invalid drop
  }
}
RULES
answer "ip=$net.130 open=80 closed=81"
