package main

import (
	"bufio"
	"bytes"
	"io"
	"text/tabwriter"
)

// columns writes rows whose cells have a tab between them as columns, without blanks at the
// ends of lines.
func columns(out io.Writer, rows func(io.Writer)) error {
	var b bytes.Buffer
	t := tabwriter.NewWriter(&b, 0, 4, 2, ' ', 0)
	rows(t)
	t.Flush() // into memory
	w := bufio.NewWriter(out)
	for line := range bytes.Lines(b.Bytes()) {
		w.Write(bytes.TrimRight(line, " \n"))
		w.WriteByte('\n')
	}
	return w.Flush()
}
