# The verbs that targets are written in. Sourced by up; see README.md.
# Namespaces have one-letter names: v is the vantage point, t the target, u a second
# target, m a middlebox between. Outside they are called PREFIX-v and so on.

die() { echo "lab: $*" >&2; exit 1; }

prefix=${LAB_PREFIX:-lab}
case $prefix in *[!A-Za-z0-9-]*) die "LAB_PREFIX $prefix: letters, digits and - only" ;; esac
state=/run/whorl-lab/$prefix
log=/dev/null # of the last process run

# Addresses. They exist inside the namespaces only, so parallel runs may share them.
net=10.77.1 net6=fd77:1:

# lacking TEXT: this machine cannot run the target. Exit status 77 lets tests skip.
lacking() { echo "lab: $target: $*" >&2; exit 77; }

# need COMMAND PACKAGE
need() { command -v "$1" >/dev/null || lacking "needs $1: apt-get install $2"; }

# at NS COMMAND...: run it there.
at() { at_ns=$prefix-$1; shift; ip netns exec "$at_ns" "$@"; }

# space NS...: make namespaces. Duplicate address detection is off, for with it IPv6
# is silent for the first second.
space() {
  for s; do
    ip netns add "$prefix-$s"
    ip -n "$prefix-$s" link set lo up
    tune "$s" net.ipv6.conf.default.accept_dad=0
  done
}

# tune NS SYSCTL=VALUE...: commas stand for spaces, as in tcp_rmem=4096,8192,16384
tune() {
  tune_ns=$1; shift
  for s; do at "$tune_ns" busybox sysctl -w "$(echo "$s" | tr , ' ')" >/dev/null || die "sysctl $s"; done
}

# wire NS1 IF1 NS2 IF2: join two namespaces by a veth pair.
wire() {
  ip link add "$2" netns "$prefix-$1" type veth peer name "$4" netns "$prefix-$3"
  plain "$1" "$2"
  plain "$3" "$4"
}

# plain NS IF: bring the interface up without offloads, so that captures show the
# checksums and segments that a wire would carry.
plain() {
  at "$1" ethtool -K "$2" tx off tso off gso off gro off >/dev/null 2>&1 || :
  ip -n "$prefix-$1" link set "$2" up
}

# tap NS IF tap|tun: a device whose far end is a program.
tap() {
  [ -c /dev/net/tun ] || lacking "needs /dev/net/tun"
  at "$1" ip tuntap add "$2" mode "$3"
  ip -n "$prefix-$1" link set "$2" up
}

# addr NS IF ADDRESS/LENGTH...
addr() {
  addr_ns=$prefix-$1 addr_if=$2; shift 2
  for a; do ip -n "$addr_ns" addr add "$a" dev "$addr_if"; done
}

# via NS GATEWAY: default route.
via() { ip -n "$prefix-$1" route add default via "$2"; }

# here IF: the vantage point's usual addresses.
here() { addr v "$1" "$net.1/24" "$net6:1/64"; }

# direct [MTU]: v and t on one segment, t is .2
direct() {
  space t
  wire v v0 t t0
  for end in "v v0" "t t0"; do ip -n "$prefix-${end% *}" link set "${end#* }" mtu "${1:-1500}"; done
  here v0
  addr t t0 "$net.2/24" "$net6:2/64"
}

# routed: v, then m as a router (.126 and .129), then t as .130
routed() {
  space m t
  wire v v0 m m0
  wire m m1 t t0
  addr v v0 "$net.1/25"; addr m m0 "$net.126/25"
  addr m m1 "$net.129/25"; addr t t0 "$net.130/25"
  via v "$net.126"; via t "$net.129"
  tune m net.ipv4.ip_forward=1
}

# rules NS: load nftables rules from standard input.
rules() { need nft nftables; at "$1" nft -f -; }

# run NAME COMMAND...: start a process that down will end. It is remembered with its
# start time, so that a reused process id is never taken for it.
run() {
  log=$state/$1.log; shift
  "$@" >"$log" 2>&1 </dev/null &
  pid=$!
  echo "$pid $(born $pid)" >>"$state/processes"
}

# born PID: start time in clock ticks since boot, field 22 of /proc/PID/stat (proc(5));
# nothing if the process has ended (state Z or X). The name in field 2 may hold spaces, so
# fields are counted from its closing bracket.
born() { sed -n 's/.*) [^ZX] //p' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 19; }

# until_true SECONDS COMMAND...: try ten times a second, as long as the last process lives.
until_true() {
  tries=$(($1 * 10)); shift
  until "$@"; do
    if [ $tries = 0 ] || [ -z "$(born "$pid")" ]; then
      cat "$log" >&2
      die "$target did not come up: $*"
    fi
    tries=$((tries - 1))
    sleep 0.1
  done
}

# ready SECONDS: wait for the word READY of the last process run.
ready() { until_true "$1" grep -q READY "$log"; }

# serve NS PORT...: small web servers. Returns when they listen.
serve() {
  serve_ns=$1; shift
  for p; do
    run "httpd-$serve_ns-$p" ip netns exec "$prefix-$serve_ns" busybox httpd -f -p "$p" -h "$state/www"
    until_true 5 listening "$serve_ns" "$p"
  done
}

# listening NS PORT: is there a socket in state 0A (LISTEN) on that TCP port?
listening() { at "$1" grep -qi "$(printf ': [0-9A-F]*:%04X [0-9A-F]*:0000 0A ' "$2")" /proc/net/tcp /proc/net/tcp6; }

# reaches NS ADDRESS: is there a route?
reaches() { at "$1" ip route get "$2" >/dev/null 2>&1; }

# settings NS WORD...: apply the words that are sysctls, refuse all others.
settings() {
  settings_ns=$1; shift
  for w; do
    case ${w%%=*} in
      *.*) tune "$settings_ns" "$w" ;;
      *) die "$target: unknown word $w" ;;
    esac
  done
}

# program NAME [DIR...]: build lab/NAME if it or one of the directories that it is made
# from has changed, and print the path of the binary.
program() {
  cache=${XDG_CACHE_HOME:-$HOME/.cache}/whorl-lab name=$1; shift
  mkdir -p "$cache"
  if ! [ -e "$cache/$name" ] || [ -n "$(find "$lab/$name" "$@" -newer "$cache/$name")" ]; then
    (cd "$lab/$name" && build "$cache/$name.$$") >&2 || die "cannot build lab/$name"
    mv "$cache/$name.$$" "$cache/$name"
  fi
  echo "$cache/$name"
}

# build OUT: compile the program in the current directory.
build() {
  if [ -e main.c ]; then
    cc -O2 -Wall -I/usr/include/lwip -o "$1" main.c -llwip -lpthread
  else
    CGO_ENABLED=0 go build -o "$1" .
  fi
}

# answer KEY=VALUE...: what up tells its caller.
answer() { echo "ns=$prefix-v $*" >"$state/answer"; }
