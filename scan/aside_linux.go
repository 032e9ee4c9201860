package scan

import (
	"runtime"
	"syscall"
)

// asideNice is the niceness of threads whose work can wait: beside one of niceness 0 they
// get a tenth of a core.
const asideNice = 10

// stepAside gives the goroutine a thread of its own, one that yields to the engines'. The
// thread ends with the goroutine. It needs no privilege; where it is refused all threads
// are alike.
func stepAside() {
	runtime.LockOSThread()
	syscall.Setpriority(syscall.PRIO_PROCESS, syscall.Gettid(), asideNice)
}
