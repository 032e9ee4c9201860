package main

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version and the databases in use", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			set, err := a.load()
			fmt.Fprintf(a.out, "whorl %s (%s, %s/%s)\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
			for _, d := range describe(set) {
				fmt.Fprintf(a.out, "  %s\n", d)
			}
			return err
		},
	}
}

func (a *app) manCommand() *cobra.Command {
	return &cobra.Command{
		Use: "man DIR", Short: "Write the manual pages into a folder", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			c.Root().DisableAutoGenTag = true
			err := doc.GenManTree(c.Root(), &doc.GenManHeader{Title: "WHORL", Section: "1", Source: "whorl " + version, Manual: "whorl"}, args[0])
			if err != nil {
				return partial(err, "a folder that exists")
			}
			return nil
		},
	}
}
