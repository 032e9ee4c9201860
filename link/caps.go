package link

import (
	"fmt"
	"path/filepath"
	"strings"
)

// Capability is a right of a process on Linux (capabilities(7)), by its bit number.
type Capability uint8

// Capabilities that links need.
const (
	NetAdmin Capability = 12 // to silence the kernel for a port, to make TUN interfaces
	NetRaw   Capability = 13 // to send and hear frames
)

// String gives the name as setcap(8) writes it.
func (c Capability) String() string {
	switch c {
	case NetAdmin:
		return "cap_net_admin"
	case NetRaw:
		return "cap_net_raw"
	}
	return fmt.Sprintf("capability %d", uint8(c))
}

// CapabilityError says which capabilities this process lacks.
type CapabilityError struct {
	Missing    []Capability
	Executable string // path of the running binary; empty if unknown
}

func (e *CapabilityError) Error() string {
	return "link: missing capability " + e.list()
}

func (e *CapabilityError) list() string {
	names := make([]string, len(e.Missing))
	for i, c := range e.Missing {
		names[i] = c.String()
	}
	return strings.Join(names, ",")
}

// Hint is the command that grants what is missing. What "go run" made is gone or
// replaced at the next run, so there it says to build first.
func (e *CapabilityError) Hint() string {
	setcap := "sudo setcap " + e.list() + "+ep "
	switch {
	case e.Executable == "":
		return setcap + "PROGRAM"
	case strings.Contains(e.Executable, "/go-build"): // its temporary directory or its cache
		name := filepath.Base(e.Executable)
		return "go build -o " + quote(name) + " ./cmd/" + quote(name) + " && " + setcap + quote("./"+name)
	}
	return setcap + quote(e.Executable)
}

// quote makes a word for the shell.
func quote(s string) string {
	if s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+@%:,=") == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
