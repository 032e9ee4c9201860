#: haproxy
#:     HAProxy in TCP mode in front of a Linux host
need haproxy haproxy
routed
serve t 80
cat >"$state/haproxy.cfg" <<CONFIG
defaults
  mode tcp
  timeout connect 5s
  timeout client 30s
  timeout server 30s
listen web
  bind :80
  server t $net.130:80
CONFIG
run haproxy ip netns exec "$prefix-m" haproxy -db -f "$state/haproxy.cfg"
until_true 5 listening m 80
answer "ip=$net.126 open=80 closed=81"
