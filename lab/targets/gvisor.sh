#: gvisor
#:     the netstack of gVisor on a TUN device
need go golang
gvisor=$(program gvisor)
tap v g0 tun
here g0
run gvisor ip netns exec "$prefix-v" "$gvisor" -dev g0 -ip "$net.2" -ip6 "$net6:2" -port 80
ready 10
answer "ip=$net.2 ip6=$net6:2 open=80 closed=81"
