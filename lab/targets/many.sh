#: many [24|16] [stock]
#:     256 or 65,536 addresses of one Linux stack behind a route; ICMP limits and queues
#:     are opened wide, with "stock" they are as the kernel sets them. Prints net=, net6=
#:     and spare=, an address that v may use as its own although its kernel does not
many=198.18.0.0/24 many6=$net6:ffff:0/120 limits=open
for w; do
  case $w in
    24) ;;
    16) many=198.18.0.0/16 many6=$net6:ffff:0/112 ;;
    stock) limits=stock ;;
    *) die "many: unknown word $w" ;;
  esac
done
direct
if [ $limits = open ]; then
  # One bucket per scanner address, shared by all addresses here, would hide most port
  # unreachables.
  tune t net.ipv4.icmp_ratelimit=0 net.ipv4.icmp_msgs_per_sec=1000000 net.ipv4.icmp_msgs_burst=100000 \
    net.ipv6.icmp.ratelimit=0 net.ipv4.tcp_max_syn_backlog=131072 net.core.somaxconn=131072
fi
mac() { at "$1" cat "/sys/class/net/$2/address"; }
neighbour() { ip -n "$prefix-$1" neighbour replace "$3" lladdr "$4" dev "$2" nud permanent; }
for a in "$net.1" "$net.3" "$net6:1" "$net6:3"; do neighbour t t0 "$a" "$(mac v v0)"; done
for a in "$net.2" "$net6:2"; do neighbour v v0 "$a" "$(mac t t0)"; done
for r in $many $many6; do ip -n "$prefix-t" route add local "$r" dev lo; done
ip -n "$prefix-v" route add "$many" via "$net.2"
ip -n "$prefix-v" route add "$many6" via "$net6:2"
serve t 80
answer "ip=${many%.*}.1 ip6=${many6%0/*}1 open=80 closed=81 net=$many net6=$many6 spare=$net.3"
