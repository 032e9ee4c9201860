package link

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// nobody is the user and the group that own nothing.
const nobody = 65534

// DropPrivileges gives up all capabilities of this process, for good; a process of root's
// becomes one of nobody's where it may. What has been opened stays open: a packet socket and
// the far end of an interface need no capability any more. A program that is built with cgo
// can do it as root only.
func DropPrivileges() error {
	if os.Geteuid() == 0 {
		if err := becomeNobody(); err != nil && !errors.Is(err, syscall.EPERM) && !errors.Is(err, syscall.EINVAL) {
			return fmt.Errorf("link: become nobody: %w", err)
		}
	}
	err := clearCapabilities()
	if left := anyCapability(); left != nil {
		return errors.Join(left, err)
	}
	return nil
}

// becomeNobody changes all threads.
func becomeNobody() error {
	if err := syscall.Setgroups(nil); err != nil {
		return err
	}
	if err := syscall.Setgid(nobody); err != nil {
		return err
	}
	return syscall.Setuid(nobody)
}

// clearCapabilities clears the sets of all threads, and keeps programs that they might run
// from having more (PR_SET_NO_NEW_PRIVS).
func clearCapabilities() error {
	_, _, errno := syscall.AllThreadsSyscall6(unix.SYS_PRCTL, unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0, 0)
	if errno != 0 {
		return fmt.Errorf("link: no new privileges: %w", errno)
	}
	if errno := capsetAll(); errno != 0 {
		return fmt.Errorf("link: clear capabilities: %w", errno)
	}
	return nil
}

// anyCapability is an error if one is left.
func anyCapability() error {
	head := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	if err := unix.Capget(&head, &data[0]); err != nil {
		return fmt.Errorf("link: capabilities: %w", err)
	}
	for _, d := range data {
		if d.Effective|d.Permitted != 0 {
			return errors.New("link: capabilities could not be dropped")
		}
	}
	return nil
}
