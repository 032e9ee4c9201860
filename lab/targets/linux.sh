#: linux [mtu=BYTES] [SYSCTL=VALUE...]
#:     the kernel of this machine, with net.* settings of its own; a comma in VALUE stands
#:     for a space
mtu=1500
case ${1:-} in mtu=*) mtu=${1#mtu=}; shift ;; esac
direct "$mtu"
settings t "$@"
serve t 80
answer "ip=$net.2 ip6=$net6:2 open=80 closed=81"
