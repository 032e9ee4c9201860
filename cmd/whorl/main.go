package main

import (
	"context"
	"fmt"
	"io"
	"os"
)

// version and released are set by the linker in releases.
var (
	version  = "0.1.0"
	released = "2026-11-21" // stands in the manual pages
)

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run is the program without the process around it.
func run(ctx context.Context, args []string, in io.Reader, out, people io.Writer) int {
	results := &results{Writer: out}
	a := &app{in: in, out: results, people: people, args: args}
	root := a.root()
	args, err := a.translate(root, args)
	if err == nil {
		root.SetArgs(args)
		root.SetIn(in)
		root.SetOut(results)
		root.SetErr(people)
		err = root.ExecuteContext(ctx)
	}
	if err == nil && results.err != nil {
		err = partial(fmt.Errorf("not all results could be written: %w", results.err), "free the disk, or write elsewhere")
	}
	if err != nil {
		complain(people, err)
	}
	return exitCode(err)
}

// results is standard output. It remembers the first error, so that no command
// has to look after each line.
type results struct {
	io.Writer
	err error
}

func (r *results) Write(p []byte) (int, error) {
	n, err := r.Writer.Write(p)
	if err != nil && r.err == nil {
		r.err = err
	}
	return n, err
}
