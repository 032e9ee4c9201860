package link

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// capsetAll takes all capabilities from all threads of the process (capset(2)).
func capsetAll() syscall.Errno {
	head := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var none [2]unix.CapUserData
	_, _, errno := syscall.AllThreadsSyscall(unix.SYS_CAPSET, uintptr(unsafe.Pointer(&head)), uintptr(unsafe.Pointer(&none[0])), 0)
	return errno
}
