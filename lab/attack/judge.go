package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"whorl"
)

// judgeAll reads the labelled captures of those names, or all, and prints what came of it.
func judgeAll(ctx context.Context, program, dir string, names []string, out io.Writer) error {
	rows, err := judged(ctx, program, dir, names)
	if err != nil {
		return err
	}
	printRows(out, rows)
	printSums(out, rows)
	return nil
}

// judged is what whorl watch says of the labelled captures.
func judged(ctx context.Context, program, dir string, names []string) (rows []row, err error) {
	labels, err := readLabels(dir)
	if err != nil {
		return nil, err
	}
	if len(names) > 0 {
		labels = slices.DeleteFunc(labels, func(l label) bool { return !slices.Contains(names, l.file) })
	}
	if len(labels) == 0 {
		return nil, fmt.Errorf("%s has no labels of such captures", dir)
	}
	for _, l := range labels {
		said, err := watch(ctx, program, filepath.Join(dir, l.file+".pcap"))
		if err != nil {
			return nil, err
		}
		rows = append(rows, row{l, said})
	}
	return rows, nil
}

// watch is what whorl watch says of a capture: the last record of each contact.
func watch(ctx context.Context, program, file string) (out []whorl.Contact, err error) {
	var said, people bytes.Buffer
	c := exec.CommandContext(ctx, program, "watch", "--no-system-db", "--json=-", "-r", file)
	c.Stdout, c.Stderr = &said, &people
	if err := c.Run(); err != nil {
		return nil, fmt.Errorf("whorl watch -r %s: %w: %s", file, err, bytes.TrimSpace(people.Bytes()))
	}
	for d := json.NewDecoder(&said); ; {
		var one whorl.Contact
		switch err := d.Decode(&one); {
		case errors.Is(err, io.EOF):
			return out, nil
		case err != nil:
			return nil, fmt.Errorf("whorl watch -r %s: %w", file, err)
		case one.State == whorl.Ended:
			out = append(out, one)
		}
	}
}

// row is a label with what was said of its capture.
type row struct {
	label
	said []whorl.Contact
}

// fingerprints reports whether a contact is told as fingerprinting.
func fingerprints(c *whorl.Contact) bool { return is(string(c.Class), fingerprint+"|"+timing) }

// best is the contact that fits the label, or else the surest.
func (r *row) best() (c *whorl.Contact, fits bool) {
	for i := range r.said {
		s := &r.said[i]
		ok := is(string(s.Class), r.class)
		if c == nil || ok && !fits || ok == fits && s.Confidence > c.Confidence {
			c, fits = s, ok
		}
	}
	return c, fits
}

// attack reports whether the capture holds fingerprinting.
func (r *row) attack() bool { return is(fingerprint, r.class) || is(timing, r.class) }

// falsely reports whether the capture is told as fingerprinting, and is none.
func (r *row) falsely() bool {
	return !r.attack() && slices.ContainsFunc(r.said, func(c whorl.Contact) bool { return fingerprints(&c) })
}

// named reports whether the tool is right, and from whether the sources are.
func (r *row) named() bool {
	c, fits := r.best()
	return fits && is(c.Tool, r.tool)
}

func (r *row) from() bool {
	c, fits := r.best()
	if !fits || r.sources == anySources {
		return fits
	}
	var got []string
	for _, s := range c.Sources {
		got = append(got, s.Addr.String())
	}
	want := strings.Split(r.sources, ",")
	slices.Sort(got)
	slices.Sort(want)
	return slices.Equal(got, want)
}

// mark is what is to be said of a row in a word.
func (r *row) mark() string {
	_, fits := r.best()
	switch {
	case r.falsely():
		return "WRONG CLASS"
	case len(r.said) == 0 && is(none, r.class):
		return "right"
	case len(r.said) == 0:
		return "MISSED"
	case r.class == none:
		return "ALARM"
	case !fits:
		return "OTHER CLASS"
	case !r.named():
		return "OTHER TOOL"
	case !r.from():
		return "OTHER SOURCES"
	}
	return "right"
}
