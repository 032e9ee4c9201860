#: ipxe
#:     iPXE, the boot firmware of network cards, while a script sleeps: it answers pings
#:     and nothing else, so open= and closed= are absent
need qemu-system-x86_64 qemu-system-x86
[ -e /boot/ipxe.lkrn ] || lacking "needs /boot/ipxe.lkrn: apt-get install ipxe"
cat >"$state/script" <<EOF
#!ipxe
set net0/ip $net.2
set net0/netmask 255.255.255.0
set net0/gateway $net.1
ifopen net0
echo READY
sleep 86400
EOF
tap v q0 tap
here q0
# graphics=off: the BIOS, and with it iPXE, writes to the serial port.
run qemu ip netns exec "$prefix-v" qemu-system-x86_64 -accel tcg -machine pc,graphics=off -m 256 \
  -nodefaults -no-user-config -no-reboot -display none -serial stdio \
  -kernel /boot/ipxe.lkrn -initrd "$state/script" -netdev tap,id=q,ifname=q0,script=no,downscript=no \
  -device virtio-net-pci,netdev=q,romfile=,csum=off,guest_csum=off,gso=off
ready 60
answer "ip=$net.2"
