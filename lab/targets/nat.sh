#: nat
#:     one address, two hosts behind it: port 80 is Linux, port 8080 is Linux with
#:     TTL 128 and neither timestamps nor window scaling; all else is the router
routed
space u
wire m m2 u u0
addr m m2 10.77.2.1/24
addr u u0 10.77.2.2/24
via u 10.77.2.1
tune u net.ipv4.ip_default_ttl=128 net.ipv4.tcp_timestamps=0 net.ipv4.tcp_window_scaling=0
serve t 80
serve u 8080
rules m <<RULES || lacking "needs a kernel with nft_nat"
table ip lab {
  chain in {
    type nat hook prerouting priority dstnat
    iifname "m0" tcp dport 80 dnat to $net.130
    iifname "m0" tcp dport 8080 dnat to 10.77.2.2
  }
  chain out {
    type nat hook postrouting priority srcnat
    oifname "m0" masquerade
  }
}
RULES
answer "ip=$net.126 open=80,8080 closed=81"
