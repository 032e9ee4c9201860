#: delay [delay=TIME] [jitter=TIME] [loss=P] [dup=P] [reorder=P] [seed=N] [SYSCTL=VALUE...]
#:     Linux behind a slow line: TIME like 50ms is one way, P is a probability 0 to 1
need go golang
relay=$(program relay)
space t
words=
for w; do
  case ${w%%=*} in
    delay | jitter | loss | dup | reorder | seed) words="$words -$w" ;;
    *) settings t "$w" ;;
  esac
done
# One process holds both devices; then one of them moves to the target.
at v ip tuntap add d0 mode tap
at v ip tuntap add d1 mode tap
# shellcheck disable=SC2086 # one word each
run relay ip netns exec "$prefix-v" "$relay" $words d0 d1
ready 5
ip -n "$prefix-v" link set d1 netns "$prefix-t"
ip -n "$prefix-v" link set d0 up
ip -n "$prefix-t" link set d1 up
here d0
addr t d1 "$net.2/24" "$net6:2/64"
serve t 80
answer "ip=$net.2 ip6=$net6:2 open=80 closed=81"
