#: slirp
#:     libslirp (BSD heritage), the user-mode network of qemu and rootless containers
need slirp4netns slirp4netns
# slirp4netns runs beside the services, which listen in t on its loopback, and serves
# the namespace of a process that waits in v.
space t
serve t 80
run wait ip netns exec "$prefix-v" sleep infinity
run slirp ip netns exec "$prefix-t" slirp4netns --configure --mtu=1500 "$!" s0
until_true 5 reaches v 10.0.2.2
answer "ip=10.0.2.2 open=80 closed=81"
