#: scrub
#:     a Linux host behind a firewall (nftables) that rewrites what it sends, as pf scrub
#:     does: DF off, random IP IDs, TTL 255, MSS at most 1400; what words choose of df id
#:     ttl mss is rewritten, by default all
routed
serve t 80
[ $# -gt 0 ] || set -- df id ttl mss
for w; do
  case $w in
    df) rewrite="ip frag-off set ip frag-off & 0xbfff" ;;
    id) rewrite="ip id set numgen random mod 0xffffffff" ;; # the upper half is written (nft 1.0.6)
    ttl) rewrite="ip ttl set 255" ;;
    mss) rewrite="tcp flags syn tcp option maxseg size set 1400" ;;
    *) die "$target: unknown word $w" ;;
  esac
  scrubbing="${scrubbing:-}    $rewrite
"
done
rules m <<RULES || lacking "needs a kernel with nft_numgen and nft_exthdr"
table ip lab {
  chain scrub {
    type filter hook postrouting priority mangle
    oifname "m0" jump rewrite
  }
  chain rewrite {
$scrubbing  }
}
RULES
answer "ip=$net.130 open=80 closed=81"
