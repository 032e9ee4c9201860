#: personas [BITS] [db=FILE] [embedded=false] [key=N] [share=P] [ahead=N] [keep=N]
#:          [open=PORTS] [closed=PORTS] [reply=TIME] [truth=FILE]
#:          [delay=TIME] [jitter=TIME] [loss=P] [dup=P] [reorder=P] [seed=N]
#:     many different hosts: each address of 198.18.0.0/BITS (24; from 14 on down to 12
#:     10.16.0.0/BITS) is a record of the embedded database or of FILE that answers, by the
#:     key N. P is the share that is live; ahead is how many are made before the first
#:     packet, the others are on theirs. truth gets address and name of each. With words
#:     from delay on a slow line lies between, as for the target delay. Prints net=
need go golang
top=$(dirname "$lab")
personas=$(program personas "$top/data" "$top/decoy" "$top/link" "$top/method" "$top/osdb" "$top/packet" "$top/persona")
bits=24 open=80 closed=81 words='' line=''
for w; do
  case ${w%%=*} in
    open) open=${w#*=} ;;
    closed) closed=${w#*=} words="$words -$w" ;;
    reply) words="$words -delay=${w#*=}" ;;
    db | embedded | key | share | ahead | keep | truth) words="$words -$w" ;;
    delay | jitter | loss | dup | reorder | seed) line="$line -$w" ;;
    1[2-9] | 2[0-9] | 30) bits=$w ;;
    *) die "personas: unknown word $w" ;;
  esac
done
many=198.18.0.0/$bits
[ "$bits" -ge 15 ] || many=10.16.0.0/$bits
space t
# The kernel there has no address at all: whoever answers is a persona.
tune t net.ipv6.conf.default.disable_ipv6=1 net.ipv4.ip_forward=0
if [ -n "$line" ]; then
  relay=$(program relay)
  at v ip tuntap add v0 mode tap
  at v ip tuntap add t0 mode tap
  # shellcheck disable=SC2086 # one word each
  run relay ip netns exec "$prefix-v" "$relay" $line v0 t0
  ready 5
  ip -n "$prefix-v" link set t0 netns "$prefix-t"
  ip -n "$prefix-v" link set v0 up
  ip -n "$prefix-t" link set t0 up
else
  wire v v0 t t0
fi
here v0
ip -n "$prefix-v" route add "$many" via "$net.2"
# shellcheck disable=SC2086 # one word each
run personas ip netns exec "$prefix-t" "$personas" -gateway "$net.2" -open "$open" $words t0 "$many"
ready 60
answer "ip=${many%.*}.1 open=$open closed=${closed%%,*} net=$many"
