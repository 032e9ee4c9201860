// Command whorl tells what TCP/IP stack answers at an address, how sure that is,
// and why.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// version is set by the linker in releases.
var version = "0.1.0"

func main() {
	ctx, stop := interruptible()
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run is the program without the process around it.
func run(ctx context.Context, args []string, in io.Reader, out, people io.Writer) int {
	a := &app{in: in, out: out, people: people, args: args}
	root := a.root()
	root.SetArgs(longFlags(args))
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(people)
	err := root.ExecuteContext(ctx)
	if err != nil {
		complain(people, err)
	}
	return exitCode(err)
}

// interruptible gives a context that the first interrupt ends; the second ends
// the program.
func interruptible() (context.Context, func()) {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		fmt.Fprintln(os.Stderr, "\nwhorl: stopping; what is known is being written. Interrupt again to quit at once.")
		cancel()
		<-signals
		os.Exit(exitInterrupted)
	}()
	return ctx, func() { signal.Stop(signals); cancel() }
}
