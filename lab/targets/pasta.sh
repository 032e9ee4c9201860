#: pasta
#:     pasta, the user-mode network of newer rootless containers
need pasta passt
# pasta runs in m, with t as its gateway, and copies m's address and routes to v. What
# v sends to the gateway, pasta connects to the loopback of m.
space m t
wire m m0 t t0
addr m m0 "$net.1/24"
addr t t0 "$net.2/24"
via m "$net.2"
serve m 80
run pasta ip netns exec "$prefix-m" pasta --foreground --quiet --runas 0 --config-net --netns "/run/netns/$prefix-v" \
  --interface m0 --gateway "$net.2" --tcp-ns none --udp-ns none --tcp-ports none --udp-ports none
until_true 5 reaches v "$net.2"
answer "ip=$net.2 open=80 closed=81"
