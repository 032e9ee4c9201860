package main

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"
)

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version and the databases in use", Args: takes(0, 0),
		RunE: func(*cobra.Command, []string) error { return a.showVersion() },
	}
}

// showVersion prints the version, and each database with its size, date and file.
func (a *app) showVersion() error {
	set, err := a.load()
	fmt.Fprintf(a.out, "whorl %s (%s, %s/%s)\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	for _, d := range describe(set) {
		fmt.Fprintf(a.out, "  %s\n", d)
	}
	return err
}
