package main

import (
	"fmt"
	"io"
)

// counted is something that people are told of if it happened at all.
type counted struct {
	times int
	what  string
}

// tellCounted has a line for each.
func tellCounted(people io.Writer, list ...counted) {
	for _, c := range list {
		if c.times > 0 {
			fmt.Fprintf(people, "whorl: %d %s\n", c.times, c.what)
		}
	}
}
