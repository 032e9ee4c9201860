package main

import (
	"errors"
	"fmt"
	"io"

	"whorl/link"
)

// Exit codes.
const (
	exitOK          = 0
	exitPartial     = 1 // something failed; results that were obtained are out
	exitUsage       = 2
	exitFound       = 3  // a condition that was asked for holds
	exitNoPrivilege = 77 // a capability is missing (EX_NOPERM of sysexits.h)
	exitInterrupted = 130
)

// exits tells users what they mean.
var exits = []struct {
	code  int
	means string
}{
	{exitOK, "All is well."},
	{exitPartial, "Something could not be done; the rest was, and its results are out."},
	{exitUsage, "The command line is wrong. Nothing was done."},
	{exitFound, "A condition that was asked for holds."},
	{exitNoPrivilege, "A capability is missing. The line that grants it is printed."},
	{exitInterrupted, "Interrupted; what was known by then is written."},
}

// coded is an error that decides the exit code and may say what to do next.
type coded struct {
	code int
	err  error
	hint string
}

func (c *coded) Error() string { return c.err.Error() }
func (c *coded) Unwrap() error { return c.err }

func usage(err error, hint string) error   { return &coded{exitUsage, err, hint} }
func partial(err error, hint string) error { return &coded{exitPartial, err, hint} }

// errInterrupted ends a run that the user stopped; its results have been written.
var errInterrupted = &coded{code: exitInterrupted, err: errors.New("interrupted")}

// interrupted is errInterrupted with what to do next, if a journal makes that possible.
func interrupted(s *state) error {
	if s == nil {
		return errInterrupted
	}
	return &coded{exitInterrupted, errInterrupted.err, "whorl scan --resume " + s.name}
}

func exitCode(err error) int {
	var c *coded
	var p *link.CapabilityError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &p):
		return exitNoPrivilege
	case errors.As(err, &c):
		return c.code
	}
	return exitUsage // cobra's own complaints are about flags and arguments
}

// complain tells people what went wrong and what to do next.
func complain(people io.Writer, err error) {
	var c *coded
	var p *link.CapabilityError
	fmt.Fprintf(people, "whorl: %v\n", err)
	switch {
	case errors.As(err, &p):
		fmt.Fprintf(people, "%s\n", p.Hint())
	case errors.As(err, &c) && c.hint != "":
		fmt.Fprintf(people, "try: %s\n", c.hint)
	}
}
