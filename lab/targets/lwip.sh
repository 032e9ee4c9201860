#: lwip
#:     lwIP of Debian's liblwip on a TAP device
[ -e /usr/include/lwip/lwip/api.h ] || lacking "needs lwIP: apt-get install liblwip-dev"
need cc gcc
lwip=$(program lwip)
tap v l0 tap
here l0
run lwip ip netns exec "$prefix-v" "$lwip" l0 "$net.2" "$net6:2" 80
ready 10
answer "ip=$net.2 ip6=$net6:2 open=80 closed=81"
