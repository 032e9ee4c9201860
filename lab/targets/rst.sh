#: rst
#:     a middlebox that lets port 80 pass and forges the RST of every other TCP port
routed
serve t 80
rules m <<'RULES' || lacking "needs a kernel with nft_reject"
table ip lab {
  chain forge {
    type filter hook forward priority filter
    iifname "m0" tcp dport 80 accept
    iifname "m0" meta l4proto tcp reject with tcp reset
    iifname "m0" meta l4proto udp reject with icmp type admin-prohibited
  }
}
RULES
answer "ip=$net.130 open=80 closed=81"
