package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

func (a *app) manCommand() *cobra.Command {
	return &cobra.Command{
		Use: "man DIR", Short: "Write the manual pages into a folder", Args: takes(1, 1),
		Long: `Write the manual pages into a folder, one for each command, in section 1. The
folder is made if it is not there.`,
		RunE: func(c *cobra.Command, args []string) error {
			if err := writeManual(c.Root(), args[0]); err != nil {
				return partial(err, "a folder that can be written")
			}
			return nil
		},
	}
}

// writeManual writes the page of a command and of those below it.
func writeManual(c *cobra.Command, dir string) error {
	date, err := time.Parse(time.DateOnly, released)
	if err != nil {
		return fmt.Errorf("date of release: %w", err)
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	for _, s := range c.Commands() {
		if s.Name() == "completion" || s.Name() == "help" { // made by the library; its pages are about shells
			c.RemoveCommand(s)
			continue
		}
		if err := writeManual(s, dir); err != nil {
			return err
		}
	}
	c.DisableAutoGenTag = true
	b := &bytes.Buffer{}
	if err := doc.GenMan(c, &doc.GenManHeader{Section: "1", Date: &date, Source: "whorl " + version, Manual: "whorl"}, b); err != nil {
		return err
	}
	name := strings.ReplaceAll(c.CommandPath(), " ", "-") + ".1"
	return os.WriteFile(filepath.Join(dir, name), []byte(nmapDashes(b.String())), 0o666)
}
