#: qemu KERNEL [mem=MIB] [connect=ADDRESS,PORT] [SYSCTL=VALUE...]
#:     a Debian kernel unpacked by "kernel" in a virtual machine; Linux chooses its window
#:     scale by memory (default 4608). With connect= the guest opens one connection, which
#:     shows its SYN; 10.77.1.1 is the vantage point. Prints release= as well
need qemu-system-x86_64 qemu-system-x86
need xz xz-utils
[ -d "${1:-}" ] || die "qemu: no kernel directory ${1:-}; see kernel"
kernel=$1 mem=4608; shift
mkdir "$state/guest"
: >"$state/guest/sysctls"
echo "ip=$net.2/24 ip6=$net6:2/64 gateway=$net.1 port=80 connect=" >"$state/guest/settings"
for w; do
  case ${w%%=*} in
    mem) mem=${w#*=} ;;
    connect) echo "$w" >>"$state/guest/settings" ;;
    *.*) echo "$w" | tr , ' ' >>"$state/guest/sysctls" ;;
    *) die "qemu: unknown word $w" ;;
  esac
done
# Archives may follow one another in an initramfs; the second brings the settings.
"$lab/initrd" "$kernel" "$state/initrd"
(cd "$state/guest" && find . | busybox cpio -o -H newc 2>/dev/null) | gzip >>"$state/initrd"

tap v q0 tap
here q0
run qemu ip netns exec "$prefix-v" qemu-system-x86_64 -accel tcg -cpu max -m "$mem" \
  -nodefaults -no-user-config -no-reboot -display none -serial stdio \
  -kernel "$(find "$kernel" -type f -name 'vmlinuz*' | head -n 1)" -initrd "$state/initrd" \
  -append "console=ttyS0 quiet panic=-1" -netdev tap,id=q,ifname=q0,script=no,downscript=no \
  -device virtio-net-pci,netdev=q,romfile=,csum=off,guest_csum=off,gso=off
ready 120
answer "ip=$net.2 ip6=$net6:2 open=80 closed=81 release=$(sed -n 's/.*READY \([^ ]*\).*/\1/p' "$log" | tr -d '\r')"
